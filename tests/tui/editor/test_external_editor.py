"""The user's own editor, as a real process."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from workbench.tui.editor.external_editor import EditorError, edit, editor_command


def use_editor(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> None:
    """Make a Python program the editor."""
    file = folder / "my editor.py"
    file.write_text(program)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{shlex.quote(sys.executable)} {shlex.quote(str(file))}")


def test_text_comes_back_changed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib\nfile = pathlib.Path(sys.argv[1])\n"
        "file.write_bytes(file.read_bytes() + file.suffix.encode() + b' \\r\\n')"
    )
    use_editor(monkeypatch, tmp_path, program)
    assert edit("return 'ü'\r\n", ".js") == "return 'ü'\r\n.js \r\n"


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("raise SystemExit(3)", "ended with 3; the text is as it was"),
        ("import sys; open(sys.argv[1], 'wb').write(b'\\xff')", "cannot be read"),
        ("import sys, os; os.unlink(sys.argv[1])", "cannot be read"),
    ],
)
def test_failing_editor_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str, told: str
) -> None:
    use_editor(monkeypatch, tmp_path, program)
    with pytest.raises(EditorError, match=told):
        edit("return 1", ".js")


def test_visual_wins_and_must_be_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", sys.executable)
    monkeypatch.setenv("VISUAL", "no-such-editor --wait")
    with pytest.raises(EditorError, match=r"\$VISUAL is 'no-such-editor --wait'"):
        editor_command()
