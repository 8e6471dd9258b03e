"""Every command with names and texts that try to take the terminal over: none gets through the door."""

from __future__ import annotations

import argparse
import asyncio
import importlib
import json
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.support.hostile import FORGED, HOSTILE, HOSTILE_LINE, unsafe_in
from tests.support.params import first_fast
from tests.support.tools import DictTools, result
from workbench.cli.main import COMMANDS
from workbench.cli.parsing import Parser
from workbench.core.engine import Engine
from workbench.core.model import Execution, ExecutionRequest, Limits, PoolSettings
from workbench.history import Store, write_recording

_ODD_SERVER = Path(__file__).parents[1] / "support" / "odd_server.py"
CODE = f"""\
/* {HOSTILE_LINE} */
console.log({json.dumps(HOSTILE)});
const r = call_tool('test', {json.dumps(HOSTILE)}, {{ [{json.dumps(HOSTILE)}]: 1 }});
"""


def toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


@dataclass
class Bench:
    """A folder in which everything that has a name has a hostile one."""

    folder: Path
    ok: str
    failed: str

    def environment(self) -> dict[str, str]:
        home = {"HOME": str(self.folder), "XDG_CONFIG_HOME": str(self.folder / "xdg")}
        return {**os.environ, **home, "PYTHONPATH": os.getcwd()}

    def command(self, words: list[str]) -> list[str]:
        known = {"OK": self.ok, "FAILED": self.failed}
        data = ["--data-dir", str(self.folder / "data")]
        return [
            sys.executable,
            "-m",
            "workbench",
            *data,
            *(known.get(word, word) for word in words),
        ]

    def piped(self, words: list[str]) -> tuple[int, str]:
        """The exit code, and what was written to both ends."""
        done = subprocess.run(
            self.command(words), cwd=self.folder, env=self.environment(), check=False, timeout=60,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        return done.returncode, done.stdout.decode()

    def in_a_terminal(self, words: list[str]) -> tuple[int, str]:
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            self.command(words), cwd=self.folder, env=self.environment(),
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
        )  # fmt: skip
        os.close(theirs)
        written = b""
        try:
            while piece := os.read(ours, 1 << 16):
                written += piece
        except OSError:  # Linux says so where the other end is closed
            pass
        finally:
            os.close(ours)
        return process.wait(60), written.decode().replace("\r\n", "\n")


async def _record(store: Store, code: str) -> Execution:
    engine = Engine(limits=Limits(), pool=PoolSettings(size=1), recorder=store)
    try:
        tools = DictTools(**{HOSTILE: result({HOSTILE: [HOSTILE]})})
        request = ExecutionRequest(
            code, input={HOSTILE: HOSTILE}, source="serve", client=HOSTILE, script=HOSTILE
        )
        return await engine.run(request, tools=tools)
    finally:
        await engine.close()


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(folder / "data" / "history.sqlite3")
    ok = asyncio.run(_record(store, CODE + f"({{[{json.dumps(HOSTILE)}]: {json.dumps(HOSTILE)}}})"))
    failed = asyncio.run(_record(store, CODE + f"throw new Error({json.dumps(HOSTILE)})"))
    recordings = folder / "recordings"
    recordings.mkdir()
    recording = store.recording(ok.execution_id)
    write_recording(recording, recordings / f"a{HOSTILE_LINE}.json")
    write_recording(replace(recording, code=recording.code + ";1"), recordings / "b.json")
    write_recording(
        replace(recording, execution_id=HOSTILE, engine=HOSTILE), folder / "forged.json"
    )
    (recordings / "damaged.json").write_text('{"format": "workbench-recording", "x": "')
    store.close()
    (folder / "scripts").mkdir()
    (folder / "scripts" / f"s{HOSTILE_LINE}.js").write_text(CODE)
    (folder / "code.js").write_text(CODE + "1")
    (folder / "bad.js").write_text(f"let {HOSTILE_LINE} = ;")
    (folder / "bad.toml").write_text(f"{toml(HOSTILE)} = {toml(HOSTILE)}\n")
    (folder / ".mcp.json").write_text(
        json.dumps(
            {"mcpServers": {HOSTILE: {"command": HOSTILE, "args": [HOSTILE]}, "odd": {HOSTILE: 1}}}
        )
    )
    (folder / "workbench.toml").write_text(
        f"[servers.hostile]\ncommand = {json.dumps(sys.executable)}\n"
        f"args = {json.dumps([str(_ODD_SERVER), 'hostile'])}\n"
        "[servers.dead]\ncommand = 'no-such-program'\n"
        f"[keys]\n{toml(HOSTILE)} = {toml(HOSTILE)}\n"
    )
    made = Bench(folder, ok.execution_id, failed.execution_id)
    assert made.piped(["trust"])[0] == 0
    return made


