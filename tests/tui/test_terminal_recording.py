"""Moving pictures of the terminal UI, the docs' one too: small, whole, and of the format that players take."""

from __future__ import annotations

import json
import stat
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from rich.segment import Segment
from rich.style import Style

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.tui.dialogs.palette import PaletteScreen
from workbench.tui.session_recorder import SessionRecorder
from workbench.tui.terminal_recording import Recording

_DOCS = Path(__file__).parents[2] / "docs"
_LARGEST = 400_000


def test_rows_are_drawn_once_and_frames_follow_each_other() -> None:
    recording = Recording()
    red = Style.parse("bold #ff0000 on #00ff00")
    still = [Segment("a<b ", red), Segment("same")]
    recording.add([still, [Segment("one     ")]], 1.0)
    recording.add([still, [Segment("one     ")]], 0.5)
    recording.add([still, [Segment("two     ")]], 0.5)
    assert [seconds for _, seconds in recording.frames] == [1.5, 0.5], "what stays stands longer"

    svg = recording.to_svg("A & B", "#000000", "#ffffff")
    ElementTree.fromstring(svg)
    assert svg.count("a&lt;b") == 1
    assert svg.count("same") == 1
    assert "75.00%" in svg
    assert "prefers-reduced-motion" in svg

    head, first, second, end = (json.loads(line) for line in recording.to_cast("t").splitlines())
    assert (head["version"], head["width"], head["height"]) == (2, 8, 2)
    assert "a<b" in first[2]
    assert "\x1b[2;1H" in second[2]
    assert "a<b" not in second[2], "only rows that changed"
    assert (second[0], end[0]) == (1.5, 2.0)


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\ud800"], ids=repr)
def test_a_character_that_xml_has_not_leaves_the_picture_whole(sign: str) -> None:
    recording = Recording()
    recording.add([[Segment(f"a{sign}b")]], 1.0)
    svg = recording.to_svg("t", "#000000", "#ffffff")
    assert "a\N{REPLACEMENT CHARACTER}b" in "".join(ElementTree.fromstring(svg.encode()).itertext())


def test_what_stands_behind_a_wide_sign_in_the_middle_stays_in_its_cell() -> None:
    recording = Recording()
    recording.add([[Segment("\u65e5\u672cab")]], 1.0)
    uses = [
        (each.get("x"), each.get("href"))
        for each in ElementTree.fromstring(recording.to_svg("t", "#000000", "#ffffff")).iter()
        if each.tag.endswith("use")
    ]
    assert uses == [("0.0", "#r0"), (f"{4 * 8.4:.1f}", "#r1")], (
        "two wide ones before it, not one and a half"
    )


def test_the_one_of_the_docs_is_small_and_whole() -> None:
    file = _DOCS / "images" / "recording.svg"
    assert file.stat().st_size < _LARGEST
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    frames = [each for each in root.iter() if each.get("class") == "f"]
    assert len(frames) > 20
    for name in ("README.md", "docs/index.md"):
        assert "images/recording.svg" in (_DOCS.parent / name).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.anyio
async def test_a_session_is_kept_as_it_was_painted(
    make_app: MakeApp, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app("return 'of the script'")
    recorder = SessionRecorder(app)
    svg, cast = tmp_path / "session.svg", tmp_path / "session.cast"
    assert "nothing was shown" in recorder.write(svg)
    assert not svg.exists()

    def kept(words: str) -> bool:
        recorder.write(cast)
        return cast.is_file() and words in cast.read_text(encoding="utf-8")

    async with app.run_test(size=(90, 24)) as pilot:
        await app_opened(app)
        await until(lambda: kept("of the script"), "the script is kept")
        await pilot.press("f1")
        await until(lambda: kept("Esc"), "help is kept")
        await pilot.resize_terminal(70, 20)
        await until(lambda: kept("[2J") and cast.read_text("utf-8").count("[2J") > 1, "cleared")
        assert "frames" in recorder.write(svg)
    ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    assert stat.S_IMODE(svg.stat().st_mode) == 0o600 or sys.platform == "win32"
    head = json.loads(cast.read_text(encoding="utf-8").splitlines()[0])
    assert (head["width"], head["height"]) == (90, 24)
    capsys.readouterr()
    assert not recorder.save(cast / "there.svg")
    assert "could not be written" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.anyio
async def test_looking_leaves_what_stands_behind_a_screen(make_app: MakeApp) -> None:
    app = make_app("return 'of the script'")
    async with app.run_test(size=(90, 24)) as pilot:
        await app_opened(app)
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(app.screen, PaletteScreen), "the palette is open")

        def behind() -> bool:
            return any("1 Script" in segment.text for line in app.shown_lines() for segment in line)

        await until(behind, "the main screen is seen behind it")
        app.screen.refresh()
        assert behind(), "also where it is to be painted anew"
