"""The scripts of the main screen: tabs, opening and saving, and the input checked as one types."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from textual import work
from textual.timer import Timer
from textual.widgets import ContentSwitcher

from workbench.catalogue.inference import SeenType
from workbench.catalogue.tools import ToolInfo
from workbench.core import paths
from workbench.core.model import ErrorCode, ScriptError
from workbench.core.scripts import UnknownScript, find_script, script_folders, script_names
from workbench.tui.dialogs.ask import ChoiceScreen, LineScreen
from workbench.tui.editor import documents
from workbench.tui.editor.code_area import CodeArea, Marker
from workbench.tui.editor.completion import Completion, complete, tool_on_line
from workbench.tui.editor.documents import Document, DocumentError
from workbench.tui.editor.highlighting import language_of
from workbench.tui.main.input_text import InputError, parse_input
from workbench.tui.main.panes import ProblemLine, Tab, new_tab
from workbench.tui.ui_state import Draft, Session
from workbench.tui.widgets.pane_screen import PaneScreen
from workbench.tui.wording import error_line

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp


_SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".json", ".txt")
"""A name that ends otherwise gets ``.js``."""
_CHECK_AFTER_S = 0.3
_MOST_CHECKED = 1 << 20
_NOT_CHECKED = (ErrorCode.QUEUE_FULL, ErrorCode.QUEUE_TIMEOUT)
"""Nobody had time for it: that says nothing about the script."""


class ScriptScreen(PaneScreen):
    """A screen with the editors of every open script."""

    app: WorkbenchApp

    def __init__(self) -> None:
        super().__init__()
        self.tabs: list[Tab] = []
        self.current = 0
        self._check_timer: Timer | None = None
        self._syntax_error: Tab | None = None
        """The script whose shown error came from a check, not from a run."""
        self._told_of: list[Tab] = []
        """Scripts that were changed both here and on disk."""
        self._numbers = 0
        self._changing = asyncio.Lock()
        """Held while a tab is opened or closed: one at a time."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Nothing is done before there is a script to do it with."""
        return bool(self.tabs) and super().check_action(action, parameters)

    # -- what the screen around it does ------------------------------------------------

    def tell(self, text: str, colour: str = "") -> None:
        """Say something in the status line."""
        raise NotImplementedError

    # -- tabs --------------------------------------------------------------------------

    @property
    def tab(self) -> Tab:
        """The script on the screen."""
        return self.tabs[self.current]

    async def open_first(self, script: Path | None, last: Session, lost: list[Draft]) -> None:
        """What is shown at the start: what a crash left, and the script that was asked for, else
        the files of the last session, else the sample."""
        for draft in lost:
            await self._recover(draft)
        if script is not None:
            await self._open_path(script)
            return
        for file in last.files:
            await self._open_path(Path(file))
        if not self.tabs:
            await self._open_path(paths.bundled("sample_scripts") / "hello.js")
        elif not lost:
            self._switch(last.current)

    async def _recover(self, draft: Draft) -> None:
        try:
            document = documents.read(Path(draft.path)) if draft.path else Document(None)
        except DocumentError:
            document = Document(None)
        tab = await self.show_document(document)
        tab.script.text, tab.input.text = draft.text, draft.input
        self.app.say(f"Recovered unsaved text of {document.name}", "warning")

    def drafts(self) -> list[Draft]:
        """Text that is in no file."""
        return [
            Draft(
                str(tab.document.path) if tab.document.path is not None else None,
                tab.script.text,
                tab.input.text,
            )
            for tab in self.tabs
            if tab.changed
        ]

    def session(self) -> Session:
        """What is open, for the next start."""
        named = [tab for tab in self.tabs if tab.document.path is not None]
        current = named.index(self.tab) if self.tabs and self.tab in named else 0
        files = tuple(str(tab.document.path) for tab in named)
        recent = tuple(self.app.palette.recent)
        wanted = self.app.sidebar_wanted
        return Session(files, current, self.app.theme, self.app.shares, wanted, recent)

    async def _open_path(self, path: Path) -> None:
        try:
            document = documents.read(path)
        except DocumentError as error:
            self.app.say(str(error), "error")
            document = Document(None)
        await self.show_document(document)

    @asynccontextmanager
    async def _change(self) -> AsyncIterator[None]:
        """While tabs are opened or closed: keys wait, other changes too."""
        with self.app.key_order.hold():
            async with self._changing:
                yield

    async def show_document(self, document: Document) -> Tab:
        """Show a document in its tab; in a new one where it is not open yet."""
        async with self._change():
            return await self._show_document(document)

    async def _show_document(self, document: Document) -> Tab:
        for index, tab in enumerate(self.tabs):
            if document.path is not None and tab.document.path == document.path:
                self._switch(index)
                return tab
        if document.path is None:
            taken = {tab.document.number for tab in self.tabs if tab.document.path is None}
            document.number = next(n for n in count(1) if n not in taken)
        self._numbers += 1
        tab = new_tab(self._numbers, document)
        tab.script.completer = self._complete
        tab.script.tool_finder = self._tool_at
        tab.script.seen_types = self._seen
        await self.query_one("#scripts", ContentSwitcher).mount(tab.script)
        await self.query_one("#inputs", ContentSwitcher).mount(tab.input)
        self.tabs.append(tab)
        self._switch(len(self.tabs) - 1)
        return tab

    def _complete(self, text: str, cursor: tuple[int, int]) -> list[Completion]:
        """Offers from the tools that are known now."""
        runtime = self.app.runtime_now
        if runtime is None:
            return []
        seen, again = self.app.seen_results, self.tab.script.offer_again
        return complete(
            runtime.upstream.catalogue(), text, cursor, lambda tool: seen.schema(tool, again)
        )

    async def _seen(self, tool: ToolInfo) -> SeenType | None:
        return await self.app.seen_results.of(tool)

    def _tool_at(self, text: str, cursor: tuple[int, int]) -> ToolInfo | None:
        runtime = self.app.runtime_now
        return None if runtime is None else tool_on_line(runtime.upstream.catalogue(), text, cursor)

    async def action_schema(self) -> None:
        """Show what is known of the tool that the script calls at the cursor."""
        if self.app.runtime_now is None:
            self.app.say("The servers are not open yet", "warning")
        elif not self.tab.script.has_focus or not await self.tab.script.show_tool():
            self.app.say("Put the cursor into a call: tools.SERVER.TOOL(…) or call_tool(…)")

    def _switch(self, index: int) -> None:
        self.current = index % len(self.tabs)
        self.query_one("#scripts", ContentSwitcher).current = self.tab.script.id
        self.query_one("#inputs", ContentSwitcher).current = self.tab.input.id
        self.query_one("#script-problem", ProblemLine).tell("")
        self.check_input()
        self.show_titles()
        self.go_to(self.pane_name if self.pane_name in ("script", "input") else "script")

    def unsaved(self) -> list[str]:
        """The names of scripts with text that is in no file."""
        return [tab.document.name for tab in self.tabs if tab.changed]

    def save_all(self) -> bool:
        """Save every changed script. False: one has no name or could not be written."""
        return all(self._save(tab) for tab in self.tabs if tab.changed)

    def _save(self, tab: Tab) -> bool:
        if tab.document.path is not None and documents.is_sample(tab.document.path):
            self.app.say(f"{tab.document.name} is a sample: give it a name with Save as", "warning")
            return False
        try:
            documents.write(tab.document, tab.script.text, tab.input.text)
        except DocumentError as error:
            self.app.say(str(error), "error")
            return False
        tab.script.be_in(language_of(tab.document.name))
        self.show_titles()
        self.tell(f"Saved {tab.document.path}")
        return True

    @work(exit_on_error=False)
    async def action_new(self) -> None:
        with self.app.key_order.hold():
            await self.show_document(Document(None))
            self.go_to("script")

    def action_open(self) -> None:
        names = script_names(self.app.config)

        async def opened(answer: str | None) -> None:
            if answer is None:
                return
            if answer in names:
                await self.open_named(answer)
            else:
                await self._open_and_go(Path(answer))

        self.app.push_screen(LineScreen("Open a script: a name or a path", names=names), opened)

    async def open_named(self, name: str) -> None:
        """Open the script of a name, and go there."""
        try:
            path = find_script(self.app.config, name)
        except UnknownScript as error:  # it was there when the list was made
            self.app.say(str(error), "warning")
            return
        await self._open_and_go(path)

    async def _open_and_go(self, path: Path) -> None:
        with self.app.key_order.hold():
            await self._open_path(path)
            self.go_to("script")

    def action_save(self) -> None:
        if not _has_file(self.tab):
            self.action_save_as()
        elif self.tab.document.changed_on_disk():
            self.app.say(
                f"{self.tab.document.name} was changed by another program: "
                "Save as keeps both; saving again overwrites it",
                "warning",
            )
            self.tab.document.stamp = None
        else:
            self._save(self.tab)

    def action_save_as(self) -> None:
        self._save_as(self.tab)

    def _save_as(self, tab: Tab, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a name and save; ``then`` is done when that succeeded."""

        def save(path: Path) -> None:
            before = tab.document.path
            tab.document.path = path
            if path.parent == self._scripts_folder.absolute():
                with suppress(OSError):  # saving says why
                    path.parent.mkdir(parents=True, exist_ok=True)
            if self._save(tab):
                then()
            else:
                tab.document.path = before

        def named(answer: str | None) -> None:
            if answer is None:
                return
            path = self._path_of(answer)
            if not path.exists() or path == tab.document.path:
                save(path)
                return
            self.app.push_screen(
                ChoiceScreen(f"{path} exists.", {"stay": "Keep it", "write": "Overwrite"}),
                lambda choice: save(path) if choice == "write" else None,
            )

        path = tab.document.path
        if path is None or documents.is_sample(path):  # samples stay as they came
            path = self._scripts_folder / tab.document.name
        title = f"Save as (a name alone goes into {_short(self._scripts_folder)})"
        self.app.push_screen(LineScreen(title, _short(path)), named)

    @property
    def _scripts_folder(self) -> Path:
        """Where scripts are found by name: here, in the sidebar, by ``code exec --script`` and by agents."""
        return script_folders(self.app.config)[0]

    def _path_of(self, answer: str) -> Path:
        """The file that somebody means: a name in the folder of scripts, or a path from here."""
        path = Path(answer).expanduser()
        if path.parent == Path() and not answer.startswith("."):
            path = self._scripts_folder / path
        path = path.absolute()
        return path if path.suffix in _SUFFIXES else path.with_name(f"{path.name}.js")

    def action_close(self) -> None:
        """Close the tab; asks where its text is in no file."""
        tab = self.tab
        if not tab.changed:
            self._close_tab(tab)
            return

        def answered(choice: str | None) -> None:
            if choice == "discard":
                self._close_tab(tab)
            elif choice == "save" and _has_file(tab):
                if self._save(tab):
                    self._close_tab(tab)
            elif choice == "save":
                self._save_as(tab, lambda: self._close_tab(tab))

        choices = {"stay": "Stay", "save": "Save", "discard": "Discard"}
        self.app.push_screen(ChoiceScreen(f"{tab.document.name} is not saved.", choices), answered)

    @work(exit_on_error=False)
    async def _close_tab(self, tab: Tab) -> None:
        async with self._change():
            if tab not in self.tabs:
                return
            if len(self.tabs) == 1:
                await self._show_document(Document(None))
            self.tabs.remove(tab)
            self._switch(min(self.current, len(self.tabs) - 1))
            await tab.script.remove()
            await tab.input.remove()

    def action_next_script(self) -> None:
        self._switch(self.current + 1)

    def action_previous_script(self) -> None:
        self._switch(self.current - 1)

    # -- problems ----------------------------------------------------------------------

    def check_input(self) -> None:
        """Say below the input what is wrong with it."""
        line = self.query_one("#input-problem", ProblemLine)
        try:
            parse_input(self.tab.input.text)
        except InputError as error:
            line.tell(str(error), error.at)
            row, column = error.at
            self.tab.input.set_markers([Marker(row + 1, column + 1, "error", str(error))])
        else:
            line.tell("")
            self.tab.input.set_markers([])
        self.show_titles()

    @property
    def input_is_good(self) -> bool:
        return self.query_one("#input-problem", ProblemLine).at is None

    def show_error(self, error: ScriptError | None, tab: Tab | None = None) -> None:
        """Mark in a script (None: the one on the screen) why it failed, and say it below."""
        tab = tab if tab is not None else self.tab
        text, at = "", None
        markers = []
        if error is not None:
            text = error_line(error, tab.document.name)
            if error.line is not None:
                at = (error.line - 1, max((error.column or 1) - 1, 0))
                markers.append(Marker(error.line, error.column, "error", error.message))
        tab.script.set_markers(markers)
        if tab is self.tab:
            self.query_one("#script-problem", ProblemLine).tell(text, at)

    # -- syntax, as one types ----------------------------------------------------------

    def check_soon(self) -> None:
        """Look for a syntax error when typing pauses."""
        self.stop_check()
        self._check_timer = self.set_timer(_CHECK_AFTER_S, self._check)

    def stop_check(self) -> None:
        """A run is about to say more than a check could."""
        if self._check_timer is not None:
            self._check_timer.stop()
        self.workers.cancel_group(self, "check")

    @work(group="check", exclusive=True, exit_on_error=False)
    async def _check(self) -> None:
        tab = self.tab
        runtime = self.app.runtime_now
        text = tab.script.text
        if runtime is None or len(text) > _MOST_CHECKED:
            return
        if tab.script.is_offering:
            self.check_soon()  # it is not finished: no red line meanwhile
            return
        error = await runtime.engine.check(text)
        if tab.script.text != text or (error is not None and error.code in _NOT_CHECKED):
            return
        line = self.query_one("#script-problem", ProblemLine)
        if error is not None:
            self.show_error(error, tab)
            self._syntax_error = tab
        elif self._syntax_error is tab or (tab is self.tab and line.has_class("-stale")):
            self._syntax_error = None
            self.show_error(None, tab)

    # -- changes on disk ---------------------------------------------------------------

    def look_at_disk(self) -> None:
        """Take what another program wrote into files that are not being edited; tell of the others."""
        for tab in self.tabs:
            document = tab.document
            if document.path is None or not document.changed_on_disk():
                continue
            if not document.path.exists():
                continue  # saving makes it again
            if tab.changed:
                if tab not in self._told_of:
                    self._told_of.append(tab)
                    self.app.say(
                        f"{document.name} was changed by another program; your text is kept",
                        "warning",
                    )
                continue
            try:
                fresh = documents.read(document.path)
            except DocumentError as error:
                self.app.say(str(error), "warning")
                document.stamp = None
                continue
            tab.document = fresh
            self.replace_text(tab.script, fresh.saved_text)
            self.replace_text(tab.input, fresh.saved_input)
            self.tell(f"{document.name} was changed by another program: read again")
            self.show_titles()

    @staticmethod
    def replace_text(editor: CodeArea, text: str) -> None:
        """Another text, as an edit that can be undone; the cursor stays where it can."""
        if editor.text != text:
            place = editor.cursor_location
            editor.replace(text, (0, 0), editor.document.end)
            editor.go_to(place[0] + 1, place[1] + 1)

    def jump_to(self, row: int, column: int) -> None:
        """Put the script's cursor there, as far as there is such a place now."""
        self.go_to("script")
        self.tab.script.go_to(row + 1, column + 1)

    def action_next_problem(self) -> None:
        self._go_to_problem(self.query_one("#script-problem", ProblemLine))

    def _go_to_problem(self, line: ProblemLine) -> None:
        if line.at is None:
            self.app.say("There is no problem to go to")
        elif line.id == "input-problem":
            self.go_to("input")
            self.tab.input.go_to(line.at[0] + 1, line.at[1] + 1)
        else:
            self.jump_to(*line.at)

    def on_problem_line_chosen(self, event: ProblemLine.Chosen) -> None:
        self._go_to_problem(event.line)


def _has_file(tab: Tab) -> bool:
    """Whether saving writes a file of the user's: samples stay as they came."""
    path = tab.document.path
    return path is not None and not documents.is_sample(path)


def _short(path: Path) -> str:
    """A path as one types it here."""
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
