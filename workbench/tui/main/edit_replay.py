"""Edit and replay: the script in front against the record of its last run, nothing sent but by rule."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from workbench.core.model import JsonValue
from workbench.history import HistoryError
from workbench.text.plurals import count
from workbench.text.sanitize import clean_line
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.main.input_text import InputError, parse_input
from workbench.tui.main.opening import with_runtime
from workbench.tui.main.tab import Tab

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.history import Recording
    from workbench.replay import Divergence, Replayed, Rule
    from workbench.tui.main.host import Host
    from workbench.tui.main.problems import Problems
    from workbench.tui.main.run_control import RunControl
    from workbench.tui.trace.detail_pane import DetailPane

_RULES = {"stop": "Stop there", "fail-call": "Fail the call", "live": "Call it live"}


_LOOKED_AT = 50
"""Among so many of its newest runs one that is no replay is looked for."""


class EditAndReplay:
    """Asks for the rule, replays on the main screen, shows where it left the record."""

    def __init__(
        self, host: Host, runs: RunControl, problems: Problems, detail: DetailPane
    ) -> None:
        self._host = host
        self._runs = runs
        self._problems = problems
        self._detail = detail
        self._last: tuple[Replayed, Divergence, str] | None = None
        self._ran: set[str] = set()
        """Names of scripts that the history has a run of."""

    @property
    def idle_actions(self) -> frozenset[str]:
        """Replaying where there is nothing to replay, as far as it is known."""
        return frozenset() if self._has_record(self._host.tab) else frozenset({"replay_edited"})

    def _has_record(self, tab: Tab) -> bool:
        return tab.recorded is not None or tab.document.name in self._ran

    def look(self) -> None:
        """Another script is in front: look once whether the history has a run of it."""
        self._host.run_worker(self._look, group="last-run", exclusive=True, exit_on_error=False)

    async def _look(self) -> None:
        runtime, tab = await self._host.app.runtime(), self._host.tab
        with suppress(HistoryError):  # the history's own line says so
            if not self._has_record(tab) and await self._last_run(runtime, tab) is not None:
                self._ran.add(tab.document.name)
                self._host.refresh_bindings()

    def ask(self) -> None:
        """What shall a call do that the record does not know? Then replay."""
        with_runtime(self._host, self._ask, group="edit-replay")

    async def _ask(self, runtime: Runtime) -> None:
        host, tab = self._host, self._host.tab
        if self._runs.refuses():
            return
        try:
            recorded = tab.recorded or await self._last_run(runtime, tab)
        except HistoryError as error:
            host.app.show_toast(str(error), "error")
            return
        if recorded is None:
            host.app.show_toast(
                "No record yet: run it with F5, or open a run with E from its replay"
            )
            return
        if not isinstance(recorded, str) and recorded.status == "running":
            recorded = recorded.execution_id  # opened while it ran: it is read again, as it is then
        try:
            value = parse_input(tab.input.text)
        except InputError as error:
            self._problems.refuse_input(error)
            return

        def chosen(rule: str | None) -> None:
            if rule is not None and not self._runs.active and tab is host.tab:
                execution_id = str(uuid.uuid4())
                on_unknown = cast("Rule", rule)
                self._runs.start(
                    execution_id,
                    partial(self._replay, tab, recorded, value, on_unknown, execution_id),
                )

        name = recorded if isinstance(recorded, str) else recorded.execution_id
        question = (
            f"Replay against run {name[:8]}, offline. "
            "A call that the record does not have, because of your edit:"
        )
        host.app.push_screen(ChoiceScreen(question, _RULES), chosen)

    async def _last_run(self, runtime: Runtime, tab: Tab) -> str | None:
        """The newest run of a script of this name, whoever ran it."""
        if tab.document.path is None:
            return None
        rows = await asyncio.to_thread(
            partial(runtime.history.list_executions, limit=_LOOKED_AT, script=tab.document.name)
        )
        mine = (
            row.execution_id for row in rows if row.source != "replay" and row.status != "running"
        )
        return next(mine, None)

    def show(self) -> None:
        """The divergence of the last replay as a picture."""
        if self._last is None:
            self._host.app.show_toast("No replay has left its record")
            return
        from workbench.tui.replay.divergence_screen import DivergenceScreen

        self._host.app.push_screen(DivergenceScreen(*self._last))

    async def _replay(
        self, tab: Tab, recorded: str | Recording, value: JsonValue, rule: Rule, execution_id: str
    ) -> None:
        code = tab.script.text
        try:
            from workbench.replay.offline import run_offline

            runtime = await self._host.app.runtime()
            recording = recorded
            if isinstance(recording, str):
                recording = await asyncio.to_thread(runtime.history.recording, recording)
            replayed = await run_offline(
                runtime,
                recording,
                code=code,
                input=value,
                rule=rule,
                listener=self._runs.events.listener,
                execution_id=execution_id,
            )
        except Exception as error:  # a deleted run, a damaged file: told, and nothing runs
            self._runs.could_not_run(error)
            return
        self._runs.show_rest()
        self._show_verdict(tab, replayed, code, rule)

    def _show_verdict(self, tab: Tab, replayed: Replayed, code: str, rule: Rule) -> None:
        from workbench.tui.replay.divergence_screen import own_failure

        divergence = replayed.divergence
        if self._runs.now is not None:
            same = divergence is None or only_console(divergence)
            self._runs.now.judged = "identical" if same else "diverged"
        so_far = " so far" if replayed.original.status == "running" else ""
        against = f"run {replayed.original.execution_id[:8]}{so_far}"
        calls = count(replayed.execution.tool_calls, "call")
        if divergence is None:
            self._last = None
            self._host.set_status(
                f"✔ Identical to {against}: {calls}, nothing sent", "$success", of=tab
            )
            return
        self._last = replayed, divergence, code
        if only_console(divergence):
            self._detail.show_tab("console")
            self._host.set_status(
                f"✔ As {against}, but for the console: {calls}, nothing sent", "$success", of=tab
            )
            return
        where = f"call #{divergence.call}" if divergence.call is not None else "the end"
        failed = own_failure(replayed)
        cause = failed or clean_line(divergence.cause or "unknown", 80)
        self._host.set_status(f"✘ Diverged from {against} at {where}: {cause}", "$warning", of=tab)
        if rule == "stop" and divergence.call is not None and not failed:
            self._problems.show_error(None)  # it did not fail: it was stopped here
            self._detail.result.show(divergence.to_json(), "divergence")
        self.show()


def only_console(divergence: Divergence) -> bool:
    """Whether a replay did all that the record did, and only wrote something else."""
    entries = divergence.diff if isinstance(divergence.diff, list) else []
    paths = [str(entry.get("path", "")) for entry in entries if isinstance(entry, dict)]
    return divergence.call is None and all(path.startswith("$.logs") for path in paths)
