"""How the rows of a trace are arranged: which columns, console or not, lines folded, in which order."""

from __future__ import annotations

from workbench.tui.trace.arranged import ORDERS, Order
from workbench.tui.trace.drawing import TraceDrawing
from workbench.tui.trace.line import VIEWS


class TraceArrangement(TraceDrawing):
    """Each a key; how the cursor moves is in ``view``."""

    def _go(self, position: int) -> None:
        """Move the cursor to a shown position."""
        raise NotImplementedError

    def _refilter(self) -> None:
        """Show what there is now."""
        raise NotImplementedError

    def _show_briefly(self, text: str) -> None:
        """A word below the rows, for a moment."""
        self._problem = text
        self.set_timer(1.5, self._forgive)
        self._resize()

    def _forgive(self) -> None:
        self._problem = ""
        self._resize()

    def action_cycle_view(self) -> None:
        self._view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
        self.refresh()

    def action_toggle_console(self) -> None:
        self.model.shown.fold_console(self.model.shown.show_console)
        self._refilter()

    def action_fold(self) -> None:
        """The calls of the line under the cursor as one row, or each its own."""
        if self.cursor is not None:
            folded = self.model.shown.folded_at(self.cursor) is not None
            if self.model.shown.fold(self.cursor, not folded):
                self._folded()
            else:
                self._show_briefly("this call is the only one of its line")

    def action_fold_all(self) -> None:
        self.model.shown.fold_all()
        self._folded()

    def _folded(self) -> None:
        if self.cursor is not None:
            self.cursor = self.model.shown.standing_for(self.cursor)
        self._resize()
        if self.cursor is not None:
            self._go(self.model.shown.position(self.cursor))

    def action_order(self) -> None:
        """As the calls were made, the slowest first, by tool, the failed first."""
        self.put_in_order(ORDERS[(ORDERS.index(self.model.shown.order) + 1) % len(ORDERS)])

    def put_in_order(self, order: Order) -> None:
        """Show the calls in an order; in another than that in which they were made, from its start."""
        if order == self.model.shown.order:
            return
        self.model.shown.set_order(order)
        if order != "made":
            self.follow = False
        self._refilter()
        if order != "made":
            self._go(0)
        elif self.cursor is not None:
            self._go(self.model.shown.position(self.cursor))
        self.refresh_bindings()
