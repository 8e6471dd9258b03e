"""What it takes to make a served answer small: previews of hostile values, counted tokens.

python -m bench.answers
"""

from __future__ import annotations

import json
import statistics
import time

from tests.serve.test_answers import HOSTILE
from workbench.serve.preview import preview

_ROUNDS = 7


def main() -> None:
    print(f"{'a preview of 8 000 tokens of':58}{'median':>10}")
    for name, value in HOSTILE.items():
        size = max(1.0, len(json.dumps(value)) / 1e6)
        took = []
        for _ in range(_ROUNDS):
            began = time.process_time()
            preview(value, 8000)
            took.append((time.process_time() - began) * 1000)
        each = statistics.median(took) / size
        print(
            f"{f'{name} ({size:.0f} MB)':58}{each:10.2f} ms of CPU a MB   target ≤ 50", flush=True
        )


if __name__ == "__main__":
    main()
