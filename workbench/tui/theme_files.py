"""The themes of the bundled folder and of the user's own, read again as they are saved."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from textual.app import App
from textual.theme import Theme

from workbench.tui import themes

if TYPE_CHECKING:
    from workbench.tui.app import WorkbenchApp

_Stamp: TypeAlias = tuple[tuple[str, int, int], ...]


class ThemeFiles:
    """Registers them with an app; ``look`` is called again and again."""

    def __init__(self, app: WorkbenchApp, suited: Callable[[Theme], Theme]) -> None:
        """suited: a theme as the terminal can show it."""
        self._app = app
        self._suited = suited
        self._registered: set[str] = set()
        self._in_files: set[str] = set()
        self._seen: _Stamp = ()

    def begin(self, wanted: str) -> list[str]:
        """Read every file and put a theme in force, the usual one where there is none of that name; what is
        wrong."""
        problems = self.load()
        wrong = self.choose(wanted)
        if wrong is not None:
            problems.append(wrong)
            self.choose("")
        return problems

    def load(self) -> list[str]:
        """Read every file; what is wrong with them. A theme whose file is wrong stays as it was."""
        folders = themes.theme_folders()
        self._seen = _stamp(folders[-1])
        found, problems = themes.load_themes(folders)
        for theme in found:
            self._app.register_theme(self._suited(theme))
        names = {theme.name for theme in found}
        self._registered |= names
        self._in_files = names | (self._in_files if problems else set())
        self._forget_gone()
        return problems

    def _forget_gone(self) -> None:
        """Those whose files were removed; the one in force when another is."""
        for gone in self._registered - self._in_files - {self._app.theme}:
            self._app.unregister_theme(gone)
            self._registered.discard(gone)

    def reload_changed(self) -> None:
        """Take what was saved, made or removed meanwhile; a theme in force shows it at once."""
        app = self._app
        if _stamp(themes.theme_folders()[-1]) == self._seen:
            self._forget_gone()
            return
        before = app.available_themes
        for problem in self.load():
            app.show_toast(problem, "warning")
        wanted = app.config.ui.theme
        if wanted not in before and wanted in app.available_themes:
            app.theme = wanted
        elif app.available_themes[app.theme] != before.get(app.theme):
            app.mutate_reactive(App.theme)

    def choose(self, wanted: str) -> str | None:
        """Put a theme in force by its name (empty: the usual one); what to say where it is none."""
        name = wanted or themes.DEFAULT
        known = self._app.available_themes
        if name in known:
            self._app.theme = name
            return None
        return themes.unknown_theme(name, known)

    def show(self, name: str) -> None:
        """Put one in force that was listed, or was in force before: its file may be gone meanwhile."""
        wrong = self.choose(name)
        if wrong is not None:
            self._app.show_toast(f"{wrong}: {self._app.theme} stays", "warning")


def _stamp(folder: Path) -> _Stamp:
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            known = file.stat()
        except OSError:
            continue
        found.append((file.name, known.st_mtime_ns, known.st_size))
    return tuple(found)
