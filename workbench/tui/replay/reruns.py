"""What is done with a recording beside looking at it: verify, compare, run, edit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol

from textual.worker import Worker

from workbench.history import Recording
from workbench.text.sanitize import clean_line
from workbench.tui.dialogs.ask import ChoiceScreen
from workbench.tui.editor.script_documents import Document
from workbench.tui.history.diff_screen import DiffScreen
from workbench.tui.replay.divergence_screen import DivergenceScreen
from workbench.tui.replay.recorded_panes import texts_of

if TYPE_CHECKING:
    from workbench.core.runtime import Runtime
    from workbench.tui.app import WorkbenchApp


class ReplayHost(Protocol):
    """The replay screen, as its parts see it."""

    recording: Recording

    @property
    def app(self) -> WorkbenchApp: ...

    @property
    def live(self) -> bool:
        """Whether the execution still runs, somewhere."""

    def show(self) -> None:
        """Draw what is around the panes anew: the verdict is other."""

    def run_worker(
        self, work: Any, *, group: str = ..., exclusive: bool = ..., exit_on_error: bool = ...
    ) -> Worker[Any]:
        """Do something beside the screen."""


class Reruns:
    """Runs the script of a recording again. Nothing of it reaches a server but ``run_live`` and, after a
    question, ``compare``."""

    def __init__(self, host: ReplayHost) -> None:
        self._host = host
        self.verdict = ""
        """What the last replay, or the last run beside it, came to."""
        self.judged = ""
        """That in a word: ``identical`` or ``diverged``."""

    def verify(self) -> None:
        """Run the script again from its record and say whether everything was the same."""
        self._rerun(self._verify)

    def compare(self) -> None:
        """Run the script again on the real servers, show both runs side by side."""
        if self._goes_on():
            return

        def answered(choice: str | None) -> None:
            if choice == "run":
                self._rerun(self._compare)

        question = "Run the script on the real servers again, to compare with the record?"
        choices = {"no": "Not now", "run": "Run it"}
        self._host.app.push_screen(ChoiceScreen(question, choices), answered)

    def _goes_on(self) -> bool:
        """Whether it is too early; says so."""
        if self._host.live:
            self._host.app.show_toast(
                "It still runs: that can be done when it has ended", "warning"
            )
        return self._host.live

    def _rerun(self, rerun: Callable[[Runtime], Awaitable[None]]) -> None:
        if self._goes_on():
            return
        self.verdict = "Running it again…"
        self._host.show()
        again = self._run_again(rerun)
        self._host.run_worker(again, group="rerun", exclusive=True, exit_on_error=False)

    async def _run_again(self, rerun: Callable[[Runtime], Awaitable[None]]) -> None:
        try:
            await rerun(await self._host.app.runtime())
        except Exception as error:  # whatever it is, it is told here and ends nothing else
            self.verdict = f"✘ It could not be run again: {clean_line(str(error), 200)}"
        self._host.show()

    async def _verify(self, runtime: Runtime) -> None:
        from workbench.replay.offline import run_offline

        replayed = await run_offline(runtime, self._host.recording)
        sign = "✔" if replayed.verdict == "identical" else "✘"
        self.judged = replayed.verdict
        self.verdict = f"{sign} Replayed offline: {replayed.verdict}"
        if replayed.divergence is not None:
            divergence = replayed.divergence
            where = f" at call {divergence.call}" if divergence.call else ""
            self.verdict += f"{where}: {clean_line(divergence.cause or '', 120)}"
            self._host.app.push_screen(
                DivergenceScreen(replayed, divergence, self._host.recording.code)
            )
        for note in replayed.notes:
            self.verdict += f" ({clean_line(note, 80)})"

    async def _compare(self, runtime: Runtime) -> None:
        from workbench.replay.rerun import MaskedRecord, run_live

        try:
            ran = await run_live(runtime, self._host.recording)
        except MaskedRecord as refused:
            self.verdict = f"✘ Not run: {clean_line(str(refused), 200)}"
            return
        assert ran.renewed is not None
        sign = "✔" if ran.verdict == "identical" else "✘"
        self.judged = ran.verdict
        self.verdict = f"{sign} Run live: {ran.verdict}"
        cause = ran.divergence.cause if ran.divergence is not None else None
        said = "a is the record, b ran live just now" + (f": {cause}" if cause else "")
        self._host.app.push_screen(DiffScreen(self._host.recording, ran.renewed, said))

    def edit(self) -> None:
        """Script and input in a new tab of the main screen."""
        self._host.run_worker(self._open(run=False), exit_on_error=False)

    def run_live(self) -> None:
        """As ``edit``, and run there, on the real servers."""
        self._host.run_worker(self._open(run=True), exit_on_error=False)

    async def _open(self, *, run: bool) -> None:
        app, recording = self._host.app, self._host.recording
        main = app.main
        tab = await main.scripts.show(Document(None))
        code, given = texts_of(recording)
        tab.script.text, tab.input.text = code, given + "\n"
        tab.recorded = recording
        app.at_home()
        main.set_status(
            f"Edit it; ^l replays it against run {recording.execution_id[:8]}, offline", of=tab
        )
        if run:
            main.call_after_refresh(main.action_run)
