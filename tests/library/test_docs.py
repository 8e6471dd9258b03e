"""Every example of docs/library.md runs and prints what the page says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

_PAGE = Path(__file__).parents[2] / "docs" / "library.md"
_BLOCKS = re.findall(
    r"```python\n(.*?)```(?:\s+```text\n(.*?)```)?", _PAGE.read_text("utf-8"), re.S
)


def test_the_page_has_its_examples() -> None:
    assert len(_BLOCKS) == 4


@pytest.mark.slow
@pytest.mark.parametrize(("code", "shown"), _BLOCKS, ids=range(len(_BLOCKS)))
def test_an_example_prints_what_the_page_shows(code: str, shown: str, tmp_path: Path) -> None:
    (tmp_path / "test_example.py").write_text(code)
    words = [sys.executable, "test_example.py"]
    if "def test_" in code:
        words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_example.py"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    if shown:
        assert done.stdout == shown
