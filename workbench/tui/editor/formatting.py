"""A script in one layout: by oxfmt (an extra, or the user's own), and only where the program stays the same."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.text.sanitize import without_styles
from workbench.tui.editor.analysis.syntax import grammars, parsed
from workbench.tui.editor.highlighting import Language
from workbench.tui.editor.same_program import difference

if TYPE_CHECKING:
    from tree_sitter import Node

_PROGRAM = "oxfmt"
_CONFIGS = (".oxfmtrc.json", ".oxfmtrc.jsonc")
_OURS = {"embeddedLanguageFormatting": "off", "quoteProps": "preserve"}
"""Texts in templates belong to the script; a name in quotes may be wanted so."""
_LONGEST = 1 << 20
_TIMEOUT_S = 20.0
_WITHOUT_MEANING = frozenset(" \t\r\n\f\v;,()'\"|\\")
"""Characters that a formatter may add or take away: what the others are counted by."""


class NotFormatted(Exception):
    """The message says why, and where: the script stays as it is."""


def formatter() -> Path:
    """The program: of this installation, else on the path. Raises NotFormatted."""
    beside_us = sysconfig.get_path("scripts")
    found = shutil.which(_PROGRAM, path=beside_us) or shutil.which(_PROGRAM)
    if found is None:
        raise NotFormatted("Formatting needs oxfmt: pip install 'workbench-mcp[format]'")
    return Path(found)


async def formatted(text: str, language: Language, folder: Path | None) -> str:
    """A script (lines end with ``\\n``) in the layout of oxfmt; the nearest ``.oxfmtrc.json`` from its folder
    up says how, where there is one. Raises NotFormatted."""
    if len(text) > _LONGEST:
        raise NotFormatted("The script is too long to be formatted")
    program = formatter()
    dialect = await asyncio.to_thread(_dialect, text, language)
    after = await _run(program, text, dialect, folder)
    row = await asyncio.to_thread(_difference, text, after, dialect)
    if row is not None:
        raise NotFormatted(
            f"Not formatted: oxfmt would change what line {row + 1} says, not only how it looks"
        )
    return after


def same_place(before: str, at: int, after: str) -> int:
    """The character of a formatted text that stands for one of the text before."""
    seen = sum(sign not in _WITHOUT_MEANING for sign in before[:at])
    ends_word = before[at - 1 : at].isalnum() and not before[at : at + 1].isalnum()
    place = 0
    for place, sign in enumerate(after):
        if sign in _WITHOUT_MEANING:
            continue
        if seen == 0:
            return place
        seen -= 1
        if seen == 0 and ends_word:
            return place + 1
    return len(after)


async def _run(program: Path, text: str, dialect: Language, folder: Path | None) -> str:
    with tempfile.TemporaryDirectory(prefix="workbench-") as name:
        room = Path(name)
        file = room / ("script.ts" if dialect == "typescript" else "script.js")
        ours = room / ".oxfmtrc.json"
        await asyncio.to_thread(file.write_text, text, "utf-8", newline="")
        await asyncio.to_thread(ours.write_text, json.dumps(_OURS), "utf-8")
        config = _config_of(folder) or ours
        try:
            process = await asyncio.create_subprocess_exec(
                *(str(program), "--threads=1", "-c", str(config), str(file)),
                cwd=room,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise NotFormatted(
                f"Not formatted: {program} cannot be run: {error.strerror}"
            ) from None
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                _, said = await process.communicate()
        except TimeoutError:
            raise NotFormatted(f"Not formatted: oxfmt took more than {_TIMEOUT_S:.0f} s") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode != 0:
            raise NotFormatted(f"Not formatted: oxfmt says {_first_line(said)}")
        return await asyncio.to_thread(file.read_text, "utf-8")


def _first_line(said: bytes) -> str:
    # Coloured wherever CI or FORCE_COLOR is set.
    text = without_styles(said.decode("utf-8", "replace"))
    lines = (line.strip(" ×x\t") for line in text.splitlines())
    return next((line for line in lines if line), "nothing")


def _config_of(folder: Path | None) -> Path | None:
    """The nearest configuration of oxfmt from a folder up."""
    if folder is None:
        return None
    here = [folder.absolute(), *folder.absolute().parents]
    files = (each / name for each in here for name in _CONFIGS)
    return next((file for file in files if file.is_file()), None)


def _dialect(text: str, language: Language) -> Language:
    """What a script is written in; one that is JavaScript by its name may hold types. Raises NotFormatted."""
    source = text.encode(errors="replace")
    dialects: tuple[Language, ...] = ("javascript", "typescript")
    for dialect in dialects if language == "javascript" else dialects[1:]:
        if not _tree(text, dialect).has_error:
            return dialect
    node = _tree(text, language)
    while (broken := next((one for one in node.children if one.has_error), None)) is not None:
        node = broken
    row, column = node.start_point
    column = len(source.split(b"\n")[row][:column].decode(errors="replace"))
    raise NotFormatted(f"The script does not parse at {row + 1}:{column + 1}: it stays as it is")


def _difference(before: str, after: str, dialect: Language) -> int | None:
    trees = _tree(before, dialect), _tree(after, dialect)
    if any(each.has_error for each in trees):
        raise NotFormatted("Not formatted: what oxfmt made of the script does not parse")
    return difference(*trees)


def _tree(text: str, dialect: Language) -> Node:
    known = grammars()
    language = known.typescript if dialect == "typescript" else known.javascript
    return parsed(language, text.encode(errors="replace"))
