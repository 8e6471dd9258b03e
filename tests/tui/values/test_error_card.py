"""How a run failed, on one card."""

from __future__ import annotations

import pytest
from textual import events, on
from textual.app import App, ComposeResult

from tests.tui.conftest import MakeApp, app_opened, until
from workbench.core.model import ErrorCode, ScriptError
from workbench.tui.values.error_card import ErrorCard
from workbench.tui.values.error_reading import Fix, cure, excerpt, fixes, frames, place_of

pytestmark = pytest.mark.anyio

CODE = """const issues = [];
const page = await tools.demo.list_issues({
  sate: "open", limit: 3 });
return issue.length + isues"""


@pytest.mark.parametrize(
    ("message", "line", "found"),
    [
        (
            "ToolError: demo.list_issues: unknown field 'sate'; did you mean 'state'?",
            2,
            [("sate", "state")],
        ),
        (
            "ToolError: server 'demo' has no tool 'list_issues'; did you mean 'get_issue' or 'it\"s'?",
            2,
            [("list_issues", "get_issue"), ("list_issues", 'it"s')],
        ),
        (
            "ReferenceError: isues is not defined",
            4,
            [("isues", name) for name in ("issues", "issue", "list_issues")],
        ),
        ("ToolError: no field 'gone'; did you mean 'there'?", 2, []),
        ("Error: did you mean me?", None, []),
    ],
)
def test_near_names_become_choices(
    message: str, line: int | None, found: list[tuple[str, str]]
) -> None:
    error = ScriptError(ErrorCode.RUNTIME_ERROR, message, line=line)
    assert fixes(error, CODE) == tuple(Fix(*pair) for pair in found)


def test_a_word_is_found_whole_and_nearest_to_its_line() -> None:
    assert place_of("sate", CODE, 2) == (2, 2)
    assert place_of("issue", CODE, 1) == (3, 7)
    assert place_of("tool", CODE, 1) is None


def test_an_excerpt_has_the_line_its_neighbours_and_the_caret() -> None:
    error = ScriptError(ErrorCode.RUNTIME_ERROR, "x", line=2, column=7)
    assert [(line.number, line.caret) for line in excerpt(error, CODE)] == [
        (1, None),
        (2, 6),
        (3, None),
    ]
    assert excerpt(ScriptError(ErrorCode.TIMEOUT, "x"), CODE) == []
    assert excerpt(ScriptError(ErrorCode.RUNTIME_ERROR, "x", line=99), CODE) == []


@pytest.mark.parametrize("code", ErrorCode)
def test_what_helps_is_something_to_do_on_the_screen(code: ErrorCode) -> None:
    said = cure(code).replace("workbench doctor", "")  # the one thing that no screen does
    for of_others in ("workbench ", "()", "stack", "describe_tool", "list_tools", "detached"):
        assert of_others not in said


def test_the_stack_is_its_frames() -> None:
    stack = "Error: a\n at b\n    at f (s.js:1:2)\n    at <eval> (s.js:3:4)\n"
    error = ScriptError(ErrorCode.RUNTIME_ERROR, "a", stack)
    assert frames(error) == ["at b", "at f (s.js:1:2)", "at <eval> (s.js:3:4)"]


class CardApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[int, int]] = []

    def compose(self) -> ComposeResult:
        yield ErrorCard()

    @on(ErrorCard.PlaceChosen)
    def _place(self, event: ErrorCard.PlaceChosen) -> None:
        self.places.append((event.line, event.column))


def lines(card: ErrorCard) -> list[str]:
    return [card.render_line(y).text.rstrip() for y in range(card.size.height)]


