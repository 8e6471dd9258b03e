"""Fuzzing that follows coverage: what comes from outside, changed by atheris towards code that none took yet.

``make fuzz`` runs every door for ``FUZZ_SECONDS`` (60); ``python -m tests.fuzz.guided DOOR -max_total_time=600``
one, with libFuzzer's options. What is found lies in build/fuzz as ``crash-…``, and runs again when it is named
behind the door. Inputs that led to new code are kept in build/fuzz/DOOR, where the next run goes on.
"""

from __future__ import annotations

import copy
import json
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

_BUILD = Path(__file__).parents[2] / "build" / "fuzz"
Door = Callable[[bytes], None]
"""Takes what comes, and raises only what is a bug."""

_FRAMES: list[dict[str, Any]] = [
    {"t": "call", "server": "s", "tool": "t", "args": {"a": 1}, "line": 1, "clock": [[1, 2]]},
    {"t": "call", "op": 1, "server": "s", "tool": "t", "refused": {"code": "NOT_FOUND", "message": "m"}},
    {"t": "batch", "calls": [{"server": "s", "tool": "t", "args": {}, "line": 1}], "width": 2},
    {"t": "query", "op": 1, "kind": "search", "query": "q", "limit": 3},
    {"t": "sleep", "op": 1, "ms": 1.5},
    {"t": "log", "level": "warn", "text": "x"},
    {"t": "idle"},
    {"t": "done", "ok": True, "value": None, "heap": 1, "cpu_ms": 0.5, "warnings": ["w"]},
    {"t": "done", "ok": False, "code": "RUNTIME_ERROR", "message": "m", "stack": "s", "line": 1,
     "column": 1, "details": {}, "heap": 1, "cpu_ms": 0.5, "warnings": []},
]  # fmt: skip
_LINES = (
    b'{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"\\ud800"}]}}\n',
    b'{"jsonrpc":"2.0","id":"a","error":{"code":-32602,"message":"m","data":[NaN,1e999]}}\n',
    b'\xff{"method":"notifications/progress","params":{"progressToken":1,"progress":-Infinity}}\n\n[]\n',
)
_ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 2**63, -(2**64), 0.5, 1e308, float("nan"), "", "x", "\x00", "\ud800", [], {},
    [[]], [None], {"a": 1}, "ok", "error", "1970-01-01T00:00:00Z", "9" * 5000,
)  # fmt: skip


def frames() -> Door:
    """A frame of a worker's."""
    from workbench.sandbox.host import frame_checks

    def take(data: bytes) -> None:
        with suppress(frame_checks.BrokenProtocol):
            frame_checks.read(data)

    return take


def lines() -> Door:
    """What a server writes to its stdout, in pieces of the length that the first byte says."""
    from workbench.mcp.framing import Line, LineSplitter, LongLine
    from workbench.mcp.messages import Failure, RpcError, answer_of, decode, encode

    def on_line(line: Line) -> None:
        try:
            decoded = decode(line, 1 << 20)
        except ValueError:
            return
        if isinstance(decoded.value, dict):
            decode(encode(decoded.value))
            with suppress(Failure, RpcError):
                answer_of(decoded.value, decoded.odd_numbers)

    def on_long(line: LongLine) -> None:
        assert line.size > 200

    def take(data: bytes) -> None:
        splitter = LineSplitter(on_line, 200, on_long)
        width, rest = (data[0] or 1, data[1:]) if data else (1, b"")
        for at in range(0, len(rest), width):
            splitter.feed(rest[at : at + width])
        splitter.finish()

    return take


def configuration() -> Door:
    """The text of a workbench.toml."""
    from workbench.config import ConfigError, parse

    def take(data: bytes) -> None:
        with suppress(ConfigError):
            parse(data.decode("utf-8", "replace"), Path("workbench.toml"), environ={})

    return take


