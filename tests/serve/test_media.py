"""Images and audio that a script returns reach a model as what they are."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from workbench.config import Config
from workbench.core.model import JsonValue
from workbench.core.runtime import Runtime, open_runtime
from workbench.serve.media import take_out
from workbench.serve.tool_provider import Caller
from workbench.serve.toolset import Toolset

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(200))).decode()
IMAGE = {"type": "image", "data": PNG, "mimeType": "image/png"}
SOUND = {"type": "audio", "data": PNG, "mimeType": "audio/wav"}
SHOWN = {"type": "image", "mimeType": "image/png", "bytes": 208}


@pytest.fixture(scope="module")
async def runtime(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    config = Config(enable_code_execution=True)
    async with open_runtime(config, data_dir=tmp_path_factory.mktemp("data")) as opened:
        yield opened


async def ask(runtime: Runtime, asked: str, **arguments: JsonValue) -> Any:
    return await Toolset(runtime).call(asked, arguments, Caller())


@pytest.mark.anyio
async def test_images_go_as_content_and_not_as_text(runtime: Runtime) -> None:
    given = {"first": IMAGE, "others": [{"type": "text", "text": "t"}, SOUND]}
    result = await ask(runtime, "code_execution", code="input", input=given)
    text, first, second = result["content"]
    assert (first, second) == (IMAGE, SOUND)
    value = result["structuredContent"]["value"]
    assert value["first"] == {**SHOWN, "attached": 1}
    assert value["others"][1]["attached"] == 2
    assert json.loads(text["text"]) == result["structuredContent"]
    assert PNG not in text["text"]
    execution_id = result["structuredContent"]["execution_id"]
    assert runtime.history.recording(execution_id).value == given, "the record has it all"
    part = await ask(runtime, "get_execution", execution_id=execution_id, path="$.others")
    assert [block["type"] for block in part["content"]] == ["text", "audio"]
    whole = await ask(runtime, "get_execution", execution_id=execution_id)
    assert [block["type"] for block in whole["content"]] == ["text", "image", "audio"]


@pytest.mark.anyio
async def test_an_image_alone_is_the_value(runtime: Runtime) -> None:
    result = await ask(runtime, "code_execution", code="input", input=IMAGE)
    assert result["content"][1] == IMAGE
    assert result["structuredContent"]["value"] == {**SHOWN, "attached": 1}


@pytest.mark.parametrize(
    "block",
    [
        {"type": "image", "data": "not base64!", "mimeType": "image/png"},
        {"type": "image", "data": PNG, "mimeType": "text/html"},
        {"type": "image", "data": PNG},
        {"type": "image", "data": 5, "mimeType": "image/png"},
        {"type": "video", "data": PNG, "mimeType": "video/mp4"},
        {"type": "audio", "data": PNG, "mimeType": "image/png"},
    ],
)
def test_what_is_no_block_stays(block: JsonValue) -> None:
    assert take_out([block]) == ([block], [])


def test_a_value_without_media_is_itself() -> None:
    value = {"a": [1, {"b": None}], "c": "text"}
    assert take_out(value)[0] is value


def test_too_large_and_too_many_are_told_of() -> None:
    large = {**IMAGE, "data": base64.b64encode(bytes(6 << 20)).decode()}
    value, blocks = take_out([large])
    assert blocks == []
    assert value[0]["note"] == "too large to be attached"
    value, blocks = take_out([IMAGE] * 30)
    assert len(blocks) == 20
    assert value[-1]["note"] == "not attached"


@pytest.mark.parametrize(
    "others", [[{"id": n} for n in range(10_000)], ["x" * 100_000, {"text": "x" * 100_000}]]
)
def test_images_are_found_behind_many_or_long_other_values(others: list[JsonValue]) -> None:
    assert take_out(others) == (others, [])
    shown, blocks = take_out([*others, {"of": [IMAGE]}])
    assert blocks == [IMAGE]
    assert shown[-1] == {"of": [{**SHOWN, "attached": 1}]}
