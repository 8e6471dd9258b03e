"""One published server from its start to its second start, through Workbench, beside the SDK's client."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.published.catalogue import NotInstalled, Published, install, sdk_of
from bench.published.reference import Reference, ask, stdio
from tests.support.listening import free_port
from workbench import Execution, Workbench

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_PORT_S = 60
_CALL = "input.calls.map(({tool, args}) => call_tool('s', tool, args))"


@dataclass
class Trial:
    """What was seen. ``problems`` empty: everything is right."""

    server: Published
    sdk: str = "?"
    transport: str = "stdio"
    era: str = ""
    tools: int | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    usable: bool = True
    """The SDK's own client can talk to it."""

    @property
    def verdict(self) -> str:
        if not self.usable:
            return "not here"
        return "works" if not self.problems else "fails"


async def trial(server: Published, cache: Path) -> Trial:
    """Install, ask with the SDK's client, then do it all with Workbench."""
    seen = Trial(server, transport="http" if server.http else "stdio")
    try:
        program = await asyncio.to_thread(install, server, cache)
    except NotInstalled as error:
        seen.usable = False
        seen.problems.append(f"not installed: {error}")
        return seen
    seen.sdk = sdk_of(server, cache)
    with tempfile.TemporaryDirectory(prefix="published-", ignore_cleanup_errors=True) as place:
        folder = Path(place)
        (folder / "own").mkdir()
        async with AsyncExitStack() as stack:
            reference, settings = await _reference(seen, program, folder, stack)
            if reference.error is not None:
                seen.usable = False
                seen.problems.append(f"the SDK's client: {reference.error}")
            await _with_workbench(seen, reference, settings, folder)
    return seen


async def _reference(
    seen: Trial, program: Path, folder: Path, stack: AsyncExitStack
) -> tuple[Reference, dict[str, Any]]:
    server = seen.server
    own = str(folder / "own")
    port = str(free_port())
    fill = lambda text: text.replace("{dir}", own).replace("{port}", port)  # noqa: E731
    args = tuple(fill(word) for word in server.args)
    env = {name: fill(value) for name, value in server.env.items()}
    chosen = list(server.calls)
    if server.http is None:
        reference = await ask(stdio(str(program), args, env, own), chosen)
        return reference, {
            "command": str(program),
            "args": list(args),
            "env": {"HOME": own, **env},
            "cwd": own,
        }
    problem = await stack.enter_async_context(_listening(program, args, env, own, int(port)))
    if problem:
        return Reference(error=problem), {}
    url = f"http://localhost:{port}{server.http}"
    return await ask(url, chosen), {"url": url}


async def _with_workbench(
    seen: Trial, reference: Reference, settings: dict[str, Any], folder: Path
) -> None:
    if not settings:
        return
    # What a person who trusts this server would say, so that every tool can be called.
    config = {
        "servers": {"s": {**settings, "connect_timeout_ms": 90_000, "call_timeout_ms": 60_000}}
    }
    data = folder / "data"
    async with Workbench(config, data_dir=data) as workbench:
        tools = {tool.name: tool for tool in await workbench.list_tools("s")}
        seen.tools = len(tools)
        seen.era = workbench.servers()["s"].protocol or ""
        problem = _state(workbench)
        if problem:
            seen.problems.append(f"does not connect: {problem}")
            return
        if not seen.usable:
            seen.notes.append("Workbench connects")
            return
        _compare_listings(seen, reference, set(tools))
        calls = [{"tool": name, "args": args} for name, args in reference.calls]
        execution = await workbench.run(_CALL, input={"calls": calls}, timeout_ms=180_000)
        _compare_answers(seen, reference, execution)
        recording = await workbench.recording(execution.execution_id)
        replayed = await workbench.replay(recording)
        if replayed.verdict != "identical":
            seen.problems.append(f"its replay {replayed.verdict}: {replayed.divergence}")
    async with Workbench(config, data_dir=data) as again:
        held = [tool.name for tool in await again.list_tools("s") if not tool.approved]
        problem = _state(again)
        if problem:
            seen.problems.append(f"does not connect a second time: {problem}")
        if held:
            seen.problems.append(f"held back after a restart: {', '.join(held[:3])}")


def _state(workbench: Workbench) -> str | None:
    info = workbench.servers()["s"]
    return (
        None
        if info.state == "ready"
        else f"{info.state}: {' '.join(str(info.error).split())[:200]}"
    )


def _compare_listings(seen: Trial, reference: Reference, ours: set[str]) -> None:
    lost = set(reference.tools) - ours
    if lost:
        seen.problems.append(f"{len(lost)} tools are missing: {', '.join(sorted(lost)[:3])}")


def _compare_answers(seen: Trial, reference: Reference, execution: Execution) -> None:
    """Each envelope against what the SDK's client got: the same outcome, the value as docs/scripts.md unwraps it."""
    if execution.error is not None:
        seen.problems.append(f"the script failed: {execution.error.message[:160]}")
        return
    for (name, _), theirs, ours in zip(
        reference.calls, reference.answers, execution.value, strict=True
    ):
        if "unchecked" in theirs:
            seen.notes.append(
                f"{name}: the SDK's client refuses its answer: {theirs['unchecked'][:80]}"
            )
            continue
        failed = "refused" in theirs or theirs.get("isError") is True
        if ours["ok"] == failed:
            said = (
                ours.get("error", {}).get("message", "")[:160]
                if failed is False
                else "it failed there"
            )
            seen.problems.append(f"{name}: ok is {ours['ok']}: {said}")
        elif ours["ok"]:
            expected = _unwrapped(ours["content"], theirs)
            if ours["result"] != expected and not _varies(theirs, ours["content"]):
                said = f"{json.dumps(ours['result'])[:80]} for {json.dumps(expected)[:80]}"
                seen.problems.append(f"{name}: its value is not what its content says: {said}")
        else:
            seen.notes.append(f"{name} fails (no account)")


def _varies(theirs: dict[str, Any], content: list[dict[str, Any]]) -> bool:
    """Whether the two calls were answered differently (a clock, a counter), so that values may differ."""
    return [block.get("text") for block in theirs.get("content", [])] != [
        block.get("text") for block in content
    ]


def _unwrapped(content: list[dict[str, Any]], theirs: dict[str, Any]) -> Any:
    """That rule, written a second time; structured content is the server's own word."""
    structured = theirs.get("structuredContent")
    if structured is not None:
        return structured.get("result") if set(structured) == {"result"} else structured
    if len(content) == 1 and content[0].get("type") == "text":
        text = content[0]["text"]
        try:
            value = json.loads(text)
        except ValueError:
            return text
        return value if isinstance(value, dict | list) else text
    return content


@asynccontextmanager
async def _listening(
    program: Path, args: tuple[str, ...], env: dict[str, str], cwd: str, port: int
) -> AsyncIterator[str | None]:
    """The server as a process of its own until the end; what is wrong, or None."""
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            str(program), *args,
            env={"PATH": os.environ["PATH"], "HOME": cwd, **env}, cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True,
        )  # fmt: skip
        try:
            yield await _until_open(process, port, said)
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _until_open(process: asyncio.subprocess.Process, port: int, said: Any) -> str | None:
    for _ in range(_PORT_S * 5):
        for host in ("127.0.0.1", "::1"):
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                continue
            writer.close()
            return None
        if process.returncode is not None:
            said.seek(0)
            words = " ".join(said.read().decode("utf-8", "replace").split())
            return f"it ended with {process.returncode}: {words[-160:]}"
        await asyncio.sleep(0.2)
    return f"it does not listen on its port within {_PORT_S} s"
