"""Renames what the script in front declares, on a key: a line with the old name asks for the new one."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from workbench.text.plurals import count
from workbench.tui.dialogs.ask import LineScreen
from workbench.tui.editor.analysis.script_places import index_of, place_of

if TYPE_CHECKING:
    from workbench.tui.editor.renaming import Renaming
    from workbench.tui.main.host import Host
    from workbench.tui.main.tab import Tab

_LONGEST = 1 << 20


class RenameInFile:
    """Of the name at the cursor."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def begin(self) -> None:
        self._host.run_worker(self._ask(), group="rename", exclusive=True, exit_on_error=False)

    async def _ask(self) -> None:
        from workbench.tui.editor.renaming import NotRenamed, renaming_at

        app, tab = self._host.app, self._host.tab
        script = tab.script
        with app.key_order.hold():  # what is typed next is the new name
            text = script.text
            if len(text) > _LONGEST:
                app.show_toast("The script is too long to rename in it", "warning")
                return
            at = index_of(text, script.cursor_location)
            try:
                renaming = await asyncio.to_thread(renaming_at, text, at)
            except NotRenamed as error:
                app.show_toast(str(error), "warning")
                return
            uses = count(len(renaming.uses), "place")
            asked = LineScreen(
                f"Rename {renaming.old} in {uses} to", renaming.old, check=renaming.problem
            )
            await app.push_screen(
                asked, lambda new: self._rename(tab, text, renaming, new) if new else None
            )

    def _rename(self, tab: Tab, text: str, renaming: Renaming, new: str) -> None:
        from workbench.tui.editor.renaming import moved, renamed

        if new == renaming.old:
            return
        script = tab.script
        if script.text != text:
            self._host.app.show_toast("The script was changed meanwhile: nothing is renamed")
            return
        cursor = index_of(text, script.cursor_location)
        edits = renaming.edits(new)
        start, end = edits[0].start, edits[-1].end
        after = renamed(text, edits)
        put = after[start : len(after) - (len(text) - end)]
        script.history.checkpoint()
        script.replace(
            put, place_of(text, start), place_of(text, end), maintain_selection_offset=False
        )
        row, column = place_of(after, moved(cursor, edits))
        script.go_to(row + 1, column + 1)
        said = f"{renaming.old} is {new} now, in {count(len(edits), 'place')}"
        self._host.set_status(said, of=tab)
