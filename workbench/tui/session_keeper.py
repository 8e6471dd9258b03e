"""From one start to the next: what was open, how it was laid out, text that was not saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from textual.worker import WorkType

from workbench.tui.ui_state import Session, SessionStore
from workbench.util.one_thread import OneThread

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp


class SessionKeeper:
    """Puts the app back as it was, and remembers it as it is."""

    def __init__(self, app: WorkbenchApp) -> None:
        self._app = app
        self._store = SessionStore(app.data_dir)
        self._last = Session()
        self._thread = OneThread()

    def recall(self) -> str:
        """Take what needs no script: shares of panes, what the palette offers first. Returns the theme."""
        self._last = last = self._store.last()
        self._app.shares = {name: dict(shares) for name, shares in last.shares.items()}
        self._app.palette.recent = list(last.recent)
        self._app.sidebar_wanted = last.sidebar
        self._app.preview_wanted = last.preview
        return last.theme

    @property
    def is_first_start(self) -> bool:
        """Whether nobody has left the terminal UI with this data folder yet."""
        return self._store.is_first_start

    async def reopen(self, script: Path | None) -> None:
        """Open a script, or those that were open, with text that was lost at the last end."""
        app, last = self._app, self._last
        lost = self._store.recover()
        app.main.scripts.wrapped.recall(last.wrapped)
        app.main.scripts.folded.recall(last.folded)
        await app.main.scripts.open_first(script, last.files, last.current, lost)
        if lost and self.keep_drafts():
            self._store.forget()

    def keep_drafts(self) -> bool:
        """Write unsaved text where the next start finds it. False: it could not be written."""
        try:
            self._store.keep(self._app.main.scripts.drafts())
        except OSError as error:
            self._not_kept(error)
            return False
        return True

    def keep_drafts_meanwhile(self) -> None:
        """The same in a thread: a busy disk would hold up who types. Of what waits for it only the last is
        written."""
        work: WorkType[None] = self._keep_in_thread
        self._app.run_worker(work, group="drafts", exclusive=True, exit_on_error=False)

    async def _keep_in_thread(self) -> None:
        try:
            await self._thread.run(self._store.keeping(self._app.main.scripts.drafts()))
        except OSError as error:
            self._not_kept(error)

    def _not_kept(self, error: OSError) -> None:
        self._app.show_toast(f"Unsaved text is not kept: {error}", "warning")

    def remember(self) -> str:
        """What is open now, for the next start; unsaved text was asked about. Returns what went wrong."""
        app = self._app
        files, current = app.main.scripts.files()
        recent = tuple(app.palette.recent)
        wrapped = app.main.scripts.wrapped.take_from(app.main.scripts.tabs)
        folded = app.main.scripts.folded.take_from(app.main.scripts.tabs)
        now = Session(
            *(files, current, app.theme, app.shares, app.sidebar_wanted, recent, wrapped, folded),
            preview=app.preview_wanted,
        )
        try:
            self._store.keep([])
            self._store.save(now)
        except OSError as error:
            return f"workbench: the session is not remembered: {error}"
        return ""