CASES: dict[str, list[list[str]]] = {
    "code exec": [
        ["--file", "code.js"],
        ["--file", "bad.js"],
        ["--script", f"s{HOSTILE}"],
        ["--code", "1", "--allowed-servers", HOSTILE],
        ["--code", f"call_tool('hostile', {json.dumps(HOSTILE)}, {{}})"],
        ["--code", "call_tool('hostile', 'tzzz', {})"],
        ["--code", "1", f"--{HOSTILE}"],
    ],
    "code check": [["--file", "bad.js"]],
    "history list": [[], ["--json"], ["--pinned"], ["--status", HOSTILE]],
    "history show": [["OK"], ["FAILED"], ["OK", "--json"], [HOSTILE]],
    "history export": [["OK", "--output", f"no/{HOSTILE}"]],
    "history pin": [["FAILED"], [HOSTILE]],
    "history unpin": [["FAILED"], [HOSTILE]],
    "history name": [["OK", "kept"], ["OK", HOSTILE], [HOSTILE, "x"], ["OK"]],
    "history prune": [["--max-age-days", HOSTILE]],
    "replay": [["OK"], ["OK", "--json"], ["OK", "--code", "code.js"], ["forged.json"], [HOSTILE]],
    "diff": [["OK", "FAILED"], ["OK", "FAILED", "--json"], ["forged.json", "OK"], [HOSTILE, "OK"]],
    "test": [["recordings"], ["recordings", "--json"], [HOSTILE]],
    "servers list": [[], ["--json"]],
    "servers add": [
        [HOSTILE, "--url", HOSTILE],
        ["x", "--env", HOSTILE.replace("=", ""), "--", HOSTILE],
    ],
    "servers remove": [[HOSTILE]],
    "servers import": [["--dry-run"], ["--dry-run", "--json"], ["bad.toml"]],
    "servers sync": [[], ["--json"], ["bad.toml"]],
    "servers doctor": [[], ["--json"], [HOSTILE], ["--server", HOSTILE]],
    "servers logs": [["hostile"], ["dead", "--lines", "1"], [HOSTILE]],
    "servers restart": [["hostile"], [HOSTILE]],
    "servers bench": [["hostile"], ["hostile", "--tool", HOSTILE], [HOSTILE], ["dead", "--json"]],
    "servers connect": [["cursor", "--dry-run"], [HOSTILE]],
    "servers disconnect": [["cursor"], [HOSTILE]],
    "servers approve": [["hostile"], ["hostile", HOSTILE], [HOSTILE]],
    "servers quarantine": [[HOSTILE]],
    "servers login": [[HOSTILE], ["hostile"], ["dead", "--client-id", HOSTILE]],
    "servers logout": [[HOSTILE], ["hostile"]],
    "tools list": [[], ["--json"], ["--server", HOSTILE], ["--format", HOSTILE]],
    "tools search": [["red"], ["red", "--json"], [HOSTILE]],
    "tools show": [
        ["hostile", f"t{HOSTILE}"],
        ["hostile", "t"],
        ["hostile", f"t{HOSTILE}", "--json"],
    ],
    "tools types": [[]],
    "tools sample": [
        ["hostile", f"t{HOSTILE}"],
        ["hostile", f"t{HOSTILE}", "--yes"],
        ["hostile", f"t{HOSTILE}", "--yes", "--json"],
        [HOSTILE, HOSTILE],
    ],
    "tools call": [
        ["hostile", "tzzz", HOSTILE],
        ["hostile", f"t{HOSTILE}", f"{HOSTILE.replace('=', '')}={HOSTILE}"],
        [HOSTILE, HOSTILE, "--args", HOSTILE],
        ["hostile", "tzzz", "--server", HOSTILE],
    ],
    "resources list": [[], ["--json"], ["hostile"], [HOSTILE]],
    "resources read": [["hostile", f"x://{HOSTILE}"], ["hostile", HOSTILE], [HOSTILE, HOSTILE]],
    "prompts list": [[], ["--json"], ["hostile"], [HOSTILE]],
    "prompts get": [
        ["hostile", f"p{HOSTILE}"],
        ["hostile", HOSTILE, f"{HOSTILE.replace('=', '')}={HOSTILE}"],
        [HOSTILE, HOSTILE, "--args", HOSTILE],
    ],
    "stats": [[], ["--json"], ["--by", "script"], ["--by", HOSTILE], ["--days", HOSTILE]],
    "config show": [[], ["--json"], ["--config", "bad.toml"]],
    "config set": [[HOSTILE, HOSTILE], ["ui.icons", HOSTILE]],
    "config path": [["--config", HOSTILE]],
    "config check": [[], ["--config", "bad.toml"], ["--config", "bad.toml", "--json"]],
    "explain": [[], ["TIMEOUT"], ["TIMEOUT", "--json"], [HOSTILE]],
    "secrets set": [[HOSTILE], ["x"]],
    "secrets list": [[], ["--json"]],
    "secrets remove": [[HOSTILE]],
    "trust": [["--show"], ["--show", "--json"], [HOSTILE]],
    "completion": [["bash"], [HOSTILE]],
    "keys": [[], ["--json"]],
    "doctor": [[], ["--json"], ["--config", HOSTILE]],
}


