"""``workbench test``: every recording gets its verdict, whatever stands in the files beside it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.recordings import sign
from workbench.config import Config, parse
from workbench.core.model import ExecutionRequest
from workbench.core.runtime import open_runtime
from workbench.history import RecordingError, read_recording, write_recording
from workbench.replay.rerun import MaskedRecord, run_live
from workbench.replay.suite import CaseVerdict, find_cases, junit_report, run_cases

pytestmark = pytest.mark.anyio

_SCRIPT = "const r = await tools.demo.echo({ value: input.n }); console.log(r); r"


@dataclass
class Folder:
    """A folder of recordings, and the configuration that they are tested with."""

    config: Config
    path: Path
    data: Path

    async def record(self, name: str, code: str = _SCRIPT, given: Any = None) -> Path:
        async with open_runtime(self.config, data_dir=self.data) as runtime:
            request = ExecutionRequest(code, input={"n": 1} if given is None else given)
            execution = await runtime.engine.run(request)
            write_recording(runtime.history.recording(execution.execution_id), self.path / name)
        return self.path / name

    async def test(self, *, accept: bool = False) -> dict[str, CaseVerdict]:
        cases = find_cases([self.path])
        verdicts = await run_cases(self.config, cases, data_dir=self.data, accept=accept)
        return {verdict.case.file.name: verdict for verdict in verdicts}

    def change(self, name: str, change: Callable[[dict[str, Any]], None], to: str) -> None:
        """Another recording, made from one: changed, and signed again."""
        document = json.loads((self.path / name).read_text())
        change(document)
        sign(document)
        (self.path / to).write_text(json.dumps(document))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    config = parse("code_execution_pool_size = 1\n", None, environ={})
    path = tmp_path / "recordings"
    path.mkdir()
    return Folder(config, path, tmp_path / "data")


async def test_each_damaged_file_is_told_and_the_good_ones_are_tested(folder: Folder) -> None:
    good = await folder.record("good.json")
    text = good.read_text()
    (folder.path / "empty.json").write_text("")
    (folder.path / "blank.json").write_text(" \n")
    (folder.path / "cut.json").write_text(text[: len(text) // 2])
    (folder.path / "conflict.json").write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> x\n")
    (folder.path / "nul.json").write_bytes(b"\0" * 400)
    (folder.path / "forged.json").write_text(text.replace('"n":1', '"n":2'))
    (folder.path / "latin.json").write_text(text)
    (folder.path / "latin.js").write_bytes("// gr\u00fcn\n1".encode("latin-1"))
    (folder.path / "broken.json").write_text("{ not json")
    (folder.path / "broken.js").write_text("1")
    (folder.path / "sorted.json").write_text(json.dumps(json.loads(text), sort_keys=True, indent=2))
    (folder.path / "notepad.json").write_text(text, encoding="utf-8-sig")
    (folder.path / "package.json").write_text('{"name": "other"}')
    (folder.path / "data.json").write_text("[1, 2]")
    (folder.path / "data.js").write_text("1")
    hidden = folder.path / "node_modules" / "x"
    hidden.mkdir(parents=True)
    (hidden / "empty.json").write_text("")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder.path / "pipe.json")
        os.mkfifo(folder.path / "good.js")
    verdicts = await folder.test()
    found = {name: verdict.verdict for name, verdict in verdicts.items()}
    assert found == {
        "good.json": "identical",
        "sorted.json": "identical",
        "notepad.json": "identical",
        **dict.fromkeys(
            ("empty.json", "blank.json", "cut.json", "conflict.json", "nul.json", "forged.json",
             "latin.json", "broken.json"),
            "unreadable",
        ),
    }  # fmt: skip
    assert "UTF-8" in verdicts["latin.json"].detail
    assert 'failures="8"' in junit_report(verdicts.values())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in the file system")
async def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.json")
    with pytest.raises(RecordingError, match="not a file"):
        read_recording(tmp_path / "x.json")


def _deep(levels: int) -> Any:
    value: Any = "\ud800"
    for _ in range(levels):
        value = [value]
    return value


WRONG: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("memory list", lambda d: d["limits"].update(memory_mb=[])),
    ("memory object", lambda d: d["limits"].update(memory_mb={})),
    ("memory huge", lambda d: d["limits"].update(memory_mb=1e308)),
    ("memory text", lambda d: d["limits"].update(memory_mb="x")),
    ("memory null", lambda d: d["limits"].update(memory_mb=None)),
    ("timeout negative", lambda d: d["limits"].update(timeout_ms=-1)),
    ("servers number", lambda d: d["limits"].update(allowed_servers=5)),
    ("servers numbers", lambda d: d["limits"].update(allowed_servers=[5])),
    ("error without code", lambda d: d.update(error={"message": "x"})),
    ("call error without code", lambda d: d["calls"][0].update(ok=False, error={})),
    ("call error of no code", lambda d: d["calls"][0].update(ok=False, error={"code": "X", "message": "x"})),
    ("time", lambda d: d.update(started_at=1e300)),
    ("seed", lambda d: d["readings"].update(seed=[1, 2, 3, 2**70])),
    ("clock", lambda d: d["readings"].update(clock=[[1e300, 1]])),
    ("order", lambda d: d["readings"].update(order=[0])),
    ("answers", lambda d: d["readings"].update(answers=[5])),
    ("numbers", lambda d: d["calls"][0].update(seq=2)),
    ("unknown member", lambda d: d.update(seed=[1, 2, 3, 4])),
    ("no code", lambda d: d.pop("code")),
]  # fmt: skip


async def test_a_signed_recording_with_wrong_types_is_corrupt_and_ends_nothing(
    folder: Folder,
) -> None:
    await folder.record("a.json")
    for name, change in WRONG:
        folder.change("a.json", change, f"{name}.json")
    verdicts = await folder.test()
    assert verdicts["a.json"].verdict == "identical"
    for name, _ in WRONG:
        verdict = verdicts[f"{name}.json"]
        assert verdict.verdict == "unreadable", name
        assert "corrupt" in verdict.detail


async def test_deep_and_large_files_are_refused(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = await folder.record("good.json")
    document = json.loads(good.read_text())
    for levels in (400, 5_000, 100_000):
        text = json.dumps({**document, "value": "DEEP"})
        deep = "[" * levels + '"\\ud800"' + "]" * levels
        (folder.path / f"deep{levels}.json").write_text(text.replace('"DEEP"', deep))
    many = json.dumps({**document, "value": "MANY"}).replace('"MANY"', "[" + "[]," * 200_000 + "0]")
    (folder.path / "many.json").write_text(many)
    monkeypatch.setattr("workbench.history.recording._MOST_VALUES", 100_000)
    verdicts = await folder.test()
    assert verdicts.pop("good.json").passed
    assert {verdict.verdict for verdict in verdicts.values()} == {"unreadable"}
    assert "more than 100000 values" in verdicts["many.json"].detail


@pytest.mark.slow
async def test_accepting_takes_no_failure_for_a_good_recording(folder: Folder) -> None:
    for name in ("syntax", "throws", "gone", "better"):
        await folder.record(f"{name}.json")
    before = {file.name: file.read_text() for file in folder.path.iterdir()}
    (folder.path / "syntax.js").write_text("let x = ;")
    (folder.path / "throws.js").write_text("throw new Error('no')")
    (folder.path / "gone.js").write_text("call_tool('nowhere', 'x', {}); 1")
    (folder.path / "better.js").write_text(_SCRIPT.replace("console.log(r)", "console.log('new')"))
    verdicts = await folder.test(accept=True)
    assert {name: verdict.verdict for name, verdict in verdicts.items()} == {
        "syntax.json": "failed",
        "throws.json": "failed",
        "gone.json": "failed",
        "better.json": "accepted",
    }
    assert "SYNTAX_ERROR" in verdicts["syntax.json"].detail
    assert "NOT_FOUND" in verdicts["gone.json"].detail
    after = {file.name: file.read_text() for file in folder.path.glob("*.json")}
    assert [name for name in after if after[name] != before[name]] == ["better.json"]
    assert (await folder.test())["better.json"].verdict == "identical"


@pytest.mark.slow
async def test_a_masked_recording_is_not_run_on_real_servers(folder: Folder) -> None:
    code = "const r = await tools.demo.echo({ value: input.password.length }); r"
    file = await folder.record("masked.json", code, {"password": "hunter2"})
    recording = read_recording(file)
    assert recording.masked
    async with open_runtime(folder.config, data_dir=folder.data) as runtime:
        with pytest.raises(MaskedRecord, match=r"«masked password».*--input"):
            await run_live(runtime, recording)
        again = await run_live(runtime, recording, input={"password": "hunter2"})
        assert again.verdict == "identical"
    (folder.path / "masked.js").write_text(code + "; 5")
    verdict = (await folder.test(accept=True))["masked.json"]
    assert verdict.verdict == "failed"
    assert "«masked password»" in verdict.detail
    in_code = await folder.record(
        "in code.json", "call_tool('demo', 'echo', { value: 'x', token: 'hunter2' }); 1"
    )
    async with open_runtime(folder.config, data_dir=folder.data) as runtime:
        with pytest.raises(MaskedRecord, match="--code"):
            await run_live(runtime, read_recording(in_code))
