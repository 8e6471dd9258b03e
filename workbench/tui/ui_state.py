"""What outlives the process: unsaved text after a crash; open files and theme after a normal end.

``DATA/tui/draft-PID-START.json`` is written each two seconds of typing and removed when the user leaves.
One that is left behind by a process that is gone holds text that would be lost: it is opened again. The
process's start time is in the name, because a number is soon given to another process.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, field
from pathlib import Path
from threading import Lock
from typing import Any

from workbench.core.paths import make_private
from workbench.history import this_process
from workbench.history.owner import is_alive
from workbench.tui.editor.folding import KeptFold
from workbench.tui.editor.script_documents import Stamp, Stamps
from workbench.util.dataclass import dataclass
from workbench.util.files import write_whole
from workbench.util.os_differences import can_test_life

AFTER_S = 2.0
"""After a change that is in no file yet: no more than this is lost when the process is killed."""
_FOLDER = "tui"
_LAST = "session.json"
_DRAFT = re.compile(r"draft-(\d+)(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class Draft:
    """A script with text that is in no file."""

    path: str | None
    text: str
    input: str
    stamps: Stamps = (None, None)
    """Of the files that it was made from."""


@dataclass(frozen=True, slots=True)
class Session:
    """How the user left."""

    files: tuple[str, ...] = ()
    current: int = 0
    theme: str = ""
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """What the panes share, by breakpoint and splitter (widgets/splitter.py)."""
    sidebar: bool | None = None
    """Whether it was opened or closed; None: neither."""
    recent: tuple[str, ...] = ()
    """What was last chosen in the palette: ids of its entries."""
    wrapped: tuple[str, ...] = ()
    """Files whose long lines are wrapped, the last one last."""
    folded: Mapping[str, tuple[KeptFold, ...]] = field(default_factory=dict)
    """What is folded in files, the last one last."""
    preview: bool | None = None
    """Whether the history's preview was shown or hidden; None: neither."""


class SessionStore:
    """The files of the terminal UI in the data folder. What is broken counts as not there."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / _FOLDER
        pid, started, *_ = this_process().split(":")
        name = f"{pid}-{started}" if started.isdigit() else pid
        self._own = self._folder / f"draft-{name}.json"
        self._keeping = Lock()
        self._asked = self._kept = 0
        """The number of what was to be kept last, and of what is kept."""

    def keep(self, drafts: Sequence[Draft]) -> None:
        """Write the drafts of this process; none: remove the file. Raises OSError."""
        self.keeping(drafts)()

    def keeping(self, drafts: Sequence[Draft]) -> Callable[[], None]:
        """What does that, also in a thread: whenever it comes to it, what was to be kept later stays."""
        self._asked += 1
        number = self._asked

        def keep() -> None:
            with self._keeping:
                if number < self._kept:
                    return
                if drafts:
                    self._write(self._own, [asdict(draft) for draft in drafts])
                else:
                    self._own.unlink(missing_ok=True)
                self._kept = number

        return keep

    def recover(self) -> list[Draft]:
        """The drafts of processes that are gone. They are kept until ``forget``. The same text in several, as
        of two that started together after a crash, comes once."""
        found = (_draft(entry) for file in self._left_behind() for entry in _items(_load(file)))
        texts = {
            (draft.path, draft.text, draft.input): draft for draft in found if draft is not None
        }
        return list(texts.values())

    def forget(self) -> None:
        """The recovered drafts are on the screen (and in this process's own file)."""
        for file in self._left_behind():
            file.unlink(missing_ok=True)

    def save(self, session: Session) -> None:
        """Remember how the user left. Raises OSError."""
        self._write(self._folder / _LAST, asdict(session))

    def last(self) -> Session:
        """How the user left last time; only files that still are there."""
        values = _load(self._folder / _LAST)
        if not isinstance(values, dict):
            return Session()
        files = [file for file in _items(values.get("files")) if _is_file(file)]
        current, theme = values.get("current"), values.get("theme")
        sidebar, preview = values.get("sidebar"), values.get("preview")
        return Session(
            tuple(files),
            current if isinstance(current, int) and 0 <= current < len(files) else 0,
            theme if isinstance(theme, str) else "",
            _shares(values.get("shares")),
            sidebar if isinstance(sidebar, bool) else None,
            tuple(name for name in _items(values.get("recent")) if isinstance(name, str)),
            tuple(file for file in _items(values.get("wrapped")) if _is_file(file)),
            _folded(values.get("folded")),
            preview if isinstance(preview, bool) else None,
        )

    @property
    def is_first_start(self) -> bool:
        """Whether nobody has left the terminal UI with this data folder yet."""
        return not (self._folder / _LAST).exists() and not self._left_behind()

    def _left_behind(self) -> list[Path]:
        found = []
        for file in sorted(self._folder.glob("draft-*.json")):
            parts = _DRAFT.fullmatch(file.stem)
            if parts is not None and file != self._own and not _alive(*parts.groups()):
                found.append(file)
        return found

    def _write(self, file: Path, value: Any) -> None:
        make_private(self._folder)
        # While somebody types: a power cut may cost the last seconds.
        write_whole(file, json.dumps(value).encode(errors="surrogatepass"), sync=False)


def _load(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _is_file(value: Any) -> bool:
    return isinstance(value, str) and os.path.isfile(value)


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _shares(value: Any) -> dict[str, dict[str, float]]:
    """Only what is a share between two panes."""
    if not isinstance(value, dict):
        return {}
    return {
        name: {
            splitter: share
            for splitter, share in shares.items()
            if isinstance(share, float) and 0 < share < 1
        }
        for name, shares in value.items()
        if isinstance(shares, dict)
    }


def _folded(value: Any) -> dict[str, tuple[KeptFold, ...]]:
    """Only what can be a fold, of files that are there."""
    if not isinstance(value, dict):
        return {}
    return {
        file: tuple(
            KeptFold(**fold)
            for fold in _items(folds)
            if isinstance(fold, dict)
            and fold.keys() == {"row", "last", "check"}
            and all(isinstance(number, int) for number in fold.values())
        )
        for file, folds in value.items()
        if _is_file(file)
    }


def _draft(entry: Any) -> Draft | None:
    if not isinstance(entry, dict):
        return None
    path, text, given = entry.get("path"), entry.get("text"), entry.get("input")
    if not isinstance(text, str) or not isinstance(given, str):
        return None
    stamps = _items(entry.get("stamps"))
    script, beside = map(_stamp, stamps if len(stamps) == 2 else (None, None))
    return Draft(path if isinstance(path, str) else None, text, given, (script, beside))


def _stamp(value: Any) -> Stamp | None:
    match value:
        case [int() as written, int() as size, int() as number]:
            return written, size, number
    return None


def _alive(pid: str, started: str | None) -> bool:
    """Whether the process that wrote a draft still runs; another one of the same number does not count."""
    return can_test_life() and is_alive(f"{pid}:{started or '?'}")