def leaves() -> Iterator[str]:
    """Every command that can be given."""
    for name, module in COMMANDS.items():
        groups = Parser().add_subparsers()
        importlib.import_module(f"workbench.cli.{module}").add_parser(groups, name)
        actions = [
            action.choices
            for action in groups.choices[name]._actions
            if isinstance(action, argparse._SubParsersAction)
        ]
        yield from [f"{name} {leaf}" for leaf in actions[0]] if actions else [name]


def test_no_command_is_left_out() -> None:
    assert set(CASES) == set(leaves())


@pytest.mark.slow
@pytest.mark.parametrize("command", first_fast(*CASES))
def test_nothing_that_a_terminal_obeys_or_hides_comes_out(bench: Bench, command: str) -> None:
    for more in CASES[command]:
        for how in (bench.piped, bench.in_a_terminal):
            code, text = how([*command.split(), *more])
            assert code in (0, 1, 2), text
            assert text, more
            assert unsafe_in(text) == [], more
            assert not [line for line in text.splitlines() if line.startswith(FORGED)], text


@pytest.mark.slow
def test_the_hostile_texts_were_there(bench: Bench) -> None:
    """The test above means something: what is shown holds them, in a form that can be seen."""
    for words in (
        ["history", "show", "OK"],
        ["tools", "types"],
        ["tools", "list"],
        ["diff", "OK", "FAILED"],
    ):
        assert "red" in bench.piped(words)[1], words
    shown = json.loads(bench.piped(["history", "show", "OK", "--json"])[1])
    assert (shown["client"], shown["value"]) == (HOSTILE, {HOSTILE: HOSTILE})


def test_main_log_cannot_be_forged(bench: Bench) -> None:
    text = (bench.folder / "data" / "main.log").read_text()
    assert unsafe_in(text) == []
    assert all(" [code_execution] execution_id=" in line for line in text.splitlines())
    assert any("FORGED" in line.split("tools_called=")[1] for line in text.splitlines())


