"""Recordings as tests: each is replayed against the script that stands beside it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from workbench.config import Config
from workbench.core.model import ErrorCode, JsonValue
from workbench.core.paths import SCRIPT_SUFFIXES
from workbench.core.runtime import Runtime, open_runtime
from workbench.history import (
    CallRow,
    Recording,
    RecordingError,
    read_recording,
    write_recording,
)
from workbench.history.recording import FORMAT
from workbench.replay.offline import run_offline
from workbench.replay.rerun import MaskedRecord, run_live
from workbench.text.jsontext import dumps, loads
from workbench.text.sanitize import clean, in_xml
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.sandbox.host.zygote_process import ZygoteProcess

_log = logging.getLogger(__name__)
_NAMED = FORMAT.encode()
_CONFLICT = re.compile(rb"^<<<<<<< ", re.MULTILINE)
_LOOKED_AT = 4096
_PART = 1 << 20


@dataclass(frozen=True, slots=True)
class Case:
    """A recording's file, and the script beside it where there is one."""

    file: Path
    script: Path | None


@dataclass(frozen=True, slots=True)
class CaseVerdict:
    case: Case
    verdict: str
    """``identical``, ``diverged``, ``failed``, ``accepted`` or ``unreadable``."""
    detail: str = ""
    duration_s: float = 0.0

    @property
    def passed(self) -> bool:
        return self.verdict in ("identical", "accepted")

    @property
    def line(self) -> str:
        sign = "ok  " if self.passed else "FAIL"
        return f"{sign} {self.case.file} {self.verdict}{f': {self.detail}' if self.detail else ''}"

    def to_json(self) -> dict[str, JsonValue]:
        return {
            "file": str(self.case.file),
            "script": str(self.case.script) if self.case.script is not None else None,
            "verdict": self.verdict,
            "detail": self.detail,
        }


