"""Filters of the history that are kept under names: ``DATA/tui/filters.json``, read anew at every question, so
that what another terminal UI kept is there, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from workbench.core.paths import make_private
from workbench.text.sanitize import clean_line
from workbench.util.files import write_whole

_MOST_NAME = 40


def filter_name_problem(name: str) -> str | None:
    """Why a filter cannot be kept under this name, or None."""
    if len(name) > _MOST_NAME:
        return f"a name has at most {_MOST_NAME} characters, not {len(name)}"
    if clean_line(name) != name:
        return "a name is one line of characters that can be seen"
    return None


class SavedFilters:
    """Names and texts, in the order in which they were kept. A file that is broken counts as not there."""

    def __init__(self, data_dir: Path) -> None:
        self._file = data_dir / "tui" / "filters.json"

    def all(self) -> dict[str, str]:
        """The texts of all kept filters by their names."""
        try:
            found: Any = json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            name: text
            for name, text in found.items()
            if name and isinstance(text, str) and filter_name_problem(name) is None
        }

    def keep(self, name: str, text: str) -> None:
        """Keep one; another text of this name goes. Raises OSError."""
        self._write(self.all() | {name: text})

    def rename(self, old: str, new: str) -> None:
        """In its place; another one of the new name goes. Raises OSError."""
        kept = {name: text for name, text in self.all().items() if name != new or name == old}
        self._write({new if name == old else name: text for name, text in kept.items()})

    def remove(self, name: str) -> None:
        """Forget a filter. Raises OSError."""
        self._write({other: text for other, text in self.all().items() if other != name})

    def _write(self, filters: dict[str, str]) -> None:
        make_private(self._file.parent)
        content = json.dumps(filters, ensure_ascii=False, indent=1)
        write_whole(self._file, content.encode(errors="surrogatepass"), sync=False)
