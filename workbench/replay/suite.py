"""Recordings as tests: each is replayed against the script that stands beside it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

from workbench.config import Config
from workbench.core.model import JsonValue
from workbench.core.runtime import Runtime, open_runtime
from workbench.history import Recording, RecordingError, read_recording, write_recording
from workbench.history.recording import FORMAT
from workbench.replay.offline import run_offline
from workbench.replay.rerun import run_live
from workbench.text.jsontext import dumps
from workbench.text.sanitize import clean

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


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
    """The files that are named, and the recordings under the folders that are.

    ``a.json`` is tested against ``a.js`` beside it, where there is one.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += [file for file in sorted(path.rglob("*.json")) if _is_ours(file)]
        else:
            files.append(path)
    cases = []
    for file in dict.fromkeys(files):
        script = file.with_suffix(".js")
        cases.append(Case(file, script if script.is_file() else None))
    return cases


def _is_ours(file: Path) -> bool:
    """Other JSON may stand in the folder too; a recording begins with its format."""
    try:
        with file.open("rb") as opened:
            return f'"{FORMAT}"'.encode() in opened.read(64)
    except OSError:
        return False


async def run_cases(
    config: Config, cases: Iterable[Case], *, data_dir: Path, accept: bool
) -> list[CaseVerdict]:
    """Replay each; with ``accept``, one that does not replay identical is recorded anew, live."""
    async with open_runtime(config, data_dir=data_dir) as runtime:
        return [await _timed(runtime, case, accept=accept) for case in cases]


async def _timed(runtime: Runtime, case: Case, *, accept: bool) -> CaseVerdict:
    began = time.monotonic()
    verdict = await _run_case(runtime, case, accept=accept)
    return replace(verdict, duration_s=time.monotonic() - began)


async def _run_case(runtime: Runtime, case: Case, *, accept: bool) -> CaseVerdict:
    try:
        recording = read_recording(case.file)
    except RecordingError as error:
        return CaseVerdict(case, "unreadable", str(error))
    code = case.script.read_text(encoding="utf-8") if case.script is not None else recording.code
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
    live = await run_live(runtime, recording, code=code)
    renewed = live.renewed
    assert renewed is not None
    try:
        write_recording(renewed, case.file)
    except OSError as error:
        return CaseVerdict(case, "failed", f"cannot be written: {error.strerror}")
    return CaseVerdict(case, "accepted", f"recorded anew as {renewed.execution_id}")


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
    return _NOT_XML.sub("�", clean(text))
