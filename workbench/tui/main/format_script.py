"""Formats the script in front, on a key: one step of the undo history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.tui.editor.analysis.script_places import index_of, place_of
from workbench.tui.editor.highlighting import language_of

if TYPE_CHECKING:
    from workbench.tui.main.host import Host


class FormatScript:
    """Only where the program stays the same; what cannot be formatted stays as it is, and is told why."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def begin(self) -> None:
        self._host.run_worker(self._format(), group="format", exclusive=True, exit_on_error=False)

    async def _format(self) -> None:
        from workbench.tui.editor.formatting import NotFormatted, formatted, same_place

        app, tab = self._host.app, self._host.tab
        script, path = tab.script, tab.document.path
        with app.key_order.hold():  # what is typed next is typed into the formatted script
            before = "\n".join(script.document.source_lines)
            language = language_of(tab.document.name)
            try:
                after = await formatted(before, language, path.parent if path else None)
            except NotFormatted as error:
                app.show_toast(str(error), "warning")
                return
            if "\n".join(script.document.source_lines) != before:
                app.show_toast("The script was changed meanwhile: nothing is formatted")
                return
            if after == before:
                self._host.set_status("The script is formatted as it is", of=tab)
                return
            row, column = place_of(
                after, same_place(before, index_of(before, script.cursor_location), after)
            )
            script.put_lines(after)
            script.go_to(row + 1, column + 1)
            self._host.set_status("The script is formatted", of=tab)
