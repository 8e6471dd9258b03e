"""Puts right what is likely wrong with the calls of the script in front, on a key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.tui.dialogs.pick import PickScreen
from workbench.tui.editor.analysis.script_places import place_of
from workbench.tui.main.opening import with_runtime

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.editor.hints.findings import Finding, Fix
    from workbench.tui.main.host import Host
    from workbench.tui.main.tab import Tab


class QuickFixes:
    """Of the line of the cursor; where there is nothing to put right, of the next line that has something."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def begin(self) -> None:
        with_runtime(self._host, self._fix, group="fix")

    async def _fix(self, runtime: Runtime) -> None:
        from workbench.tui.editor.hints.call_findings import findings

        # What is typed meanwhile finds the script put right, or chooses.
        app, tab = self._host.app, self._host.tab
        text = tab.script.text
        row = tab.script.cursor_location[0]
        found = await asyncio.to_thread(findings, runtime.upstream.catalogue(), text)
        chosen = _at_or_after(found, text, row)
        if chosen is None:
            app.show_toast("Nothing that could be put right was found in the calls of this script")
            return
        fixes = chosen.fixes
        if len(fixes) == 1:
            self._put(tab, text, fixes[0])
            return
        asked = PickScreen(chosen.message, [each.title for each in fixes])
        await app.push_screen(
            asked, lambda n: self._put(tab, text, fixes[n]) if n is not None else None
        )

    def _put(self, tab: Tab, text: str, fix: Fix) -> None:
        if tab is not self._host.tab or tab.script.text != text:
            self._host.app.show_toast("The script was changed meanwhile: nothing is put right")
            return
        start, end = place_of(text, fix.start), place_of(text, fix.end)
        tab.script.history.checkpoint()
        tab.script.replace(fix.text, start, end, maintain_selection_offset=False)
        self._host.jump_to(*start)
        self._host.set_status(fix.title, of=tab)


def _at_or_after(found: list[Finding], text: str, row: int) -> Finding | None:
    """What can be put right in a row, else after it, else from the start."""
    fixable = [each for each in found if each.fixes]
    after = (each for each in fixable if place_of(text, each.at)[0] >= row)
    return next(after, fixable[0] if fixable else None)
