"""The generated parts of docs/code_execution/api-reference.md: schemas and error codes as the code has them.

python docs/make_reference.py
"""

from __future__ import annotations

import json
from pathlib import Path

from workbench.core.explanations import EXPLANATIONS, Explanation
from workbench.serve.requests import INPUT_SCHEMA

PAGE = Path(__file__).parent / "code_execution" / "api-reference.md"
_OF = {
    "call": "a call",
    "execution": "an execution",
    "both": "a call, or an execution",
    "replay": "a call in a replay",
}


def codes() -> str:
    """A section a code."""
    return "\n".join(_section(one) for one in EXPLANATIONS.values())


def _section(one: Explanation) -> str:
    lines = [
        f"### {one.code}",
        "",
        f"Of {_OF[one.of]}. {one.when}",
        "",
        f"**What to do.** {one.cure}",
        "",
    ]
    if one.example is not None:
        given = "".join(
            f" {name}={value}" for name, value in one.options.items() if isinstance(value, int)
        )
        if any(not isinstance(value, int) for value in one.options.values()):
            lines += [
                "With `allowed_servers: []`:",
                "",
                f"```js skip: run by tests/core/test_explanations.py\n{one.example}\n```",
                "",
            ]
        elif one.example.endswith(".error.code"):
            lines += [
                f"```js{given}\n{one.example}\n```",
                "",
                f'```json value\n"{one.code}"\n```',
                "",
            ]
        else:
            lines += [
                f"```js{given}\n{one.example}\n```",
                "",
                f'```json value error\n{{"code": "{one.code}"}}\n```',
                "",
            ]
    return "\n".join(lines)


def schema() -> str:
    """The input schema of ``code_execution``."""
    return f"```json\n{json.dumps(INPUT_SCHEMA, indent=2, ensure_ascii=False)}\n```\n"


PARTS = {"codes": codes, "input": schema}


def made(page: str) -> str:
    """The page with its generated parts as they are now."""
    for name, make in PARTS.items():
        begin, end = (
            f"<!-- {name}: made by docs/make_reference.py -->\n",
            f"<!-- end of {name} -->\n",
        )
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{make()}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