async def test_the_card_has_all_of_the_error_and_its_keys() -> None:
    app = CardApp()
    stack = "Error\n    at f (s.js:2:31)\n    at <eval> (s.js:4:1)\n"
    message = "TypeError: \x1b]0;x\x07[/x] " + "words " * 30 + "end"
    error = ScriptError(ErrorCode.RUNTIME_ERROR, message, stack, 2, 31, details={"server": "demo"})
    async with app.run_test(size=(60, 24)) as pilot:
        card = app.query_one(ErrorCard)
        card.show(error, CODE)
        card.focus()
        await pilot.pause()
        shown = lines(card)
        whole = " ".join(shown)
        assert " RUNTIME_ERROR   line 2:31" in shown[0]
        assert "end" in whole
        assert "\x1b" not in whole
        assert whole.count("words") == 30
        caret = next(index for index, line in enumerate(shown) if line.endswith("^"))
        assert shown[caret][:-1].count("│") == 1
        assert shown[caret - 1][len(shown[caret]) - 1 :].startswith("list_issues")
        assert '{server: "demo"}' in whole
        await pilot.press("enter")
        assert app.places == [(2, 31)]
        fold = next(index for index, line in enumerate(shown) if "stack, 2 calls deep" in line)
        await pilot.press(*["j"] * (fold - caret + 1), "enter")
        assert "at <eval> (s.js:4:1)" in " ".join(lines(card))
        card.show(ScriptError(ErrorCode.TIMEOUT, "timed out"), CODE)
        await pilot.press("j", "enter", "end", "home", "y")
        assert app.places == [(2, 31)]


async def test_enter_is_offered_where_it_leads_somewhere() -> None:
    app = CardApp()
    async with app.run_test(size=(60, 20)) as pilot:
        card = app.query_one(ErrorCard)
        card.focus()
        card.show(ScriptError(ErrorCode.MEMORY_LIMIT_EXCEEDED, "too much"), "return 1")
        await pilot.pause()
        assert "enter" not in app.screen.active_bindings
        card.show(ScriptError(ErrorCode.RUNTIME_ERROR, "no", line=1), "return 1")
        await pilot.pause()
        assert app.screen.active_bindings["enter"].binding.action == "choose"


async def test_lines_are_broken_for_the_width_in_which_they_are_painted() -> None:
    """A card that got its error while hidden stayed laid out for 80 cells where no size was told afterwards."""

    class Untold(ErrorCard):
        def on_resize(self, event: events.Resize) -> None:  # type: ignore[override]
            event.prevent_default()  # it was told its size before it was hidden

    class Narrow(App[None]):
        def compose(self) -> ComposeResult:
            yield Untold()

    async with Narrow().run_test(size=(40, 24)) as pilot:
        card = pilot.app.query_one(Untold)
        card.display = False
        await until(lambda: not card.scrollable_content_region.width, "hidden")
        card.show(ScriptError(ErrorCode.RUNTIME_ERROR, "words " * 30 + "end"), CODE)
        card.display = True
        await until(lambda: " ".join(lines(card)).count("words") == 30, "all words are there")


@pytest.mark.slow
async def test_enter_puts_the_near_name_into_the_script(make_app: MakeApp) -> None:
    app = make_app('const a = 1;\nreturn await tools.demo.list_issues({ sate: "open" });\n')
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        await until(
            lambda: (
                app.runtime_now
                and all(
                    s.state == "ready"
                    for s in app.runtime_now.upstream.catalogue().servers.values()
                )
            ),
            "the server is there",
        )
        await pilot.press("f5")
        card = app.main.detail.error_card
        await until(lambda: card.display and card.error, "it failed")
        app.main.go_to("detail")
        await until(lambda: card.has_focus, "the card has the focus")
        await pilot.press("v")
        await until(lambda: app.main.detail.result.has_focus, "the tree")
        await pilot.press("v")
        await until(lambda: card.has_focus, "the card again")
        await pilot.press("enter")
        await until(lambda: "{ state:" in app.main.tab.script.text, "it is put right")
        await pilot.press("f5")
        await until(lambda: not card.display and app.main.detail.result.shown, "its value")
        assert app.main.runs.now is not None
        await until(lambda: app.main.runs.now and app.main.runs.now.status == "ok", "it works now")


@pytest.mark.slow
async def test_what_no_clipboard_takes_is_said_and_half_a_character_is_no_crash(
    make_app: MakeApp,
) -> None:
    app = make_app("return 1")
    async with app.run_test(size=(120, 40)) as pilot:
        await app_opened(app)
        card = app.main.query_one(ErrorCard)
        card.show(ScriptError(ErrorCode.RUNTIME_ERROR, "half \ud800 a sign"), CODE)
        card.action_copy()
        assert "half \ufffd a sign" in app.clipboard
        card.show(ScriptError(ErrorCode.RUNTIME_ERROR, "x" * (2 << 20)), CODE)
        card.action_copy()
        await pilot.pause()
        assert "half \ufffd a sign" in app.clipboard
        assert any("too many for a clipboard" in each.message for each in app._notifications)
