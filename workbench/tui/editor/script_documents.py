"""A script in the UI and the files it comes from: ``triage.js`` with ``triage.input.json``."""

from __future__ import annotations

import glob
import os
import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from workbench.core import paths
from workbench.util.files import write_whole

_INPUT_SUFFIX = ".input.json"
_EMPTY_INPUT = "{}\n"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = 16 << 20
_MARK = BOM_UTF8.decode()
"""What some editors put before a text in UTF-8: no part of it, and kept where it was."""
Stamps = tuple[int | None, int | None]
"""When a script and its input were written, in ns; None: there is no such file."""


class DocumentError(Exception):
    """A file cannot be read or written; the message says which and why."""


@dataclass(slots=True)
class Document:
    """What is open in one tab. ``saved_*`` is what the files hold, as far as we know."""

    path: Path | None
    saved_text: str = ""
    saved_input: str = _EMPTY_INPUT
    stamps: Stamps | None = None
    """Of its files, as they were read or saved; None: they are another's, whatever they hold."""
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
        return (
            self.path is not None and self.stamps is not None and stamps(self.path) != self.stamps
        )

    def objection(self) -> str:
        """Why saving should ask first, behind the name; empty: nothing speaks against it."""
        if self.path is None or not self.path.exists():
            return ""  # who removed it sees it again
        if self.changed_on_disk():
            return "was changed by another program"
        # Files are replaced, which asks the folder only; root may write anything.
        writable = self.path.stat().st_mode & 0o222 and os.access(self.path, os.W_OK)
        return "" if writable else "is read-only"


def is_sample(path: Path) -> bool:
    """Whether a script came with Workbench: an update would overwrite what is saved there."""
    return path.parent == paths.bundled("sample_scripts")


def input_file(script: Path) -> Path:
    """Where a script's input is kept: beside it."""
    return script.with_name(script.stem + _INPUT_SUFFIX)


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
    path = path.expanduser().absolute()
    seen = stamps(path)
    text = read_text(path) if seen[0] is not None else ""
    beside = input_file(path)
    given = read_text(beside).removeprefix(_MARK) if beside.is_file() else _EMPTY_INPUT
    mark = text[:1] if text.startswith(_MARK) else ""
    return Document(path, text.removeprefix(mark), given, seen, mark=mark)


def write(document: Document, text: str, input_text: str) -> None:
    """Save both files, each whole or not at all. An empty input makes no file. Raises DocumentError."""
    path = document.path
    beside = document.input_path
    if path is None or beside is None:
        raise DocumentError("the script has no name yet: use Save as")
    write_text(path, document.mark + text)
    document.saved_text = text
    if input_text != document.saved_input or beside.is_file():
        write_text(beside, input_text)
    document.saved_input = input_text
    document.stamps = stamps(path)


def read_text(path: Path) -> str:
    """A text file of at most 16 MB. Raises DocumentError."""
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise DocumentError(f"{path} is {size} bytes; at most {_LARGEST} can be edited")
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{path} is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from None


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all. Raises DocumentError."""
    try:
        write_whole(path, text.encode(), mode=0o644)
    except (OSError, UnicodeEncodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "text that is no UTF-8"
        raise DocumentError(f"cannot save {path}: {reason}") from None


def stamps(script: Path) -> Stamps:
    """Of a script and its input, as they are now."""
    return _stamp(script), _stamp(input_file(script))


def _stamp(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
