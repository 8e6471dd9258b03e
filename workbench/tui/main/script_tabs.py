"""The open scripts: a tab each, one in front; what is open is there again at the next start."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.core import paths
from workbench.core.scripts import sample_needs
from workbench.text.plurals import count as count_of
from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.editor import script_documents
from workbench.tui.editor.script_documents import Document, DocumentError
from workbench.tui.main.closed_scripts import ClosedScripts
from workbench.tui.main.folded_files import FoldedFiles
from workbench.tui.main.opening import with_runtime
from workbench.tui.main.tab import Tab, new_tab
from workbench.tui.main.wrapped_files import WrappedFiles
from workbench.tui.ui_state import Draft

if TYPE_CHECKING:
    from workbench.catalogue.inference import SeenType
    from workbench.catalogue.tools import ToolInfo
    from workbench.core.runtime import Runtime
    from workbench.tui.editor.hints.call_signature import CallSignature
    from workbench.tui.editor.hints.offers import Completion
    from workbench.tui.main.editor_pane import EditorPane
    from workbench.tui.main.host import Host
    from workbench.tui.main.problems import Problems

_LOOK_AROUND = """\
// What your servers offer. Behind `tools.` a call is completed.
return search_tools("", 100);
"""
"""Runs with any servers, and calls none."""


class ScriptTabs:
    """Opens, shows and closes scripts. There is always one, from ``open_first`` on."""

    def __init__(
        self, host: Host, scripts: EditorPane, inputs: EditorPane, problems: Problems
    ) -> None:
        self._host = host
        self._scripts, self._inputs = scripts, inputs
        self._problems = problems
        self.tabs: list[Tab] = []
        self.wrapped = WrappedFiles()
        self.folded = FoldedFiles()
        self._closed = ClosedScripts()
        self.current = 0
        self._numbers = 0
        self._changing = asyncio.Lock()
        """Held while a tab is opened or closed: one at a time."""

    @property
    def tab(self) -> Tab:
        """The script in front."""
        return self.tabs[self.current]

    # -- from start to start -----------------------------------------------------------

    async def open_first(
        self, script: Path | None, files: tuple[str, ...], current: int, lost: list[Draft]
    ) -> None:
        """What is shown at the start: what a crash left, and the script that was asked for, else
        the files of the last session, else the sample, where it runs."""
        for file in files if script is None else ():
            await self.open(Path(file))
        recovered = [
            await self._recover(draft) for draft in lost
        ]  # in front: who lost it looks for it
        if recovered:
            names = ", ".join(dict.fromkeys(recovered))
            self._host.app.show_toast(f"Recovered unsaved text of {names}", "warning")
        if script is not None:
            await self.open(script)
        elif not self.tabs:
            sample = paths.bundled("sample_scripts") / "hello.js"
            if sample_needs(self._host.app.config, sample) is None:
                await self.open(sample)
            else:
                await self.show(Document(None, _LOOK_AROUND))
        elif not lost:
            self.switch(current)

    async def _recover(self, draft: Draft) -> str:
        """Show what a crash left, and return its name. What was written into its file since then is not
        overwritten unasked."""
        try:
            document = script_documents.read(Path(draft.path)) if draft.path else Document(None)
        except DocumentError:
            document = Document(None)
        tab = await self.show(document)
        # Another draft of the same file may be there, from another process.
        if tab.changed and document.path is not None:
            tab = await self.show(Document(None))
        elif document.path is not None:
            tab.document.stamps = draft.stamps
        tab.script.text, tab.input.text = draft.text, draft.input
        return document.name

    def drafts(self) -> list[Draft]:
        """Text that is in no file."""
        return [
            Draft(
                str(tab.document.path) if tab.document.path is not None else None,
                tab.script.text,
                tab.input.text,
                tab.document.stamps,
            )
            for tab in self.tabs
            if tab.changed
        ]

    def files(self) -> tuple[tuple[str, ...], int]:
        """The files that are open, and which of them is in front."""
        named = [tab for tab in self.tabs if tab.document.path is not None]
        current = named.index(self.tab) if self.tabs and self.tab in named else 0
        return tuple(str(tab.document.path) for tab in named), current

    def unsaved(self) -> list[str]:
        """The names of scripts with text that is in no file."""
        return [tab.document.name for tab in self.tabs if tab.changed]

    # -- opening and closing -----------------------------------------------------------

    async def open(self, path: Path) -> None:
        """Show a file; says so where there is none yet, or it cannot be read, and shows an empty script where
        there is no other."""
        try:
            document = script_documents.read(path)
            tab = await self.show(document)
            if document.stamps[0] is None:
                self._host.set_status(f"{document.name} is new: saving makes it", of=tab)
        except DocumentError as error:
            self._host.app.show_toast(str(error), "error")
            if not self.tabs:
                await self.show(Document(None))

    async def show(self, document: Document) -> Tab:
        """Show a document in its tab; in a new one where it is not open yet."""
        async with self._change():
            return await self._show(document)

    @asynccontextmanager
    async def _change(self) -> AsyncIterator[None]:
        """While tabs are opened or closed: keys wait, other changes too."""
        with self._host.app.key_order.hold():
            async with self._changing:
                yield

    async def _show(self, document: Document) -> Tab:
        for index, tab in enumerate(self.tabs):
            if document.path is not None and tab.document.path == document.path:
                self.switch(index)
                return tab
        if document.path is None:
            taken = {tab.document.number for tab in self.tabs if tab.document.path is None}
            document.number = next(n for n in count(1) if n not in taken)
        self._numbers += 1
        tab = new_tab(self._numbers, document)
        self.wrapped.put_on(tab)
        self.folded.put_on(tab)
        tab.script.offers.completer = self._complete
        tab.script.tool_view.finder = self._tool_at
        tab.script.signature.finder = self._signature_at
        tab.script.tool_view.seen_types = self._seen
        await self._scripts.add(tab.script)
        await self._inputs.add(tab.input)
        self.tabs.append(tab)
        self.switch(len(self.tabs) - 1)
        return tab

    def close(self, tab: Tab) -> None:
        """Close a tab, whatever is in it; the last one leaves an empty script."""
        self._host.run_worker(partial(self._close, tab), exit_on_error=False)

    async def _close(self, tab: Tab) -> None:
        async with self._change():
            if tab not in self.tabs:
                return
            if len(self.tabs) == 1:
                await self._show(Document(None))
            self._closed.keep(tab)
            self.folded.take_from([tab])
            self.tabs.remove(tab)
            self.switch(min(self.current, len(self.tabs) - 1))
            self._host.app.keep_drafts()  # what was thrown away is not recovered
            await tab.script.remove()
            await tab.input.remove()

    def reopen(self) -> None:
        """Open what was closed last, with the text that was in no file."""
        self._host.run_worker(self._reopen, exit_on_error=False)

    async def _reopen(self) -> None:
        async with self._change():
            closed = self._closed.take()
            if closed is None:
                self._host.app.show_toast("No script was closed")
                return
            open_before = list(self.tabs)
            tab = await self._show(closed.document())
            if tab in open_before and closed.was_changed:  # opened again meanwhile
                tab = await self._show(Document(None))
            if tab not in open_before:
                closed.put_into(tab)

    def go_to(self, index: int) -> None:
        """Bring a script to the front by its place in the line of tabs, from 0; says so where there is none."""
        if index < len(self.tabs):
            self.switch(index)
        else:
            self._host.app.show_toast(
                f"No script {index + 1}: {count_of(len(self.tabs), 'script')} open"
            )

    def choose(self) -> None:
        """Choose among all that are open by their names, also those that the frame has no room for."""
        labels = [tab.label for tab in self.tabs]

        def chosen(index: int | None) -> None:
            if index is not None and index < len(self.tabs):
                self.switch(index)

        self._host.app.push_screen(PickScreen("Open scripts", labels, self.current), chosen)

    def switch(self, index: int) -> None:
        """Bring a script to the front; behind the last one comes the first."""
        self.current = index % len(self.tabs)
        self._scripts.show(self.tab.script)
        self._inputs.show(self.tab.input)
        self._problems.switched()
        self._host.other_in_front()
        self._host.apply_shares()
        pane = self._host.pane_name
        self._host.go_to(pane if pane in ("script", "input") else "script")

    def turn(self, by: int) -> None:
        """Bring the next script (-1: the one before) to the front."""
        self.switch(self.current + by)

    # -- what is known of tools --------------------------------------------------------

    def _complete(self, text: str, cursor: tuple[int, int]) -> list[Completion]:
        """Offers from the tools that are known now."""
        from workbench.tui.editor.hints.code_completion import complete
        from workbench.tui.editor.hints.input_members import input_schema

        app = self._host.app
        if app.runtime_now is None:
            return []
        catalogue, seen = app.runtime_now.upstream.catalogue(), app.seen_results
        tab = self.tab
        again = tab.script.offers.again
        return complete(
            *(catalogue, text, cursor, lambda tool: seen.schema(tool, again)),
            given=lambda: input_schema(tab.input.text),
        )

    async def _seen(self, tool: ToolInfo) -> SeenType | None:
        return await self._host.app.seen_results.of(tool)

    def _tool_at(self, text: str, cursor: tuple[int, int]) -> ToolInfo | None:
        from workbench.tui.editor.analysis.call_at_cursor import tool_on_line

        runtime = self._host.app.runtime_now
        return None if runtime is None else tool_on_line(runtime.upstream.catalogue(), text, cursor)

    def _signature_at(self, text: str, cursor: tuple[int, int]) -> CallSignature | None:
        from workbench.tui.editor.hints.call_signature import signature_at

        runtime = self._host.app.runtime_now
        return None if runtime is None else signature_at(runtime.upstream.catalogue(), text, cursor)

    def show_schema(self) -> None:
        """Show what is known of the tool that the script calls at the cursor."""
        with_runtime(self._host, self._show_schema, group="schema")

    async def _show_schema(self, _: Runtime) -> None:
        script = self.tab.script
        if not script.has_focus or not await script.show_tool():
            self._host.app.show_toast(
                "Put the cursor into a call: tools.SERVER.TOOL(…) or call_tool(…)"
            )
