"""A script in the UI and the files it comes from: ``triage.js`` with ``triage.input.json``."""

from __future__ import annotations

import glob
import os
import re
from codecs import BOM_UTF8
from pathlib import Path

from workbench.core import paths
from workbench.util.dataclass import dataclass
from workbench.util.files import read_regular, write_whole
from workbench.util.here import expanded

_INPUT_SUFFIX = ".input.json"
_EMPTY_INPUT = "{}\n"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = 16 << 20
_MARK = BOM_UTF8.decode()
"""What some editors put before a text in UTF-8: no part of it, and kept where it was."""
Stamp = tuple[int, int, int]
"""Of a file: when it was written (ns), its bytes, its number on the disk."""
Stamps = tuple[Stamp | None, Stamp | None]
"""Of a script and its input; None: there is no such file."""
_NO_FILES: Stamps = (None, None)


class DocumentError(Exception):
    """A file cannot be read or written; the message says which and why."""


@dataclass(slots=True)
class Document:
    """What is open in one tab. ``saved_*`` is what the files hold, as far as we know."""

    path: Path | None
    saved_text: str = ""
    saved_input: str = _EMPTY_INPUT
    stamps: Stamps = _NO_FILES
    """Of its files, as the text that is edited came from them: as they were read or saved."""
    gone: bool = False
    """Whether its file was removed: what is shown is in no file."""
    number: int = 1
    """Tells scripts that have no file apart."""
    mark: str = ""
    """What stands before the text in its file."""

    @property
    def name(self) -> str:
        return self.path.name if self.path is not None else f"untitled-{self.number}.js"

    @property
    def input_path(self) -> Path | None:
        return input_file(self.path) if self.path is not None else None

    def changed_on_disk(self) -> bool:
        """Whether someone else wrote its files since they were read or saved."""
        return self.path is not None and stamps(self.path) != self.stamps

    def was_removed(self) -> bool:
        """Whether its file was there once, and is no longer."""
        return (
            self.path is not None and self.stamps[0] is not None and not os.path.exists(self.path)
        )

    def objection(self) -> str:
        """Why saving should ask first, behind the name; empty: nothing speaks against it."""
        if self.path is None:
            return ""
        now = stamps(self.path)
        # Who removed a file sees it again.
        if any(
            its is not None and its != known for its, known in zip(now, self.stamps, strict=True)
        ):
            return "was changed by another program"
        files = self.path, input_file(self.path)
        return "is read-only" if any(_is_read_only(file) for file in files) else ""


def is_sample(path: Path) -> bool:
    """Whether a script came with Workbench: an update would overwrite what is saved there."""
    return path.parent == paths.bundled("sample_scripts")


def input_file(script: Path) -> Path:
    """Where a script's input is kept: beside it."""
    return script.parent / (script.stem + _INPUT_SUFFIX)  # "/" has no name


def named_inputs(script: Path) -> dict[str, Path]:
    """Further inputs of a script by name: ``triage.big.input.json`` is ``big``."""
    found = script.parent.glob(f"{glob.escape(script.stem)}.*{_INPUT_SUFFIX}")
    start, end = len(script.stem) + 1, len(_INPUT_SUFFIX)
    return {file.name[start:-end]: file for file in sorted(found)}


def named_input(script: Path, name: str) -> Path:
    """Where the input ``name`` of a script is kept. Raises DocumentError for what is no name."""
    if _NAME.fullmatch(name) is None:
        raise DocumentError(f"{name!r} is no name for an input: letters, digits, - and _")
    return script.with_name(f"{script.stem}.{name}{_INPUT_SUFFIX}")


def read(path: Path) -> Document:
    """Open a script with its input. A file that does not exist yet is an empty script."""
    path = expanded(path).absolute()
    seen = stamps(path)
    text = read_text(path, "")
    given = read_text(input_file(path), _EMPTY_INPUT).removeprefix(_MARK)
    mark = text[:1] if text.startswith(_MARK) else ""
    return Document(path, text.removeprefix(mark), given, seen, mark=mark)


def write(document: Document, text: str, input_text: str) -> None:
    """Save both files, each whole or not at all. An empty input makes no file. Raises DocumentError."""
    path = document.path
    beside = document.input_path
    if path is None or beside is None:
        raise DocumentError("the script has no name yet: use Save as")
    script = write_text(path, document.mark + text)
    document.saved_text, document.stamps = text, (script, document.stamps[1])
    document.gone = False
    given = None
    if input_text != _EMPTY_INPUT or os.path.exists(beside):
        given = write_text(beside, input_text)
    document.saved_input, document.stamps = input_text, (script, given)


def read_text(path: Path, otherwise: str | None = None) -> str:
    """A text file of at most 16 MB; ``otherwise`` where there is none. Raises DocumentError."""
    try:
        return read_regular(path, _LARGEST).decode("utf-8")
    except FileNotFoundError as error:
        if otherwise is not None:
            return otherwise
        raise DocumentError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path} is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from None


def write_text(path: Path, text: str) -> Stamp:
    """Write a text file, whole or not at all; what tells it from what others write. Raises DocumentError."""
    if os.path.exists(path) and not os.path.isfile(path):
        # A pipe that nobody reads would hold up the screen for good.
        raise DocumentError(f"cannot save {path}: no regular file")
    try:
        return _stamp_of(write_whole(path, text.encode(), mode=0o666))
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "text that is no UTF-8"
        raise DocumentError(f"cannot save {path}: {reason}") from None


def stamps(script: Path) -> Stamps:
    """Of a script and its input, as they are now."""
    return _stamp(script), _stamp(input_file(script))


def _stamp(path: Path) -> Stamp | None:
    try:
        return _stamp_of(path.stat())
    except OSError:
        return None


def _stamp_of(known: os.stat_result) -> Stamp:
    return known.st_mtime_ns, known.st_size, known.st_ino


def _is_read_only(file: Path) -> bool:
    """Files are replaced, which asks the folder only; root may write anything."""
    try:
        return not file.stat().st_mode & 0o222 or not os.access(file, os.W_OK)
    except OSError:
        return False
