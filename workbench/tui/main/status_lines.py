"""The lines above and below the panes: servers, runs and pool in the first, what just happened in the last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.message import Message

from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.trace.live_run import LiveRun
from workbench.tui.widgets.mouse import only_asks
from workbench.tui.widgets.quiet_line import QuietLine, fitted
from workbench.tui.wording import judged, verdict, waiting_words

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.app import WorkbenchApp


class StatusLine(QuietLine):
    """How the run stands while there is one, else what was told last."""

    def __init__(self) -> None:
        super().__init__(id="status", markup=False)
        self._message = Content("")
        self._passing: tuple[Content, Content] | None = None
        """What was told for as long as it is so, and what was told before it."""

    def set_message(self, text: str, colour: str = "") -> None:
        """From now on this is told."""
        self._message = Content.styled(clean_line(text), colour)

    def set_passing_message(self, text: str) -> None:
        """Tell something that will soon be so no longer."""
        before = self._message
        self.set_message(text)
        self._passing = self._message, before

    def restore_message(self) -> bool:
        """What was told for now is no longer so: what was told before it is back. False: something else
        was told since."""
        if self._passing is None or self._message is not self._passing[0]:
            return False
        self._message = self._passing[1]
        return True

    def show_run(self, run: LiveRun | None, *, opened: bool) -> None:
        """opened: whether the servers and the pool are."""
        if run is None or run.execution is not None:
            self.put(self._message)
            return
        parts = ["Starting" if not opened else "Waiting" if run.queued else "Running"]
        made = count(run.made, "call")
        calls = f"{run.made}/{run.max_calls} calls" if run.max_calls else made
        parts += [calls, f"{run.elapsed_ms / 1000:.1f} s", "F8 stops"]
        self.put(Content(" · ".join(parts)))


class HeaderLine(QuietLine):
    """The script in front, the servers, what others run, the run on the screen, the pool."""

    app: WorkbenchApp

    class OthersClicked(Message):
        """A click on what other processes run."""

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._history_problem: str | None = None
        self._others = ""
        """What it says of other processes."""

    def on_click(self, event: events.Click) -> None:
        named = self._others and not only_asks(event)
        start = str(self.content).find(self._others) if named else -1
        if start >= 0 and start <= event.get_content_offset_capture(self).x < start + len(
            self._others
        ):
            self.post_message(self.OthersClicked())

    def show_state(
        self,
        width: int,
        script: str,
        runtime: Runtime | None,
        others: Content | None,
        run: LiveRun | None,
    ) -> None:
        """width: cells of the screen; runtime: None while it opens."""
        left = [Content.styled("workbench", "bold $primary"), Content(script)]
        right = []
        if runtime is None:
            left.append(Content("servers …"))
        else:
            left += _of_servers(runtime)
            self._report_history(runtime.history.problem)
        self._others = others.plain if others is not None else ""
        if others is not None:
            right.append(others)
        if run is not None:
            right.append(Content.styled(run.execution_id[:4], "$foreground 70%"))
            right.append(judged(run.judged) if run.judged else verdict(run.status, run.elapsed_ms))
        if runtime is not None:
            pool = runtime.engine.pool
            right.append(Content(f"pool {pool.running}/{pool.size}"))
        self.put(fitted(left, right, width - 2))

    def _report_history(self, problem: str | None) -> None:
        """A history that cannot be written is told once, with what is in its way."""
        before, self._history_problem = self._history_problem, problem
        if problem is not None and problem != before:
            self.app.show_toast(f"Nothing is recorded: {clean_line(problem, 300)}", "error")
        elif problem is None and before is not None:
            self.app.show_toast("The history is written again")


def _of_servers(runtime: Runtime) -> list[Content]:
    servers = runtime.upstream.catalogue().servers.values()
    ready = sum(server.state == "ready" for server in servers)
    bad = sum(server.state == "failed" for server in servers)
    mark = " ✘" if bad else " ✔" if ready == len(servers) else " …"
    parts = [Content(f"servers {ready}/{len(servers)}{mark}" if servers else "no servers")]
    waiting = waiting_words(servers)
    if waiting:
        parts.insert(0, Content.styled(f"! {waiting}", "$text-warning"))
    parts.append(Content(f"tools {sum(server.tools for server in servers)}"))
    if runtime.history.problem is not None:
        parts.append(Content.styled("✘ nothing is recorded", "bold $error"))
    return parts
