"""The pictures of the documentation, made by the real app on the demo server.

python docs/make_images.py          every picture
python docs/make_images.py table    those whose name holds a word
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

os.environ["TEXTUAL_ANIMATIONS"] = "none"  # read when textual is imported
# Pictures name no folder of whoever makes them.
os.environ["XDG_CONFIG_HOME"] = "/home/you/.config"

from textual.pilot import Pilot

from workbench.config import Config, UiSettings, demo_server
from workbench.core.model import ExecutionOptions, ExecutionRequest
from workbench.core.paths import bundled
from workbench.tui.app import WorkbenchApp

_IMAGES = Path(__file__).parent / "images"
_SIZE = (120, 36)
_PATIENCE_S = 120.0
_LOOP = """\
// Which of these issues exist?
const page = await tools.demo.list_issues({ state: "open", limit: 30 });
let missing = 0;
for (let id = 101; id < 221; id++) {
  const answer = await call_tool("demo", "get_issue", { id });
  if (!answer.ok) missing++;
}
console.log("missing:", missing);
await Promise.all([1, 2, 3].map((n) => tools.demo.sleep({ ms: 140 * n })));
return { missing, issues: page.issues };
"""
_WRONG = """\
// What is open?
const page = await tools.demo.list_issues({ sate: "open" });
return page.issues.map((issue) => issue.title);
"""

_LONG = """\
// Comments of every issue, one after the other
for (let id = 101; id < 200; id++) {
  await tools.demo.get_issue({ id: 101 + (id % 20) });
  await tools.demo.sleep({ ms: 90 });
}
"""
_TRIAGE = """const found = await tools.demo.search_issues({ query: input.query });
return found.items.map((issue) => issue.title);
"""
_OTHERS: tuple[ExecutionRequest, ...] = (
    ExecutionRequest(_TRIAGE, {"query": "crash"}, source="cli", script="triage.js"),
    ExecutionRequest(_TRIAGE, {"query": "login"}, source="cli", script="triage.js"),
    ExecutionRequest(_WRONG, source="serve", client="night-agent"),
    ExecutionRequest(_WRONG.replace("sate", "state"), source="serve", client="night-agent"),
    ExecutionRequest(
        "while (true) {}",
        options=ExecutionOptions(timeout_ms=300),
        source="serve",
        client="night-agent",
    ),
    ExecutionRequest(
        "await tools.demo.get_issue({ id: 9999 });", source="cli", script="check-links.js"
    ),
    ExecutionRequest("(await tools.demo.issue_stats()).open", source="serve", client="claude"),
)


_DIFF = ("ctrl+t", "wait", "slash", *"script:triage.js", "wait", "enter", "c", "wait")
_TRY = (
    *("alt+t", "wait", "slash", *"create_issue", "wait", "enter", "t", "wait"),
    *(
        *"Dark",
        "space",
        *"theme",
        "space",
        *"flickers",
        "down",
        "space",
        "wait",
        "b",
        "wait",
        "enter",
        "wait",
    ),
    *("f5", "wait"),
)


@dataclass(frozen=True, slots=True)
class Image:
    """One picture: a script (of the samples, or its text), and the keys after its run."""

    name: str
    script: str
    keys: tuple[str, ...] = ()
    theme: str = "workbench-dark"
    pane: str = ""
    runs: bool = True
    others: bool = False
    """Whether the history holds what others ran before."""
    agents: bool = False
    """Whether another process runs something meanwhile."""


IMAGES = (
    Image("workbench-dark", "parallel.js"),
    Image("workbench-light", "parallel.js", theme="workbench-light"),
    Image("trace", _LOOP, ("g", "j"), pane="trace"),
    Image("figures", _LOOP, ("s",), pane="trace"),
    Image("error", _WRONG, pane="detail"),
    Image("table", _LOOP, ("v",), pane="detail"),
    Image("replay", _LOOP, ("ctrl+t", "wait", "enter", "wait")),
    Image("history", _LOOP, ("ctrl+t", "wait"), others=True),
    Image("diff", _LOOP, _DIFF, others=True),
    Image("agents", "hello.js", ("alt+j", "wait"), runs=False, agents=True),
    Image("tools", "hello.js", ("alt+t", "wait", "j", "j", "j", "wait"), runs=False),
    Image("try", "hello.js", _TRY, runs=False),
    Image("settings", "hello.js", ("alt+s", "wait"), runs=False),
    Image("palette", "hello.js", ("ctrl+p", "wait"), runs=False),
    Image("help", "hello.js", ("f1", "wait"), runs=False),
)


async def picture(image: Image) -> None:
    """Make one; each in a folder and with a history of its own."""
    with tempfile.TemporaryDirectory() as folder:
        config = Config(servers={"demo": demo_server()}, ui=UiSettings(theme=image.theme))
        file = Path(folder) / (image.script if image.script.endswith(".js") else "issues.js")
        if image.script.endswith(".js"):
            sample = bundled("sample_scripts") / image.script
            file.write_text(sample.read_text())
            given = sample.with_suffix(".input.json")
            file.with_suffix(".input.json").write_text(given.read_text())
        else:
            file.write_text(image.script)
        data = Path(folder) / "data" / "workbench"
        app = WorkbenchApp(config, data_dir=data, script=file)
        async with app.run_test(size=_SIZE) as pilot, AsyncExitStack() as meanwhile:
            await until(pilot, lambda: ready(app))
            if image.others:
                await run_others(app)
            if image.agents:
                await meanwhile.enter_async_context(running_agents(data.parent))
            if image.runs:
                await pilot.press("f5")
                await until(pilot, lambda: app.main.runs.now and app.main.runs.now.execution)
            if image.pane:
                app.main.go_to(image.pane)
            await pilot.pause(1.0)
            for key in image.keys:
                if key == "wait":
                    await pilot.pause(1.0)
                else:
                    await pilot.press(key)
            await pilot.pause(0.5)
            _IMAGES.mkdir(exist_ok=True)
            text = app.export_screenshot(title="workbench")
            # Textual's pictures load a font from the network; ours use the reader's own.
            text = re.sub(r"@font-face \{[^}]*\}\s*", "", text)
            (_IMAGES / f"{image.name}.svg").write_text(text, encoding="utf-8")


async def run_others(app: WorkbenchApp) -> None:
    """What agents and command lines ran; one run is kept under a name."""
    runtime = app.runtime_now
    assert runtime is not None
    ran = [await runtime.engine.run(request) for request in _OTHERS]
    await runtime.history.committed()
    runtime.history.name(ran[0].execution_id, "before the fix")


@asynccontextmanager
async def running_agents(data_home: Path) -> AsyncIterator[None]:
    """Other processes with the same history: one whose run failed, one whose run goes on."""
    run = [sys.executable, "-m", "workbench", "code", "exec", "--code"]
    environment = {**os.environ, "XDG_DATA_HOME": str(data_home)}
    quiet = {"env": environment, "stdout": DEVNULL, "stderr": DEVNULL}
    failed = await asyncio.create_subprocess_exec(*run, _WRONG, **quiet)
    await failed.wait()
    goes_on = await asyncio.create_subprocess_exec(*run, _LONG, **quiet)
    await asyncio.sleep(3)
    yield
    goes_on.terminate()
    await goes_on.wait()


def ready(app: WorkbenchApp) -> bool:
    """All its servers are."""
    runtime = app.runtime_now
    if runtime is None:
        return False
    return all(server.state == "ready" for server in runtime.upstream.catalogue().servers.values())


async def until(pilot: Pilot[int], condition: Callable[[], object]) -> None:
    """Wait for something that the app comes to. Raises TimeoutError."""
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError("the picture's moment never came")
        await pilot.pause(0.05)


if __name__ == "__main__":
    wanted = sys.argv[1:]
    for one in IMAGES:
        if not wanted or any(word in one.name for word in wanted):
            asyncio.run(picture(one))
