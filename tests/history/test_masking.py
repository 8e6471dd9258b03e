"""No secret reaches a file, wherever in an execution it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.tools import DictTools
from workbench.core.engine import Engine
from workbench.core.model import (
    ErrorCode,
    ExecutionRequest,
    Limits,
    Outcome,
    PoolSettings,
    ToolCall,
)
from workbench.history import Store
from workbench.history.clean_texts import CleanTexts
from workbench.text import secrets
from workbench.text.redact import Redactor

pytestmark = pytest.mark.anyio

_GO = '{"Authorization":["Basic aHVudGVyMg=="],"password":8675309421,"api_key":{"v":"hunter2"}}'
_TOKEN = "ghp_" + "a1B2" * 9
_SECRETS = ("aHVudGVyMg", "8675309421", "hunter2", "a1B2", "4929-1234")


async def _headers(call: ToolCall) -> Outcome:
    return Outcome(ok=True, result=_GO, content=[{"type": "text", "text": _GO}])


async def _odd(call: ToolCall) -> Outcome:
    said = f"the result does not match its output schema: field 's' must be a number, not {_TOKEN}"
    return Outcome(ok=True, result={_TOKEN: [{_TOKEN: 1}]}, warnings=(said,))


async def _refuse(call: ToolCall) -> Outcome:
    return Outcome.failed(
        ErrorCode.INVALID_ARGS,
        "field 'account.pin' must be a number, not \"4929-1234\"",
        {"problems": ["field 'account.pin' must be a number, not \"4929-1234\""]},
        dispatched=False,
    )


_SCRIPTS = [
    "const r = await tools.test.headers({}); console.log(r); console.log(JSON.parse(r)); JSON.stringify({ r })",
    "console.log(JSON.parse(await tools.test.headers({}))); throw new Error(await tools.test.headers({}))",
    "const r = await tools.test.odd({}); console.log(r, Object.keys(r)); r",
    "const e = call_tool('test', 'refuse', { account: { pin: input.pin } }); console.log(e); e",
    "await tools.test.refuse({ account: { pin: input.pin } })",
    # cut in the middle of what the script puts together
    "console.log('x '.repeat(32758) + 'ghp_' + ('a1' + 'B2').repeat(9)); 1",
    "console.log('x '.repeat(32755) + JSON.stringify({ password: 'hunt' + 'er2'.repeat(20) })); 1",
]


@pytest.mark.parametrize("code", _SCRIPTS)
async def test_nothing_of_it_is_in_the_files(tmp_path: Path, code: str) -> None:
    store = Store(tmp_path / "h.sqlite3", redactor=Redactor(["^pin$"]), log=tmp_path / "main.log")
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    answers: dict[str, Any] = {"headers": _headers, "odd": _odd, "refuse": _refuse}
    request = ExecutionRequest(code, input={"pin": "4929-1234"})
    execution = await engine.run(request, tools=DictTools(**answers))
    await engine.close()
    recording = store.recording(execution.execution_id)
    assert recording.masked
    assert recording.logs or recording.error
    store.close()
    files = [file for file in tmp_path.iterdir() if file.is_file()]
    assert len(files) >= 2
    for file in files:
        content = file.read_bytes().decode("utf-8", "replace")
        for secret in _SECRETS:
            place = content.find(secret)
            assert place < 0, content[max(0, place - 200) : place + 100]


async def _echo(call: ToolCall) -> Outcome:
    return Outcome(ok=True, result=call.args)


async def test_a_large_text_that_is_handed_on_is_looked_through_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[int] = []
    look = secrets.may_be_in_json

    def counted(text: str) -> bool:
        if len(text) > 100_000:
            looked.append(len(text))
        return look(text)

    monkeypatch.setattr(secrets, "may_be_in_json", counted)
    store = Store(tmp_path / "h.sqlite3", redactor=Redactor())
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    code = "call_tool('test', 'echo', { a: '-'.repeat(200_000) + input }).result"
    for given in ("", f" ghp_{'a1B2' * 9}"):
        looked.clear()
        request = ExecutionRequest(code, input=given)
        execution = await engine.run(request, tools=DictTools(echo=_echo))
        assert len(looked) == 1 if not given else len(looked) >= 3  # what is masked is not kept
        recording = store.recording(execution.execution_id)
        assert recording.masked == bool(given)
        assert recording.calls[0].args == recording.value
    await engine.close()
    store.close()


def test_what_one_redactor_finds_clean_is_looked_through_by_another() -> None:
    clean, value = CleanTexts(), {"ssn": 5, "long": "-" * 100_000}
    assert clean.json(Redactor(), value) == clean.json(Redactor(), value)
    text, masked = clean.json(Redactor(["^ssn$"]), value)
    assert masked
    assert '"ssn":5' not in text
