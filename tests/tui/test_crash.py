"""A bug of ours: one line, a report without locals, exit 70, nothing lost."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from tests.tui.conftest import MakeApp, app_opened, until
from workbench import tui
from workbench.tui import crash


def test_report_has_no_locals(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        token = "hidden" + "-value"
        raise RuntimeError("broken \x1b[31m" + "x" * len(token))

    try:
        fail()
    except RuntimeError as error:
        code = crash.report(tmp_path / "data", error)
    assert code == 70
    (report,) = (tmp_path / "data").glob("crash-*.txt")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    text = report.read_text()
    assert "RuntimeError: broken" in text
    assert "hidden-value" not in text
    told = capsys.readouterr().err
    assert str(report) in told
    assert "\x1b" not in told


def test_a_crash_whose_terminal_is_gone_keeps_its_report_and_its_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    terminal = open(writer, "w", buffering=1, closefd=False)  # noqa: SIM115  (it cannot be flushed)
    monkeypatch.setattr("sys.stderr", terminal)
    assert crash.report(tmp_path / "data", RuntimeError("broken")) == 70
    monkeypatch.undo()
    os.close(writer)
    with suppress(OSError):
        terminal.close()
    assert len(list((tmp_path / "data").glob("crash-*.txt"))) == 1


@pytest.mark.slow
@pytest.mark.anyio
async def test_crash_keeps_unsaved_text_and_prints_no_panel(make_app: MakeApp) -> None:
    app = make_app("return 1")

    async def use() -> None:
        async with app.run_test(size=(120, 40)) as pilot:
            await app_opened(app)
            await pilot.press("x")
            await until(lambda: app.main.scripts.unsaved())
            app.call_later(lambda: 1 // 0)
            await until(lambda: app.crashed is not None)

    with pytest.raises(ZeroDivisionError):
        await use()
    assert isinstance(app.crashed, ZeroDivisionError)
    assert app._exit_renderables == []
    drafts = list((app.data_dir / "tui").glob("draft-*.json"))
    assert len(drafts) == 1
    assert "xreturn 1" in drafts[0].read_text()
    assert tui.exit_code(app) == 70
    assert len(list(app.data_dir.glob("crash-*.txt"))) == 1
