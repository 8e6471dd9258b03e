"""The lines above and below the panes: servers, runs and pool in the first, what just happened in the last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.style import Style

from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.commands import first_key
from workbench.tui.trace.live_run import LiveRun
from workbench.tui.widgets.mouse import only_asks
from workbench.tui.widgets.quiet_line import QuietLine, Words, as_many, ranked
from workbench.tui.wording import judged, verdict, waiting_words

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.app import WorkbenchApp

WAITS = "Waits for a worker"
_WAYS = {"History": "history", "Tools": "tools", "Settings": "settings"}
"""What leads to other screens: its name, and its command on the main screen."""


class WayClicked(Message):
    """A click on words that lead to another screen: the action of the main screen that goes there."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action = action


class StatusLine(QuietLine):
    """How the run stands while there is one, behind what was told since it began; else what was told last."""

    def __init__(self) -> None:
        super().__init__(id="status", markup=False)
        self._message = Content("")
        self._under_way: tuple[LiveRun, Content] | None = None
        """What runs now, and what was told before it began."""
        self._behind: tuple[Content, Sequence[str]] | None = None
        """What was told with parts that are there where there is room, and those parts."""
        self._passing: tuple[Content, Content] | None = None
        """What was told for as long as it is so, and what was told before it."""
        self._leads = ""
        """The action that goes to what is told for as long as it is so."""
        self._of_script: tuple[Content, object] | None = None
        """What was told last of one script, and which."""

    def set_message(
        self, text: str, colour: str = "", parts: Sequence[str] = (), of: object = None
    ) -> None:
        """From now on this is told. parts: more of it, as far as there is room; of: the script of which
        it speaks, where it speaks of one."""
        self._message = Content.styled(clean_line(text), colour)
        if of is not None:
            self._of_script = self._message, of
        self._behind = (self._message, tuple(parts)) if parts else None

    def set_passing_message(self, text: str, leads: str = "") -> None:
        """Tell something that will soon be so no longer. What was told before it waits, with its parts, also
        where more such follows. leads: the action of a click on it."""
        before = self._message
        if self._passing is not None and self.tells_passing:
            before = self._passing[1]
        behind = self._behind
        self.set_message(text)
        self._passing, self._behind, self._leads = (self._message, before), behind, leads

    @property
    def tells_passing(self) -> bool:
        """Whether what was told for now is what was told last."""
        return self._passing is not None and self._message is self._passing[0]

    def restore_message(self) -> bool:
        """What was told for now is no longer so: what was told before it is back. False: something else
        was told since."""
        if self._passing is None or not self.tells_passing:
            return False
        self._put_back(self._passing[1])
        return True

    def _put_back(self, told: Content) -> None:
        """Say it again: beside what runs it is no news."""
        self._message = told
        if self._under_way is not None:
            self._under_way = self._under_way[0], told

    def drop_of_others(self, front: object) -> bool:
        """What was told of another script than the one in front is told no longer. True: it stood here."""
        if self._of_script is None or self._of_script[1] is front:
            return False
        told, self._of_script = self._of_script[0], None
        if self._passing is not None and self._passing[1] is told:
            self._passing = self._passing[0], Content("")
        if self._message is not told:
            return False
        self._put_back(Content(""))
        return True

    def show_run(self, run: LiveRun | None, *, opened: bool, is_front: bool = True) -> None:
        """opened: whether the servers and the pool are; is_front: whether it is of the script in front, else
        its name is said."""
        if run is None or run.execution is not None:
            self._under_way = None
            self._put_message()
            return
        if self._under_way is None or self._under_way[0] is not run:
            self._under_way = run, self._message
        parts = ["Starting" if not opened else WAITS if run.queued else "Running"]
        if not is_front:
            parts[0] += f" {clean_line(run.script, 40)}"
        made = count(run.made, "call")
        calls = f"{run.made}/{run.max_calls} calls" if run.max_calls else made
        parts += [calls, f"{run.elapsed_ms / 1000:.1f} s", "F8 stops"]
        if self._message.plain and self._message is not self._under_way[1]:
            self.put(self._with(self._message, parts))
        else:
            self.put(Content(" · ".join(parts)))

    def _put_message(self) -> None:
        told = self._message
        if self._behind is not None and self._behind[0] is told:
            told = self._with(told, self._behind[1], told.spans[0].style if told.spans else "")
        self.put(told)

    def _with(self, told: Content, parts: Sequence[str], style: str | Style = "") -> Content:
        """What was told, with as many of the parts as there is room for."""
        room = self.content_size.width or self.app.size.width - 2
        return told + Content.styled(as_many(told.plain, parts, room)[len(told.plain) :], style)

    def on_resize(self) -> None:
        if self._under_way is None:
            self._put_message()

    def on_click(self, event: events.Click) -> None:
        if self._leads and self.tells_passing and not only_asks(event):
            self.post_message(WayClicked(self._leads))