def recordings() -> Door:
    """A recording that somebody has changed, and signed anew: each four bytes are a place and what stands there."""
    from tests.support.recordings import sign
    from workbench.history import RecordingError, read_recording, write_recording

    whole = _recorded()
    files = [_BUILD / "changed.json", _BUILD / "again.json"]

    def take(data: bytes) -> None:
        changed = copy.deepcopy(whole)
        for place, what in struct.iter_unpack(">HH", data[: len(data) // 4 * 4]):
            found = list(places(changed))
            holder, key = found[place % len(found)]
            if what < len(_ODD):
                holder[key] = _ODD[what]
            elif what % 3 == 0 and isinstance(holder, dict):
                del holder[key]
            else:  # what stands elsewhere
                other, at = found[what % len(found)]
                holder[key] = copy.deepcopy(other[at])
        with suppress(ValueError, TypeError):  # what no recording could have been signed with
            sign(changed)
        files[0].write_text(json.dumps(changed))
        try:
            recording = read_recording(files[0])
        except RecordingError:
            return
        write_recording(recording, files[1])
        again = read_recording(files[1])
        assert again.to_json() == recording.to_json()

    return take


DOORS: Mapping[str, Callable[[], Door]] = {
    one.__name__: one for one in (frames, lines, configuration, recordings)
}


def seeds(door: str) -> list[bytes]:
    """What a door takes, to begin with."""
    if door == "frames":
        return [json.dumps(frame).encode() for frame in _FRAMES]
    if door == "lines":
        return [bytes([width]) + line for width in (3, 255) for line in _LINES]
    if door == "configuration":
        page = Path(__file__).parents[2] / "docs" / "configuration.md"
        return [
            text.partition("```")[0].encode() for text in page.read_text().split("```toml\n")[1:]
        ]
    return [b"", struct.pack(">HHHH", 3, 1, 40, 100)]


def _recorded() -> dict[str, Any]:
    """A recording as its file has it, made once."""
    file = _BUILD / "recording.json"
    if not file.exists():
        _BUILD.mkdir(parents=True, exist_ok=True)
        us = [sys.executable, "-m", "workbench", "--data-dir", str(_BUILD / "data")]
        code = "console.log(Date.now()); await tools.demo.echo({value: [1]}); call_tool('demo', 'get_issue', {id: 1}); 2"
        ran = subprocess.run(
            [*us, "code", "exec", "--code", code], capture_output=True, check=True, cwd=_BUILD
        )
        id_ = json.loads(ran.stdout)["execution_id"]
        subprocess.run([*us, "history", "export", id_, "--output", str(file)], check=True)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every list or object with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from places(value[key])


def fuzz(door: str, options: list[str]) -> None:
    """Until an option of libFuzzer's ends it, or something is found."""
    import atheris

    corpus = _BUILD / door
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds(door)):
        (corpus / f"seed-{number}").write_bytes(seed)
    with atheris.instrument_imports(include=["workbench"]):
        take = DOORS[door]()
    named = any(not option.startswith("-") for option in options)
    where = [f"-artifact_prefix={_BUILD}/", "-timeout=10", "-rss_limit_mb=1024"]
    atheris.Setup([door, *where, *options, *([] if named else [str(corpus)])], take)
    atheris.Fuzz()


def fuzz_all(seconds: int) -> int:
    """Every door after the other; 1 where something was found."""
    found = 0
    for door in DOORS:
        print(f"{door}: {seconds} s", flush=True)
        words = [sys.executable, "-m", "tests.fuzz.guided", door, f"-max_total_time={seconds}"]
        done = subprocess.run(
            [*words, "-print_final_stats=1"], capture_output=True, text=True, check=False
        )
        told = done.stderr.splitlines()
        stats = [line for line in told if line.startswith("stat::number_of_executed_units")]
        last = [line for line in told if " cov: " in line][-1:]
        print("\n".join(told[-40:] if done.returncode else [*last, *stats]), flush=True)
        found |= done.returncode != 0
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        fuzz(sys.argv[1], sys.argv[2:])
    else:
        sys.exit(fuzz_all(int(os.environ.get("FUZZ_SECONDS", "60"))))
