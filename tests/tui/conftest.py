"""The app on the real engine and the bundled demo server, in folders of its own."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

# Read when textual is imported.
os.environ["TEXTUAL_ANIMATIONS"] = "none"

from workbench.config import Config, demo_server
from workbench.tui.app import WorkbenchApp
from workbench.tui.widgets.highlighting import highlight

for language in (
    "javascript",
    "json",
):  # the first use of a lexer is slow, so it waits for a thread
    highlight("", language)

_PATIENCE_S = 30.0
MakeApp = Callable[..., WorkbenchApp]


@pytest.fixture
def make_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeApp:
    """An app with the demo server; ``code`` and ``input`` go into the file it opens."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("workbench.paths.config_dir", lambda: tmp_path / "config")

    def make(
        code: str | None = None, input_text: str | None = None, config: Config | None = None
    ) -> WorkbenchApp:
        script = None
        if code is not None:
            script = tmp_path / "test.js"
            script.write_text(code)
            if input_text is not None:
                (tmp_path / "test.input.json").write_text(input_text)
        if config is None:
            config = Config(servers={"demo": demo_server()})
        return WorkbenchApp(config, data_dir=tmp_path / "data", script=script)

    return make


async def until(condition: Callable[[], object], what: str = "") -> None:
    """Wait for a condition, generously; fails with its name."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, f"never came true: {what}"
        await asyncio.sleep(0.02)