def test_junit_is_xml_with_times(bench: Bench) -> None:
    assert bench.piped(["test", "recordings", "--junit", "j.xml"])[0] == 1
    suite = ElementTree.fromstring((bench.folder / "j.xml").read_bytes())
    cases = suite.findall("testcase")
    assert [case.find("failure") is None for case in cases].count(True) >= 1
    assert all(float(case.attrib["time"]) >= 0 for case in cases)
    assert float(suite.attrib["time"]) >= max(float(case.attrib["time"]) for case in cases)
    assert suite.attrib["timestamp"]
    assert unsafe_in("".join(suite.itertext())) == []


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
@pytest.mark.parametrize(
    "words",
    [
        ["code", "exec", "--code", "console.log('☃'); 'é 👍 \\u2028'"],
        ["code", "exec", "--code", "throw new Error('é ☃')"],
        ["code", "check", "--code", "é☃ = = 1"],
        ["history", "show", "OK"],
        ["doctor"],
        ["tools", "list"],
    ],
)
def test_an_encoding_without_the_letters_ends_nothing(
    bench: Bench, words: list[str], encoding: str
) -> None:
    done = subprocess.run(
        bench.command(words), cwd=bench.folder, capture_output=True, check=False, timeout=60,
        env={**bench.environment(), "PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert done.returncode in (0, 1)
    text = done.stdout.decode(encoding)
    if words[0] == "code":
        assert json.loads(text)["ok"] is (words[-1].startswith("console"))
    if words[-1].startswith("console"):
        assert json.loads(text)["value"] == "é 👍 \u2028"


def test_a_full_disk_and_a_reader_that_left_are_told_shortly(bench: Bench) -> None:
    quiet = ["--config", "quiet.toml"]
    (bench.folder / "quiet.toml").write_text("[servers]\n")
    words = bench.command(["code", "exec", "--code", "'x'.repeat(1e6)", *quiet])
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            words, cwd=bench.folder, env=bench.environment(), stdout=full, stderr=subprocess.PIPE,
            text=True, check=False, timeout=60,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.endswith("workbench: stdout cannot be written: No space left on device\n")
    with subprocess.Popen(
        words,
        cwd=bench.folder,
        env=bench.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@pytest.mark.parametrize("closed", [0, 1, 2])
def test_a_stream_that_was_closed_before_is_nowhere(bench: Bench, closed: int) -> None:
    """A service's, or that of ``>&-``: no crash, and no file of ours takes its place."""
    (bench.folder / "quiet.toml").write_text("[servers]\n")
    words = bench.command(["code", "exec", "--code", "'done'", "--config", "quiet.toml"])
    command = shlex.join(words) + (" <&-" if closed == 0 else f" {closed}>&-")
    done = subprocess.run(
        ["sh", "-c", command], cwd=bench.folder, env=bench.environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert ("done" in done.stdout) == (closed != 1)


@pytest.mark.parametrize("closed", ["<&-", "<&- 2>&-", "<&- 2>&- >&-"])
def test_a_server_without_any_of_them_ends_as_one_whose_client_has_left(
    bench: Bench, closed: str
) -> None:
    """The zygote's socket, which is made before all else, must not be its stdin."""
    (bench.folder / "quiet.toml").write_text("[servers]\n")
    words = bench.command(["--serve", "--config", "quiet.toml"])
    done = subprocess.run(
        ["sh", "-c", f"{shlex.join(words)} {closed}"], cwd=bench.folder, env=bench.environment(),
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "")


def test_what_stderr_does_not_take_any_more_is_not_the_exit_code(tmp_path: Path) -> None:
    """A terminal that went away in the middle of what a screen drew: Python's own code would be 120."""
    code = """
import sys
from workbench.cli.output import guarded
with guarded():
    sys.__stderr__.write("half a line")
sys.exit(5)
"""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as stderr:
        done = subprocess.run([sys.executable, "-c", code], stderr=stderr, check=False, timeout=60)
    assert done.returncode == 5