class OthersMark(QuietLine):
    """What others run, beside the status line: there where neither the first line nor that one tells it."""

    def __init__(self) -> None:
        super().__init__(id="others", markup=False)
        self._leads = ""
        self.display = False

    def show(self, said: Content | None, leads: str) -> None:
        """leads: the action of a click on it."""
        self._leads = leads
        self.display = said is not None
        if said is not None:
            self.put(said)

    def on_click(self, event: events.Click) -> None:
        if not only_asks(event):
            self.post_message(WayClicked(self._leads))


class HeaderLine(QuietLine):
    """The script in front and the ways to the other screens; the servers, what others run, the run on the
    screen, the pool."""

    app: WorkbenchApp

    def __init__(self) -> None:
        super().__init__(id="header", markup=False)
        self._history_problem: str | None = None
        self._ways: dict[str, str] = {}
        """Words that lead somewhere, and the action that goes there."""

    def on_click(self, event: events.Click) -> None:
        if only_asks(event):
            return
        at = event.get_content_offset_capture(self).x
        for action, start, cells in self._places():
            if start <= at < start + cells:
                self.post_message(WayClicked(action))

    def _places(self) -> Iterator[tuple[str, int, int]]:
        """(action, first cell, cells) of what leads somewhere."""
        shown = str(self.content)
        for words, action in self._ways.items():
            if words in shown:
                yield action, cell_len(shown[: shown.find(words)]), cell_len(words)

    def ways(self) -> list[tuple[str, Offset]]:
        """(action of the main screen, where the gap before its words begins) of what leads somewhere."""
        where = self.content_region
        if not where.area:
            return []
        return [
            (action, Offset(where.x + start - 3, where.y)) for action, start, _ in self._places()
        ]

    def show_state(
        self,
        width: int,
        script: str,
        runtime: Runtime | None,
        others: Content | None,
        run: LiveRun | None,
    ) -> None:
        """width: cells of the screen; runtime: None while it opens."""
        right = []
        if runtime is None:
            right.append(Words(Content("servers …"), 3))
        else:
            right += _of_servers(runtime)
            self._report_history(runtime.history.problem)
        if others is not None:
            right.append(Words(others, 2))
        if run is not None:
            right.append(Words(Content.styled(f"run {run.execution_id[:4]}", "$foreground 70%"), 6))
            judgement = judged(run.judged) if run.judged else verdict(run.status, run.elapsed_ms)
            right.append(Words(judgement, 1))
        if runtime is not None:
            pool = runtime.engine.pool
            right.append(Words(Content(f"pool {pool.running}/{pool.size}"), 8))
        keys = {title: first_key(name, self.app.config.keys) for title, name in _WAYS.items()}
        left = [Words(Content.styled("workbench", "bold $primary"), 9)]
        left.append(Words(Content.styled(script, "bold")))
        # Where there is little room the pool goes first; then the ways have no keys, which stand below, too.
        for ways in (
            [Content.assemble(f"{title} ", (key, "$text-accent")) for title, key in keys.items()],
            [Content(title) for title in keys],
        ):
            line = ranked([*left, *(Words(way, 5) for way in ways)], right, width - 2)
            self._ways = {way.plain: name for way, name in zip(ways, _WAYS.values(), strict=True)}
            if ways[-1].plain in line.plain:
                break
        if others is not None:
            self._ways[others.plain] = "agents"
        self.put(line)

    def _report_history(self, problem: str | None) -> None:
        """A history that cannot be written is told once, with what is in its way."""
        before, self._history_problem = self._history_problem, problem
        if problem is not None and problem != before:
            self.app.show_toast(f"Nothing is recorded: {clean_line(problem, 300)}", "error")
        elif problem is None and before is not None:
            self.app.show_toast("The history is written again")


def _of_servers(runtime: Runtime) -> list[Words]:
    servers = runtime.upstream.catalogue().servers.values()
    ready = sum(server.state == "ready" for server in servers)
    bad = sum(server.state == "failed" for server in servers)
    mark = " ✘" if bad else " ✔" if ready == len(servers) else " …"
    said = Content(f"servers {ready}/{len(servers)}{mark}" if servers else "no servers")
    parts = [Words(said, 3)]
    waiting = waiting_words(servers)
    if waiting:
        parts.insert(0, Words(Content.styled(f"! {waiting}", "$text-warning")))
    parts.append(Words(Content(f"tools {sum(server.tools for server in servers)}"), 7))
    if runtime.history.problem is not None:
        parts.append(Words(Content.styled("✘ nothing is recorded", "bold $error")))
    return parts
