"""Images and audio in a value: what stands there, and the system's viewer."""

from __future__ import annotations

import base64
import stat
from pathlib import Path
from typing import Any

import pytest
from textual.app import App, ComposeResult

from tests.tui.conftest import until
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.media import Media, NotOpened, media_of
from workbench.tui.viewer import Viewer

PIXEL = base64.b64encode(b"\x89PNG" + bytes(8996)).decode()
IMAGE = {"type": "image", "data": PIXEL, "mimeType": "image/png"}
SOUND = {"uri": "a://b", "blob": PIXEL, "mimeType": "audio/WAV"}


def test_what_is_media() -> None:
    found = media_of(IMAGE)
    assert found is not None
    assert found.words == "image · image/png · 9.0 kB"
    sound = media_of(SOUND)
    assert sound is not None
    assert (sound.kind, sound.ending) == ("audio", ".wav")
    others: list[Any] = [
        None, 5, [IMAGE], {**IMAGE, "mimeType": 5}, {**IMAGE, "data": None}, {"type": "image"},
        {**SOUND, "mimeType": "application/pdf"}, {"type": "text", "data": "x", "mimeType": "image/png"},
    ]  # fmt: skip
    assert [media_of(value) for value in others] == [None] * len(others)


@pytest.fixture
def xdg_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A viewer that writes down what it was given."""
    said = tmp_path / "said"
    program = tmp_path / "bin" / "xdg-open"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nstat -c "%a %n" "$1" > "{said}.new"; mv "{said}.new" "{said}"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    return said


@pytest.mark.anyio
async def test_the_viewer_gets_a_file_that_only_its_owner_reads(xdg_open: Path) -> None:
    viewer = Viewer()
    try:
        assert (
            viewer.open(Media("image", "image/png", PIXEL)) == "Opened image · image/png · 9.0 kB"
        )
        await until(xdg_open.exists, "opened")
        mode, path = xdg_open.read_text().split()
        assert (mode, Path(path).suffix) == ("600", ".png")
        assert Path(path).read_bytes() == base64.b64decode(PIXEL)
        assert stat.S_IMODE(Path(path).parent.stat().st_mode) == 0o700
    finally:
        viewer.close()
    assert not Path(path).exists()


@pytest.mark.parametrize(
    ("media", "why"),
    [
        (Media("image", "image/svg+xml", PIXEL), "is opened by hand"),
        (Media("image", "image/\x1b[31m", PIXEL), "is opened by hand"),
        (Media("image", "image/png", "no base64!"), "it is not what it says"),
    ],
)
def test_what_is_not_opened_says_why(xdg_open: Path, media: Media, why: str) -> None:
    with pytest.raises(NotOpened) as raised:
        Viewer().open(media)
    assert why in str(raised.value)
    assert "\x1b" not in str(raised.value)
    assert not xdg_open.exists()


def test_where_nobody_would_see_it_the_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    viewer = Viewer()
    said = viewer.open(Media("image", "image/png", PIXEL))
    assert said.startswith("There is no viewer here: it is in ")
    viewer.close()


class ViewApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Media] = []

    def compose(self) -> ComposeResult:
        yield JsonView()

    def on_json_view_open_requested(self, event: JsonView.OpenRequested) -> None:
        self.opened.append(event.media)


@pytest.mark.anyio
async def test_it_stands_there_as_what_it_is_and_o_opens_it() -> None:
    app = ViewApp()
    async with app.run_test(size=(80, 20)) as pilot:
        view = app.query_one(JsonView)
        view.focus()
        view.show({"content": [{"type": "text", "text": "a"}, IMAGE]})
        await pilot.pause()
        lines = ["".join(part.text for part in view.render_line(y)).rstrip() for y in range(8)]
        (line,) = [line for line in lines if "image/png" in line]
        assert line.strip() == "▸ 1: image · image/png · 9.0 kB"
        assert not any(PIXEL[:20] in line for line in lines)
        await pilot.press("o")  # of the whole value: nothing to open
        await pilot.press(*["down"] * lines.index(line), "o", "right", "down", "o")
        await until(lambda: len(app.opened) == 2, "opened")
        assert {media.mime for media in app.opened} == {"image/png"}
