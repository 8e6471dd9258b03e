"""The pictures of the documentation, made by the real app on the demo server.

python docs/make_images.py
"""

from __future__ import annotations

import asyncio
import os
import re
import tempfile
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported

from workbench.config import Config, UiSettings, demo_server
from workbench.core.paths import bundled
from workbench.tui.app import WorkbenchApp

_IMAGES = Path(__file__).parent / "images"
_SIZE = (120, 36)


async def picture(theme: str, script: str) -> None:
    """One run of a sample script, with its parallel calls."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(servers={"demo": demo_server()}, ui=UiSettings(theme=theme))
        file = Path(folder) / script
        sample = bundled("sample_scripts") / script
        file.write_text(sample.read_text())
        file.with_suffix(".input.json").write_text(sample.with_suffix(".input.json").read_text())
        app = WorkbenchApp(config, data_dir=Path(folder) / "data", script=file)
        async with app.run_test(size=_SIZE) as pilot:
            await pilot.pause(2.5)  # the servers connect in the background
            await pilot.press("f5")
            await pilot.pause(2.5)
            _IMAGES.mkdir(exist_ok=True)
            image = app.export_screenshot(title="workbench")
            # Textual's pictures load a font from the network; ours use the reader's own.
            image = re.sub(r"@font-face \{[^}]*\}\s*", "", image)
            (_IMAGES / f"{theme}.svg").write_text(image, encoding="utf-8")


if __name__ == "__main__":
    for name in ("workbench-dark", "workbench-light"):
        asyncio.run(picture(name, "parallel.js"))
