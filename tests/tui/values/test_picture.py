"""Images as half cells: what is drawn, and what is not."""

from __future__ import annotations

import base64
import io
import struct
import sys
import threading
import zlib

import pytest
from PIL import Image
from textual.app import App, ComposeResult

from tests.tui.conftest import until
from workbench.tui.values import picture_screen
from workbench.tui.values.json_view import JsonView
from workbench.tui.values.media import Media, NotOpened
from workbench.tui.values.picture import Picture, Rgb, picture_of
from workbench.tui.values.picture_screen import PictureScreen, PictureView
from workbench.tui.values.text_screen import TextScreen

pytestmark = pytest.mark.anyio
RED, BLUE, GROUND = (255, 0, 0), (0, 0, 255), (9, 9, 9)


def encoded(image: Image.Image, kind: str = "PNG") -> str:
    file = io.BytesIO()
    image.save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def two_colours() -> str:
    """Red above, blue below, one pixel of it transparent."""
    image = Image.new("RGBA", (2, 2), (*RED, 255))
    image.putpixel((0, 1), (*BLUE, 255))
    image.putpixel((1, 1), (0, 0, 0, 0))
    return encoded(image)


def huge() -> str:
    """A header that promises more pixels than anybody has memory for."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))
    data = b"IDAT" + zlib.compress(b"")
    chunk += struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + chunk).decode()


def test_a_broken_profile_does_not_hide_an_image() -> None:
    """The image of the reference servers has one: Pillow takes it for no image, browsers show it."""
    content = base64.b64decode(two_colours())
    head = len(b"\x89PNG\r\n\x1a\n") + 12 + 13
    profile = b"iCCP" + b"sRGB\0\0" + zlib.compress(b"profile")
    chunk = struct.pack(">I", len(profile) - 4) + profile + b"\0\0\0\0"  # a wrong checksum
    data = base64.b64encode(content[:head] + chunk + content[head:]).decode()
    small = picture_of(Media("image", "image/png", data), 2, 1, GROUND)
    assert small.rows == (((RED, BLUE), (RED, GROUND)),)


def test_why_no_image_is_shown_is_said_in_words() -> None:
    no_image = base64.b64encode(b"<svg onload='x()'/>").decode()
    with pytest.raises(NotOpened, match="it reads like none of PNG, JPEG, GIF, WEBP, BMP"):
        picture_of(Media("image", "image/png", no_image), 2, 1, GROUND)


def test_an_image_in_cells() -> None:
    small = picture_of(Media("image", "image/png", two_colours()), 2, 1, GROUND)
    assert small.rows == (((RED, BLUE), (RED, GROUND)),)
    assert small.size == (2, 2)
    larger = picture_of(Media("image", "image/png", two_colours()), 80, 40, GROUND)
    assert [len(row) for row in larger.rows] == [8] * 4, "four times, and no more"
    assert larger.rows[0][0] == (RED, RED)
    wide = Media("image", "image/jpeg", encoded(Image.new("RGB", (400, 100), RED), "JPEG"))
    cells = picture_of(wide, 40, 40, GROUND).rows
    assert (len(cells), len(cells[0])) == (5, 40), "its shape is kept"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (huge(), "pixels are too many|Bomb"),
        (base64.b64encode(b"<svg onload='x()'/>").decode(), "cannot be shown"),
        (base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(99)).decode(), "cannot be shown"),
        (two_colours()[:-40], "cannot be shown"),
        ("no base64", "not what it says"),
    ],
)
def test_what_is_not_shown_says_why(data: str, why: str) -> None:
    with pytest.raises(NotOpened, match=why):
        picture_of(Media("image", "image/png", data), 20, 10, GROUND)


def test_without_pillow_the_way_to_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    media = Media("image", "image/png", two_colours())
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(NotOpened, match=r"workbench-mcp\[pictures\]"):
        picture_of(media, 2, 1, GROUND)


class ViewApp(App[None]):
    def compose(self) -> ComposeResult:
        yield JsonView()


async def test_v_shows_an_image_and_turns_to_its_text() -> None:
    block = {"type": "image", "mimeType": "image/png", "data": two_colours()}
    app = ViewApp()
    async with app.run_test(size=(60, 20)) as pilot:
        view = app.query_one(JsonView)
        view.show([block])
        view.focus()
        await pilot.press("v")  # on the list: it holds nothing else
        await until(lambda: isinstance(app.screen, PictureScreen) and app.screen.focused, "opened")
        await pilot.press("escape", "down", "v")
        await until(lambda: isinstance(app.screen, PictureScreen) and app.screen.focused, "opened")
        drawn = app.screen.query_one(PictureView)
        await until(lambda: drawn.picture, "decoded")
        middle = drawn.render_line(drawn.size.height // 2 - 2)
        assert middle.text.strip() == "▄" * 8
        await pilot.press("v")
        await until(lambda: isinstance(app.screen, TextScreen), "its text")


async def test_one_decoding_at_a_time_however_often_the_size_changes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = 0
    may_end = threading.Event()

    def decoded(media: Media, columns: int, rows: int, background: Rgb) -> Picture:
        nonlocal begun
        begun += 1
        may_end.wait(30)
        return picture_of(media, columns, rows, background)

    monkeypatch.setattr(picture_screen, "picture_of", decoded)
    wide = encoded(Image.new("RGB", (400, 20), RED))
    app: App[None] = App()
    async with app.run_test(size=(60, 20)) as pilot:
        await app.push_screen(PictureScreen(Media("image", "image/png", wide), ""))
        drawn = app.screen.query_one(PictureView)
        await until(lambda: begun, "the first one")
        for width in (70, 80, 90):
            await pilot.resize_terminal(width, 20)
        await until(lambda: drawn.size.width > 80, "laid out for the last size")
        await pilot.pause()
        assert begun == 1
        may_end.set()
        await until(
            lambda: drawn.picture and len(drawn.picture.rows[0]) == drawn.size.width, "in that size"
        )
        assert begun == 2