def find_cases(paths: Iterable[Path]) -> list[Case]:
    """The files that are named, and the recordings under the folders that are, damaged ones too.

    ``a.json`` is tested against ``a.js`` or ``a.ts`` beside it, where there is one.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = sorted(path.rglob("*.json"))
            files += [file for file in found if not _is_hidden(file, path) and _is_ours(file)]
        else:
            files.append(path)
    return [Case(file, _script_beside(file)) for file in dict.fromkeys(files)]


def _script_beside(file: Path) -> Path | None:
    """The script that a recording is tested against; None: its own."""
    beside = (file.with_suffix(suffix) for suffix in SCRIPT_SUFFIXES)
    return next((script for script in beside if script.is_file()), None)


def _is_hidden(file: Path, folder: Path) -> bool:
    parents = file.relative_to(folder).parts[:-1]
    return any(part.startswith(".") or part == "node_modules" for part in parents)


def _is_ours(file: Path) -> bool:
    """Other JSON may stand in the folder too. A file that is none any more was a recording sooner than not."""
    if not file.is_file():
        return False
    try:
        with file.open("rb") as opened:
            begin = opened.read(_LOOKED_AT)
            if not begin.strip() or b"\0" in begin or _CONFLICT.search(begin):
                return True
            opened.seek(0)
            before = b""
            while part := opened.read(_PART):
                if _NAMED in before + part:
                    return True
                before = part[-len(_NAMED) :]
        return _script_beside(file) is not None and not _is_json(file)
    except OSError:
        return True  # reading it says why


def _is_json(file: Path) -> bool:
    try:
        loads(file.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True


async def run_cases(
    config: Config,
    cases: Iterable[Case],
    *,
    data_dir: Path,
    accept: bool,
    zygote: ZygoteProcess | None = None,
) -> list[CaseVerdict]:
    """Replay each; with ``accept``, one that does not replay identical is recorded anew, live.

    Each on its own: what is wrong with one is its verdict, and the others are run.
    """
    async with open_runtime(config, data_dir=data_dir, zygote=zygote) as runtime:
        return [await _timed(runtime, case, accept=accept) for case in cases]


async def _timed(runtime: Runtime, case: Case, *, accept: bool) -> CaseVerdict:
    began = time.monotonic()
    try:
        verdict = await _run_case(runtime, case, accept=accept)
    except Exception as error:  # ours; the other recordings are tested all the same
        _log.exception("testing %s", case.file)
        verdict = CaseVerdict(case, "failed", f"{type(error).__name__}: {error}")
    return replace(verdict, duration_s=time.monotonic() - began)


async def _run_case(runtime: Runtime, case: Case, *, accept: bool) -> CaseVerdict:
    try:
        recording = read_recording(case.file)
    except RecordingError as error:
        return CaseVerdict(case, "unreadable", str(error))
    try:
        script = case.script
        code = script.read_text(encoding="utf-8") if script is not None else recording.code
    except (OSError, UnicodeDecodeError) as error:
        said = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        return CaseVerdict(case, "unreadable", f"{case.script}: {said}")
    replayed = await run_offline(runtime, recording, code=code)
    if replayed.verdict == "identical":
        return CaseVerdict(case, "identical")
    if accept:
        return await _accept(runtime, case, recording, code)
    divergence = replayed.divergence
    if divergence is None:
        return CaseVerdict(case, replayed.verdict, dumps(replayed.error))
    where = f"call #{divergence.call}" if divergence.call is not None else "the end"
    return CaseVerdict(
        case, replayed.verdict, f"at {where} ({divergence.cause}): {dumps(divergence.to_json())}"
    )


async def _accept(runtime: Runtime, case: Case, recording: Recording, code: str) -> CaseVerdict:
    try:
        renewed = (await run_live(runtime, recording, code=code)).renewed
        assert renewed is not None
        problem = _not_acceptable(recording, renewed)
        if problem is None:
            write_recording(renewed, case.file)
            return CaseVerdict(case, "accepted", f"recorded anew as {renewed.execution_id}")
    except MaskedRecord as error:
        problem = str(error)
    except OSError as error:
        problem = f"it cannot be written: {error.strerror}"
    return CaseVerdict(case, "failed", f"not recorded anew: {problem}")


def _not_acceptable(recording: Recording, renewed: Recording) -> str | None:
    """Why the new record must not take the old one's place: a failure is accepted only where one was."""
    if not renewed.complete:
        return f"the live run was cut ({renewed.missing or renewed.status})"
    error = renewed.error
    if error is not None and (
        error["code"] == "SYNTAX_ERROR" or recording.error_code != error["code"]
    ):
        return f"the live run failed: {error['code']}: {error['message']}"
    before = {_refusal(call) for call in recording.calls}
    for call in renewed.calls:
        refusal = _refusal(call)
        if refusal is not None and refusal not in before:
            return f"{call.server}.{call.tool} was not answered: {refusal[2]}: {refusal[3]}"
    return None


def _refusal(call: CallRow) -> tuple[str, str, str, str] | None:
    """Of a call that no server answered; a tool that fails has something to say."""
    error = call.error
    if error is None or (error["code"] == ErrorCode.UPSTREAM_ERROR and call.content is not None):
        return None
    if error["code"] == ErrorCode.INVALID_ARGS:
        return None
    return call.server, call.tool, error["code"], error["message"]


def junit_report(verdicts: Iterable[CaseVerdict]) -> str:
    """The verdicts in the JUnit XML that CI systems read."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    suite = ElementTree.Element("testsuite", name="workbench test", timestamp=now)
    tests = failures = 0
    duration = 0.0
    for verdict in verdicts:
        tests += 1
        duration += verdict.duration_s
        element = ElementTree.SubElement(
            suite,
            "testcase",
            classname="recording",
            name=xml_text(str(verdict.case.file)),
            time=f"{verdict.duration_s:.3f}",
        )
        if not verdict.passed:
            failures += 1
            failure = ElementTree.SubElement(element, "failure", message=verdict.verdict)
            failure.text = xml_text(verdict.detail)
    suite.set("time", f"{duration:.3f}")
    suite.set("tests", str(tests))
    suite.set("failures", str(failures))
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)


def xml_text(text: str) -> str:
    """Safe to show, and only with the characters that XML has."""
    return in_xml(clean(text))
