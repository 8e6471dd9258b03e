"""Scripts and their files: opening by name, saving, and what other programs write meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core.scripts import (
    UnknownScript,
    find_script,
    sample_needs,
    samples_instead,
    script_folders,
    script_names,
)
from workbench.tui.dialogs.ask import ChoiceScreen, FileScreen, LineScreen, unless_kept
from workbench.tui.editor import script_documents
from workbench.tui.editor.highlighting import language_of
from workbench.tui.editor.script_documents import Document, DocumentError, Stamps
from workbench.util.here import absolute, expanded, here

if TYPE_CHECKING:
    from workbench.tui.main.host import Host
    from workbench.tui.main.script_tabs import ScriptTabs
    from workbench.tui.main.tab import Tab

_SUFFIXES = (".js", ".mjs", ".cjs", ".ts", ".json", ".txt")
"""A name that ends otherwise gets ``.js``."""


class ScriptFiles:
    """What one does with the files of the open scripts. Nothing is overwritten or dropped unasked."""

    def __init__(self, host: Host, scripts: ScriptTabs) -> None:
        self._host = host
        self._scripts = scripts
        self._told: dict[Tab, str] = {}
        """What was said of scripts whose file another program changed."""
        self._warned: dict[Tab, tuple[str, Stamps, str, str]] = {}
        """Why the last save was put off, which files it would have overwritten, and with which texts."""
        self._warned_at = 0.0

    # -- opening -----------------------------------------------------------------------

    def new(self) -> None:
        """An empty script in a new tab."""
        self._host.run_worker(self._new, exit_on_error=False)

    async def _new(self) -> None:
        with self._host.app.key_order.hold():
            await self._scripts.show(Document(None))
            self._host.go_to("script")

    def ask_to_open(self) -> None:
        """Ask for a name or a path, and open it."""
        config = self._host.app.config
        names = script_names(config) or samples_instead(config)

        async def opened(answer: str | None) -> None:
            if answer is None:
                return
            if answer in names:
                await self.open_named(answer)
            else:
                await self._open_and_go(Path(answer))

        title = "Open a script: a name or a path"
        self._host.app.push_screen(LineScreen(title, names=names), opened)

    async def open_named(self, name: str) -> None:
        """Open the script of a name, and go there."""
        try:
            path = find_script(self._host.app.config, name, to_read=True)
        except UnknownScript as error:  # it was there when the list was made
            self._host.app.show_toast(str(error), "warning")
            return
        await self._open_and_go(path)

    async def _open_and_go(self, path: Path) -> None:
        with self._host.app.key_order.hold():
            await self._scripts.open(path)
            self._host.go_to("script")
        if lacks := sample_needs(self._host.app.config, path):
            self._host.app.show_toast(lacks, "warning")

    # -- saving ------------------------------------------------------------------------

    def save_all(self) -> bool:
        """Save every changed script. False: some have no name, or were not written, which was told."""
        saved = [self._write(tab) for tab in self._scripts.tabs if tab.changed]
        return all(saved)

    def _write(self, tab: Tab, *, asked: bool = False) -> bool:
        """Save; what another program wrote, or nobody may write, only when asked again. asked: it was."""
        app = self._host.app
        if tab.document.path is not None and script_documents.is_sample(tab.document.path):
            app.show_toast(
                f"{tab.document.name} is a sample: give it a name with Save as", "warning"
            )
            return False
        if not asked and self._puts_off(tab):
            return False
        try:
            script_documents.write(tab.document, tab.script.text, tab.input.text)
        except DocumentError as error:
            app.show_toast(str(error), "error")
            return False
        tab.script.be_in(language_of(tab.document.name))
        self._host.show_titles()
        self._host.set_status(f"Saved {tab.document.path}")
        app.keep_drafts()  # what is in a file now is not recovered
        self._warned.pop(tab, None)
        self._told.pop(tab, None)
        return True

    def _puts_off(self, tab: Tab) -> bool:
        """Whether the files are left as they are for now, which is told: once for what they hold, and for what
        would be written. Who went on writing may have forgotten."""
        document = tab.document
        objection = document.objection()
        if not objection or document.path is None:
            return False
        files = script_documents.stamps(document.path)
        warned = objection, files, tab.script.text, tab.input.text
        keys = self._host.app.key_order
        if self._warned.get(tab) == warned and not keys.was_typed_before(self._warned_at):
            return False
        self._warned[tab], self._warned_at = warned, keys.moment()
        self._host.app.show_toast(
            f"{document.name} {objection}: Save as keeps both; saving again overwrites it",
            "warning",
        )
        return True

    def save(self) -> None:
        """Save the script in front."""
        tab = self._host.tab
        if tab.has_file:
            self._write(tab)
        else:
            self.save_as(tab)

    def save_as(self, tab: Tab, then: Callable[[], object] = lambda: None) -> None:
        """Ask for a name and save; ``then`` is done when that succeeded."""

        def save(path: Path) -> None:
            before = tab.document
            tab.document = Document(path, mark=before.mark)
            if path.parent == absolute(self._folder):
                with suppress(OSError):  # saving says why
                    path.parent.mkdir(parents=True, exist_ok=True)
            if self._write(tab, asked=True):
                then()
            else:
                tab.document = before

        def named(answer: str | None) -> None:
            if answer is None:
                return
            path = self._path_of(answer)
            if path == tab.document.path:
                if self._write(tab):
                    then()
            else:
                both = path, script_documents.input_file(path)
                there = next((file for file in both if os.path.exists(file)), path)
                unless_kept(self._host.app, there, lambda: save(path))

        path = tab.document.path
        if path is None or script_documents.is_sample(path):  # samples stay as they came
            path = self._folder / tab.document.name
        title = f"Save as (a name alone goes into {_short(self._folder)})"
        typed, made = _short(path), absolute(self._folder)
        if self._path_of(typed) != absolute(path):  # a name alone would go into that folder
            typed = f".{os.sep}{typed}"
        asked = FileScreen(title, typed, self._path_of, made, tab.document.path)
        self._host.app.push_screen(asked, named)

    @property
    def _folder(self) -> Path:
        """Where scripts are found by name: here, in the sidebar, by ``code exec --script`` and by agents."""
        return script_folders(self._host.app.config)[0]

    def _path_of(self, answer: str) -> Path:
        """The file that somebody means: a name in the folder of scripts, or a path from here."""
        path = expanded(answer)
        if path.parent == Path() and not answer.startswith("."):
            path = self._folder / path
        path = here() / path
        if path.suffix in _SUFFIXES or os.path.isdir(path):
            return path
        return path.with_name(f"{path.name}.js")

    def close(self) -> None:
        """Close the script in front; asks where its text is in no file."""
        tab = self._host.tab
        if not tab.changed:
            self._scripts.close(tab)
            return

        def answered(choice: str | None) -> None:
            if choice == "discard":
                self._scripts.close(tab)
            elif choice == "save" and tab.has_file:
                if self._write(tab):
                    self._scripts.close(tab)
            elif choice == "save":
                self.save_as(tab, lambda: self._scripts.close(tab))

        choices = {"stay": "Stay", "save": "Save", "discard": "Discard"}
        self._host.app.push_screen(
            ChoiceScreen(f"{tab.document.name} is not saved.", choices), answered
        )

    # -- changes on disk ---------------------------------------------------------------

    def look_at_disk(self) -> None:
        """Take what another program wrote into files that are not being edited; tell of the others."""
        for tab in self._scripts.tabs:
            document = tab.document
            if document.path is None:
                continue
            if document.gone != (gone := document.was_removed()):
                document.gone = gone
                self._host.show_titles()
                self._host.app.keep_drafts()
                if gone:
                    self._host.set_status(f"{document.name} was removed: saving makes it again")
            if gone or not document.changed_on_disk():
                continue
            if tab.edited:
                name = document.name
                self._tell(tab, f"{name} was changed by another program; your text is kept")
                continue
            try:
                fresh = script_documents.read(document.path)
            except DocumentError as error:
                self._tell(tab, str(error))
                continue
            tab.document = fresh
            tab.script.take_over(fresh.saved_text)
            tab.input.take_over(fresh.saved_input)
            self._told.pop(tab, None)
            self._host.set_status(f"{document.name} was changed by another program: read again")
            self._host.show_titles()

    def _tell(self, tab: Tab, what: str) -> None:
        """Of a script whose file is another now: said once."""
        if self._told.get(tab) != what:
            self._told[tab] = what
            self._host.app.show_toast(what, "warning")


def _short(path: Path) -> str:
    """A path as one types it here."""
    return str(path.relative_to(here())) if path.is_relative_to(here()) else str(path)
