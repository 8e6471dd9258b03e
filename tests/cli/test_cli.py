"""The command line as a shell sees it: real processes, stdout, stderr, exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.shell import Shell
from workbench.cli.main import main
from workbench.cli.plain import PlainTrace
from workbench.core.events import ExecutionQueued, ExecutionRunning
from workbench.history import Store


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ["history", "list", "--limit"],
        ["tools", "search", "issue", "--limit"],
        ["servers", "logs", "demo", "--lines"],
        ["history", "prune", "--max-size-mb"],
        ["code", "exec", "--code", "1", "--max-tool-calls"],
    ],
    ids=lambda words: " ".join(words),
)
def test_a_number_that_nothing_counts_to_is_bad_usage(
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA_DIR", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        main([*words, "1" + "0" * 30])
    assert ended.value.code == 2
    assert f"argument {words[-1]}: must be at most 9223372036854775807" in capsys.readouterr().err


@pytest.mark.slow
def test_exec_prints_the_result_and_exits_by_it(shell: Shell) -> None:
    done = shell("code", "exec", "--code", "console.log('hi'); 1 + 1")
    result = json.loads(done.stdout)
    assert done.returncode == 0
    assert set(result) == {"ok", "value", "execution_id", "duration_ms", "tool_calls", "logs"}
    assert (result["ok"], result["value"]) == (True, 2)
    assert result["logs"] == [{"level": "log", "text": "hi"}]
    failed = shell("code", "exec", "--code", "\nnull.x")
    assert failed.returncode == 1
    error = json.loads(failed.stdout)["error"]
    assert (error["code"], error["line"], error["column"]) == ("RUNTIME_ERROR", 2, 1)
    assert json.loads(shell("code", "exec", "--code", "undefined").stdout)["value"] is None


def test_exec_calls_the_demo_server_without_any_configuration(shell: Shell) -> None:
    result = shell.json("code", "exec", "--code", "(await tools.demo.issue_stats()).open")
    assert result["ok"]
    assert result["value"] > 0
    assert result["tool_calls"] == 1


def test_exec_in_plain_words(shell: Shell) -> None:
    code = (
        "console.warn('careful \\u001b[2J'); await tools.demo.echo({value: 'a'});"
        "call_tool('demo', 'get_issue', {id: 1}); return {n: 1}"
    )
    ran = shell("code", "exec", "--plain", "--code", code)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert re.fullmatch(r"run [0-9a-f]{8} of inline script", lines[0])
    assert "warn: careful ␛[2J" in lines
    assert 'call 1: demo.echo value="a", line 1' in lines
    assert any(re.fullmatch(r'call 1: ok after \d+ ms: "a"', line) for line in lines)
    assert any(re.match(r"call 2: failed after \d+ ms: UPSTREAM_ERROR: ", line) for line in lines)
    assert lines[-4:-1] == ["{", '  "n": 1', "}"]
    assert re.fullmatch(r"ok after \d+ ms, 2 calls, 1 failed", lines[-1])
    ran = shell("code", "exec", "--plain", "--code", "nope")
    assert ran.returncode == 1
    assert "error RUNTIME_ERROR at line 1, column 1:" in ran.stdout
    assert ran.stdout.isprintable() or all(c.isprintable() or c == "\n" for c in ran.stdout)


def test_plain_words_tell_of_a_wait_for_a_worker() -> None:
    lines: list[str] = []
    trace = PlainTrace(lines.append, None)
    trace(ExecutionRunning("x", 0.1))
    assert lines == [], "at once"
    trace(ExecutionQueued("x"))
    trace(ExecutionRunning("x", 2100.4))
    assert lines == ["waits for a worker", "runs, after 2100 ms of waiting"]


def test_a_run_goes_on_when_nobody_reads_its_lines_any_more(shell: Shell) -> None:
    code = "for (let i = 0; i < 40; i++) await tools.demo.echo({value: i}); return 'done'"
    line, code_of_exit, errors = shell.first_line("code", "exec", "--plain", "--code", code)
    assert line.startswith("run ")
    assert (code_of_exit, errors) == (0, "")
    (run,) = shell.json("history", "list", "--json")
    assert (run["status"], run["tool_calls"]) == ("ok", 40)


@pytest.mark.slow
def test_exec_reads_code_and_input_from_files_and_stdin(shell: Shell) -> None:
    (shell.folder / "s.js").write_text("input.n * 2")
    (shell.folder / "i.json").write_text('{"n": 21}')
    assert shell.json("code", "exec", "--file", "s.js", "--input-file", "i.json")["value"] == 42
    assert (
        shell.json("code", "exec", "--file", "-", "--input", '{"n": 1}', stdin="input.n")["value"]
        == 1
    )
    assert shell.json("code", "exec", "--code", "input", "--input-file", "-", stdin="[1]")[
        "value"
    ] == [1]
    assert shell.json("code", "exec", "--script", "report")["ok"]


def test_text_of_the_command_line_is_utf8_in_every_locale(shell: Shell) -> None:
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0"}
    words = ("--code", "'é' + input", "--input", '"😀"')
    assert shell.json("code", "exec", *words, environ=plain)["value"] == "é😀"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--code", "1", "--file", "x"], "not allowed with"),
        ([], "required"),
        (["--code", "1", "--input", "{}", "--input-file", "x"], "not allowed with"),
        (["--code", "1", "--input", "{a"], "--input is not JSON"),
        (["--code", "1", "--input", "NaN"], "NaN is not a JSON value"),
        (["--code", "1", "--input", "[1e400]"], "1e400 is larger than any number can be"),
        (["--code", "1", "--input", "9" * 400], "9 is larger than any number can be"),
        (["--code", "'\udcff'"], "--code is not UTF-8"),
        (["--code", "1", "--input", '"\udcff"'], "--input is not UTF-8"),
        (["--code", "1", "--input", "[" * 100_000], "--input is not JSON"),
        (["--file", "missing.js"], "missing.js: No such file"),
        (["--file", "-", "--input-file", "-"], "cannot both be stdin"),
        (["--script", "../x"], "a name, not a path"),
        (["--script", "reprot"], "did you mean 'report.js'"),
        (["--code", "1", "--timeout", "0"], "timeout_ms must be from 1 to 600000, not 0"),
        (["--code", "1", "--timeout", "soon"], "--timeout: must be a whole number, not 'soon'"),
        (["--code", "1", "--max-tool-calls", "-1"], "max_tool_calls must be 0 or more"),
        (["--code", "1", "--max-parallel", "33"], "from 1 to 32"),
        (["--code", "1", "--what"], "unrecognized arguments"),
        (["--code", "1", "--timout", "5"], "unrecognized arguments: --timout 5; did you mean '--timeout'?"),
        (["--code", "1", "--config", "none.toml"], "none.toml: no such configuration file"),
    ],
)  # fmt: skip
def test_bad_usage_is_exit_2_with_a_reason(shell: Shell, words: list[str], message: str) -> None:
    done = shell("code", "exec", *words)
    assert done.returncode == 2
    assert done.stdout == ""
    assert message in done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["{}.js"],
        ["--record", "{}.svg"],
        ["code", "exec", "--code", "1", "--config", "{}"],
        ["test", "{}"],
        ["diff", "{}", "{}"],
        ["replay", "{}"],
        ["history", "list", "--data-dir", "{}"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_name_that_no_file_can_have_is_bad_usage(
    words: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("WORKBENCH_DATA_DIR", str(tmp_path))
    assert main([word.format("long" * 100) for word in words]) == 2
    assert "internal error" not in capsys.readouterr().err


@pytest.mark.slow
def test_flags_win_over_the_file_and_absent_ones_do_not(shell: Shell) -> None:
    (shell.folder / "workbench.toml").write_text("code_execution_timeout_ms = 300\n")
    burning = shell.json("code", "exec", "--code", "while (true) {}")
    assert burning["error"]["code"] == "TIMEOUT"
    assert "300 ms" in burning["error"]["message"]
    given = shell.json("code", "exec", "--code", "while (true) {}", "--timeout", "150")
    assert "150 ms" in given["error"]["message"]
    environ = {"WORKBENCH_CODE_EXECUTION_TIMEOUT_MS": "200"}
    assert (
        "200 ms"
        in shell.json("code", "exec", "--code", "for (;;);", environ=environ)["error"]["message"]
    )


@pytest.mark.slow
def test_allowed_servers_and_budget(shell: Shell) -> None:
    code = "call_tool('demo', 'now')"
    none = shell.json("code", "exec", "--code", code, "--allowed-servers", "")
    assert none["value"]["error"]["code"] == "SERVER_NOT_ALLOWED"
    other = shell.json("code", "exec", "--code", code, "--allowed-servers", "a,b")
    assert "allowed: a, b" in other["value"]["error"]["message"]
    budget = (
        "[1, 2, 3].map(() => { const r = call_tool('demo', 'now'); return r.ok || r.error.code })"
    )
    limited = shell.json("code", "exec", "--code", budget, "--max-tool-calls", "1")
    assert limited["value"] == [True, "MAX_TOOL_CALLS_EXCEEDED", "MAX_TOOL_CALLS_EXCEEDED"]
    assert limited["tool_calls"] == 1


def test_policy_refuses_by_name_and_schema(shell: Shell) -> None:
    code = """[
      call_tool('demmo', 'now'), call_tool('demo', 'get_isue', {}), call_tool('demo', 'get_issue', { id: 'x' }),
      call_tool('demo', 'get_issue', { id: 101, nubmer: 1 }),
    ].map(r => [r.error.code, r.error.message])"""
    (server, tool, kind, field) = shell.json("code", "exec", "--code", code)["value"]
    assert server[0] == tool[0] == "NOT_FOUND"
    assert "'demo'" in server[1]
    assert "'get_issue'" in tool[1]
    assert kind[0] == field[0] == "INVALID_ARGS"
    assert "id" in kind[1]
    assert "nubmer" in field[1]


@pytest.mark.slow
def test_quarantined_server(shell: Shell) -> None:
    words = [sys.executable, "-m", "workbench.demo"]
    assert shell("servers", "add", "mine", "--config", "w.toml", "--", *words).returncode == 0
    assert shell("servers", "quarantine", "mine", "--config", "w.toml").returncode == 0
    code = "call_tool('mine', 'now').error.code"
    assert (
        shell.json("--config", "w.toml", "code", "exec", "--code", code)["value"]
        == "SERVER_QUARANTINED"
    )
    shell("servers", "quarantine", "mine", "--off", "--config", "w.toml")
    assert (
        shell.json("--config", "w.toml", "code", "exec", "--code", "call_tool('mine', 'now').ok")[
            "value"
        ]
        is True
    )
    (row,) = shell.json("servers", "list", "--json", "--config", "w.toml")
    assert set(row) == {"name", "transport", "state", "error", "tools", "quarantined", "enabled"}
    assert (row["name"], row["state"]) == ("mine", "ready")
    assert shell("servers", "remove", "mine", "--config", "w.toml").returncode == 0
    assert shell.json("servers", "list", "--json", "--config", "w.toml") == []


def test_check_runs_nothing(shell: Shell) -> None:
    good = shell("code", "check", "--code", "await f(); return 1")
    assert (good.returncode, json.loads(good.stdout)) == (0, {"ok": True})
    bad = shell("code", "check", "--code", "let x = ;")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["error"]["line"] == 1


@pytest.mark.slow
def test_history_round_trip(shell: Shell) -> None:
    ended = shell.json("code", "exec", "--code", "call_tool('demo', 'now').ok")
    first = ended["execution_id"]
    second = shell.json("code", "exec", "--code", "null.x")["execution_id"]
    rows = shell.json("history", "list", "--json")
    assert [row["execution_id"] for row in rows] == [second, first]
    assert [
        row["execution_id"] for row in shell.json("history", "list", "--json", "--tool", "demo.now")
    ] == [first]
    shown = shell.json("history", "show", first[:8], "--json")
    assert shown["calls"][0]["tool"] == "now"
    assert shown["duration_ms"] == ended["duration_ms"]
    assert shell("history", "show", first).stdout.startswith(first)
    assert shell("history", "show", "zz").returncode == 2
    output = shell.folder / "r.json"
    assert shell("history", "export", first, "--output", str(output)).returncode == 0
    for to_stdout in ([], ["--output", "-"]):
        exported = shell.json("history", "export", first, *to_stdout)
        assert exported == json.loads(output.read_text())
    replayed = shell("replay", str(output), "--json")
    assert replayed.returncode == 0
    result = json.loads(replayed.stdout)
    assert (result["verdict"], result["original_id"], result["divergence"]) == (
        "identical",
        first,
        None,
    )
    assert shell("replay", second).returncode == 0
    assert (
        shell.json("history", "list", "--json", "--source", "replay", "--limit", "1")[0]["source"]
        == "replay"
    )
    compared = shell("diff", first, second, "--json")
    assert compared.returncode == 1
    assert set(json.loads(compared.stdout)) == {"same", "calls", "value_diff", "timing"}
    assert first in shell("history", "name", first[:8], "the first").stdout
    assert shell("replay", "the first").returncode == 0
    assert shell("history", "name", second, "the first").returncode == 2
    listed = shell.json("history", "list", "--json", "--pinned")
    assert [(row["execution_id"], row["name"], row["pinned"]) for row in listed] == [
        (first, "the first", True)
    ]
    # A size of 0 had no end.
    assert shell("history", "prune", "--max-size-mb", "0").returncode == 0
    pruned = ("history", "prune", "--max-age-days", "0", "--json")
    assert shell.json(*pruned)["left"] == 1
    assert shell("history", "unpin", "the first").returncode == 0
    assert shell.json(*pruned)["left"] == 0


@pytest.mark.slow
def test_replay_of_an_edited_script(shell: Shell) -> None:
    run = shell.json("code", "exec", "--code", "call_tool('demo', 'get_issue', { id: 101 }).ok")[
        "execution_id"
    ]
    (shell.folder / "e.js").write_text("call_tool('demo', 'get_issue', { id: 102 }).ok")
    done = shell("replay", run, "--code", "e.js", "--json")
    assert done.returncode == 1
    divergence = json.loads(done.stdout)["divergence"]
    assert set(divergence) == {
        "call",
        "expected",
        "actual",
        "diff",
        "line",
        "original_line",
        "cause",
    }
    assert divergence["call"] == 1
    live = shell("replay", run, "--code", "e.js", "--on-divergence", "live", "--json")
    assert json.loads(live.stdout)["value"] is True
    assert shell("replay", run, "--live").returncode == 0
    assert shell("replay", run, "--on-divergence", "maybe").returncode == 2
    assert shell("replay", "nothing").returncode == 2


@pytest.mark.slow
def test_recordings_as_tests(shell: Shell) -> None:
    run = shell.json("code", "exec", "--code", "call_tool('demo', 'get_issue', { id: 101 }).ok")[
        "execution_id"
    ]
    folder = shell.folder / "cases"
    folder.mkdir()
    shell("history", "export", run, "--output", str(folder / "a.json"))
    (folder / "other.json").write_text("{}")
    good = shell("test", "cases", "--junit", "j.xml")
    assert good.returncode == 0
    assert good.stdout.startswith("ok")
    assert len(good.stdout.splitlines()) == 1
    (folder / "a.js").write_text("call_tool('demo', 'get_issue', { id: 102 }).ok")
    assert shell("test", "cases", "--junit", "j.xml").returncode == 1
    assert 'failures="1"' in (shell.folder / "j.xml").read_text()
    assert shell("test", "cases", "--accept").returncode == 0
    assert shell("test", "cases").returncode == 0
    assert shell("test", "nowhere").returncode == 2


@pytest.mark.slow
def test_tools_and_config(shell: Shell) -> None:
    rows = shell.json("tools", "list", "--json")
    assert set(rows[0]) == {
        "server",
        "tool",
        "description",
        "input_schema",
        "output_schema",
        "annotations",
        "approved",
    }
    assert shell.json("tools", "search", "post a message", "--json")[0]["tool"] == "post_message"
    assert shell("tools", "show", "demo", "nowt").returncode == 2
    assert "declare" in shell("tools", "types").stdout
    assert (
        shell("config", "set", "code_execution_pool_size", "4", "--config", "c.toml").returncode
        == 0
    )
    assert (
        shell("config", "set", "code_execution_pool_size", "0", "--config", "c.toml").returncode
        == 2
    )
    keys = {
        row["key"]: row
        for row in shell.json("config", "show", "--json", "--config", "c.toml")["keys"]
    }
    assert keys["code_execution_pool_size"]["value"] == 4
    assert shell("config", "path", "--config", "c.toml").stdout.strip() == "c.toml"
    (shell.folder / "c.toml").write_text("what = 1")
    done = shell("config", "check", "--config", "c.toml")
    assert done.returncode == 2
    assert "c.toml:1: unknown key 'what'" in done.stderr


def test_doctor_says_what_is_in_force(shell: Shell) -> None:
    report = shell.json("doctor", "--json")
    assert report["engine_works"] is True
    if sys.platform.startswith("linux"):
        assert all(report["hardening"].values())


def test_help_of_every_command_has_an_example(
    shell: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "examples:" in shell("--help").stdout
    for words in (
        ["code", "exec"], ["code", "check"], ["history", "list"], ["history", "show"], ["history", "export"],
        ["history", "prune"], ["replay"], ["diff"], ["test"], ["servers", "list"], ["servers", "add"],
        ["servers", "remove"], ["servers", "import"], ["servers", "approve"], ["servers", "quarantine"],
        ["tools", "list"], ["tools", "search"], ["tools", "show"], ["tools", "types"], ["config", "show"],
        ["config", "set"], ["config", "path"], ["config", "check"], ["doctor"], ["trust"],
    ):  # fmt: skip
        with pytest.raises(SystemExit) as ended:
            main([*words, "--help"])
        assert ended.value.code == 0, words
        assert "example:" in capsys.readouterr().out, words


@pytest.mark.slow
def test_terminal_sequences_in_data_are_shown_not_obeyed(shell: Shell) -> None:
    code = "console.log('\\x1b]52;c;aGk=\\x07'); throw new Error('\\x1b[31mred')"
    run = shell.json("code", "exec", "--code", code)["execution_id"]
    shown = shell("history", "show", run).stdout + shell("replay", run).stdout
    assert "\x1b" not in shown
    assert "\x07" not in shown
    assert "␛" in shown


def test_imports_stay_light(shell: Shell) -> None:
    code = (
        "import sys; from workbench.cli.main import main\n"
        "try: main(sys.argv[1:])\nexcept SystemExit: pass\n"
        "print([m for m in ('mcp', 'textual', 'asyncio', 'pydantic') if m in sys.modules], file=sys.stderr)"
    )
    for words, allowed in ((["--help"], "[]"), (["code", "exec", "--code", "1"], "['asyncio']")):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, cwd=shell.folder,
            env={**os.environ, "PYTHONPATH": os.getcwd(), "WORKBENCH_DATA_DIR": str(shell.data)}, check=True,
        )  # fmt: skip
        assert done.stderr.strip().endswith(allowed), done.stderr


@pytest.mark.parametrize("words", [[], ["some.js"]])
def test_without_a_terminal_the_screens_say_so(shell: Shell, words: list[str]) -> None:
    done = shell(*words)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr
    assert done.stdout == ""


def test_a_mistyped_command_is_no_new_script(shell: Shell) -> None:
    done = shell("histroy")
    assert done.returncode == 2
    assert "no command and no script 'histroy'; did you mean 'history'?" in done.stderr
    done = shell("triage-bugs")
    assert done.returncode == 2
    assert "triage-bugs.js" in done.stderr
    assert "terminal" in shell("triage-bugs.js").stderr, "a new file: only the screen is missing"


def test_config_show_spells_values_as_the_file_does(shell: Shell) -> None:
    rows = [line.split() for line in shell("config", "show").stdout.splitlines()]
    assert next(row for row in rows if row[0] == "enable_code_execution")[1] == "false"


@pytest.mark.slow
def test_adding_a_server_says_what_it_did_and_the_demo_stays(shell: Shell) -> None:
    done = shell("servers", "add", "sentry", "https://127.0.0.1:1/mcp")
    assert done.returncode == 0
    assert "added sentry to" in done.stdout
    assert "trusted as they are" in done.stdout
    assert "servers remove demo" in done.stdout
    rows = {row["name"]: row for row in shell.json("servers", "list", "--json")}
    assert {name: row["transport"] for name, row in rows.items()} == {
        "demo": "stdio", "sentry": "http",
    }  # fmt: skip
    assert shell.json("code", "exec", "--script", "report")["ok"]
    assert "removed demo" in shell("servers", "remove", "demo").stdout
    gone = shell("code", "exec", "--script", "report")
    assert gone.returncode == 2
    assert "a sample that calls the server 'demo'" in gone.stderr
    other = shell("code", "exec", "--script", "reprot")
    assert "report" not in other.stderr.replace("reprot", "")
    (shell.folder / "none.toml").write_text("[servers]\n")
    none = shell("servers", "list", "--config", "none.toml")
    assert (none.returncode, "no server is configured: workbench servers add" in none.stderr) == (
        0,
        True,
    )
    headers = ["--header", "Authorization: Bearer a=b=", "--header", "X-Team=a: b"]
    shell("servers", "add", "x", "https://127.0.0.1:1/mcp", *headers, "--config", "h.toml")
    written = (shell.folder / "h.toml").read_text()
    assert 'Authorization = "Bearer a=b="\nX-Team = "a: b"' in written
    done = shell("servers", "add", "x", "https://h/mcp", "more")
    assert (done.returncode, "either a URL or" in done.stderr) == (2, True)
    done = shell("servers", "add", "x", "ftp://h/mcp")
    assert (done.returncode, "https://host/mcp" in done.stderr) == (2, True)


def test_a_denied_tool_has_a_code_of_its_own(shell: Shell) -> None:
    (shell.folder / "c.toml").write_text(
        "[servers.demo]\ndemo = true\ndeny_tools = ['get_*']\n"
        "[servers.few]\ncommand = '" + sys.executable + "'\nargs = ['-m', 'workbench.demo']\n"
        "allow_tools = ['no?']\n"
    )
    code = """[["demo", "get_issue"], ["demo", "now"], ["few", "now"], ["few", "get_issue"], ["few", "none"]]
      .map(([server, tool]) => { const r = call_tool(server, tool); return r.ok || r.error.code })"""
    result = shell.json("--config", "c.toml", "code", "exec", "--code", code)
    assert result["value"] == ["TOOL_DENIED", True, True, "TOOL_DENIED", "NOT_FOUND"]
    assert result["tool_calls"] == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["histroy", "list"], "there is no command 'histroy'; did you mean 'history list'?"),
        (["--data-dir", "x", "tols", "types"], "did you mean 'tools types'?"),
        (["zzzz", "list"], "there is no command 'zzzz'; the commands are: code, history, "),
        (["history", "lst"], "invalid choice: 'lst'; did you mean 'list'?"),
        (["history", "list", "--status", "er"], "did you mean 'error'?"),
        (["code", "exec", "--code", "1", "--jsn"], "unrecognized arguments: --jsn"),
    ],
)
def test_a_mistyped_word_names_what_is_near(shell: Shell, words: list[str], told: str) -> None:
    done = shell(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_unknown_allowed_servers_are_told(shell: Shell) -> None:
    done = shell("code", "exec", "--code", "1", "--allowed-servers", "demo,demmo")
    told = "allowed_servers: no server 'demmo'; did you mean 'demo'?"
    assert json.loads(done.stdout)["warnings"] == [told]
    assert done.stderr == f"workbench: warning: {told}\n"
    assert "warnings" not in shell.json("code", "exec", "--code", "1", "--allowed-servers", "demo")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cancels_the_run_and_is_the_exit_code(
    shell: Shell, number: signal.Signals
) -> None:
    words = ["code", "exec", "--code", "console.log('on'); await sleep(60000)"]
    command = [sys.executable, "-m", "workbench", "--data-dir", str(shell.data), *words]
    process = subprocess.Popen(
        command, cwd=shell.folder, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "HOME": str(shell.folder), "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    store = None
    while store is None or not store.list_executions(status="running"):
        if (shell.data / "history.sqlite3").exists():
            store = store or Store(shell.data / "history.sqlite3")
        time.sleep(0.05)
    process.send_signal(number)
    answer, _ = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert json.loads(answer)["error"]["code"] == "CANCELLED"
    assert [row.status for row in store.list_executions()] == ["cancelled"]
    store.close()


def test_a_byte_order_mark_is_no_part_of_the_input(shell: Shell) -> None:
    (shell.folder / "i.json").write_bytes(b"\xef\xbb\xbf{}")
    assert shell.json("code", "exec", "--code", "input", "--input-file", "i.json")["value"] == {}


@pytest.mark.slow
def test_import_takes_over_what_it_can_and_says_the_rest(shell: Shell) -> None:
    demo = {"command": sys.executable, "args": ["-m", "workbench.demo"]}
    servers = {
        "workbench": {"command": "workbench", "args": ["--serve"]},
        "a": {**demo, "env": {"SOME_TOKEN": "hunter22-hunter22"}},
        "My Server": {**demo, "cwd": str(shell.folder)},
        "empty": {},
        "日本": {"url": "https://127.0.0.1:1/mcp"},
    }
    (shell.folder / ".mcp.json").write_text(json.dumps({"mcpServers": servers}))
    states = [row["state"] for row in shell.json("servers", "import", "--dry-run", "--json")]
    assert states == ["skipped", "would be added", "would be added", "skipped", "would be added"]
    assert not (shell.folder / "xdg" / "workbench" / "workbench.toml").exists()
    done = shell("servers", "import")
    assert done.returncode == 0
    assert "workbench: it is Workbench itself" in done.stdout
    assert "set the variable SOME_TOKEN" in done.stdout
    assert "hunter22" not in (shell.folder / "xdg" / "workbench" / "workbench.toml").read_text()
    states = [row["state"] for row in shell.json("servers", "import", "--json")]
    assert states == ["skipped", *["already there"] * 2, "skipped", "already there"]
    code = "call_tool('My-Server', 'now')"
    held = shell.json("code", "exec", "--code", code)["value"]
    assert held["error"]["code"] == "SERVER_QUARANTINED"
    assert shell("servers", "quarantine", "--off", "My-Server", "a").returncode == 0
    assert shell.json("code", "exec", "--code", code)["value"]["ok"]
    assert shell.json("code", "exec", "--script", "report")["ok"], "the demo stays"


@pytest.mark.slow
def test_sync_says_what_differs(shell: Shell) -> None:
    theirs = {
        "files": {"command": "npx", "args": ["files"]},
        "api": {"command": "api", "env": {"API_KEY": "hunter22", "REGION": "eu"}},
        "wiki\x1b[31m": {"url": "https://w/mcp"},
    }
    file = shell.folder / ".mcp.json"
    file.write_text(json.dumps({"mcpServers": theirs}))
    (shell.folder / "workbench.toml").write_text(
        "[servers.files]\ncommand = 'npx'\nargs = ['files']\n"
        "[servers.api]\ncommand = 'api'\nenv = {API_KEY = 'hunter33', REGION = 'us'}\n"
        "[servers.db]\ncommand = 'db'\n"
    )
    done = shell("servers", "sync")
    assert done.returncode == 1
    assert "hunter" not in done.stdout + done.stderr
    assert "\x1b" not in done.stdout
    for said in (
        "same: files",
        "different: api",
        "only there: wiki",
        "only here: db",
        "another «secret»",
    ):
        assert said in done.stdout
    (client,) = shell.json("servers", "sync", "--json")
    assert [row["state"] for row in client["servers"]] == ["same", "different", "only there", "only here"]  # fmt: skip
    assert client["servers"][1]["differences"] == [
        {"key": "env.API_KEY", "there": "«secret»", "here": "another «secret»"},
        {"key": "env.REGION", "there": "eu", "here": "us"},
    ]
    file.write_text(json.dumps({"mcpServers": {"files": theirs["files"]}}))
    shell("servers", "remove", "api")
    shell("servers", "remove", "db")
    assert shell("servers", "sync").returncode == 0
    assert shell("servers", "sync", "none.json").returncode == 2


@pytest.mark.slow
def test_import_of_nothing_says_so(shell: Shell) -> None:
    done = shell("servers", "import")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no server of another client" in done.stderr
    assert shell.json("servers", "import", "--json") == []
    (shell.folder / "other.json").write_text('{"theme": "dark"}')
    looked = shell("servers", "import", "other.json")
    assert "looked for in it: mcpServers, servers, mcp, " in looked.stderr
    (shell.folder / "off.json").write_text(
        '{"mcpServers": {"o": {"command": "x", "disabled": true}}}'
    )
    assert "added, disabled" in shell("servers", "import", "off.json").stdout
    (shell.folder / "good.json").write_text('{"mcpServers": {"a": {"command": "x"}}}')
    done = shell("servers", "import", "none.json", "good.json", "--json")
    assert (done.returncode, "none.json: No such file" in done.stderr) == (2, True)
    assert [row["state"] for row in json.loads(done.stdout)] == ["added"]


@pytest.mark.slow
def test_a_workbench_that_is_its_own_server_ends_the_chain(shell: Shell) -> None:
    file = shell.folder / "c.toml"
    args = ["-m", "workbench", "--data-dir", str(shell.data), "--config", str(file), "--serve"]
    file.write_text(
        f"enable_code_execution = true\n[servers.me]\ncommand = '{sys.executable}'\n"
        f"args = {json.dumps(args)}\nenv = {{ PYTHONPATH = '{os.getcwd()}' }}\n"
    )
    (row,) = shell.json("--config", "c.toml", "servers", "list", "--json")
    assert row["state"] == "failed"
    assert "started as a server of one that uses the same" in row["error"]
    other = shell.folder / "d.toml"
    other.write_text(file.read_text())
    (row,) = shell.json("--config", "d.toml", "servers", "list", "--json")
    assert row["state"] == "ready", "one with another file is a server like any other"


@pytest.mark.slow
def test_types_are_learned_from_what_tools_gave(shell: Shell) -> None:
    assert "Promise<any>;" in shell("tools", "show", "demo", "list_labels").stdout
    code = "await tools.demo.list_labels(); call_tool('demo', 'listLabels', {})"
    for _ in range(2):
        assert shell.json("code", "exec", "--code", code)["ok"]
    shown = shell("tools", "show", "demo", "list_labels").stdout
    assert shown.endswith(
        "Promise<Array<{\n  name: string;\n  description: string;\n}>>; // seen in 2 runs\n"
    )
    assert "// seen in 2 runs" in shell("tools", "types").stdout
    code = "[describe_tools(['demo.list_labels']).tools[0].typescript, describe_tool('demo', 'list_labels').types]"
    for told in shell.json("code", "exec", "--code", code)["value"]:
        assert "// seen in 2 runs" in told


@pytest.mark.slow
def test_sample_learns_from_one_call(shell: Shell) -> None:
    done = shell("tools", "sample", "demo", "get_issue", "id=101")
    assert (done.returncode, done.stderr) == (0, "")
    assert "comments: " in done.stdout
    assert done.stdout.endswith("}>; // seen in 1 run\n")
    assert shell("tools", "show", "demo", "get_issue").stdout.endswith(done.stdout)
    told = shell.json("tools", "sample", "demo", "get_issue", "id=99999", "--json")
    assert told["error"]["code"] == "UPSTREAM_ERROR"
    assert "// seen in 1 run" in told["typescript"], "a failed call says nothing of the type"
    assert len(shell.json("history", "list", "--json")) == 2


@pytest.mark.slow
def test_sample_asks_before_it_changes_anything(shell: Shell) -> None:
    refused = shell("tools", "sample", "demo", "deploy", "service=api", stdin="y\n")
    assert refused.returncode == 2
    assert "demo.deploy does not say that it only reads" in refused.stderr
    assert "--yes" in refused.stderr
    assert shell.json("history", "list", "--json") == []
    shell("tools", "sample", "demo", "deploy", "service=api", "--yes")
    assert len(shell.json("history", "list", "--json")) == 1


@pytest.mark.slow
def test_sample_calls_nothing_where_there_is_nothing_to_learn(shell: Shell) -> None:
    done = shell("tools", "sample", "demo", "now")
    assert (done.returncode, shell.json("history", "list", "--json")) == (0, [])
    assert "declares its result type" in done.stderr
    assert done.stdout.startswith("/**")
    missing = shell("tools", "sample", "demo", "get_isue")
    assert missing.returncode == 2
    assert "did you mean" in missing.stderr


@pytest.mark.slow
def test_stats_say_what_stayed_away(shell: Shell) -> None:
    assert shell("stats").stdout.startswith("The last 30 days: 0 runs")
    code = "(await tools.demo.list_issues({})).total"
    run = shell.json("code", "exec", "--code", code)
    told = shell.json("stats", "--json")
    assert (told["runs"], told["tool_calls"]) == (1, 1)
    assert told["results"] > 500 > told["answer"] > 0
    assert told["definitions"] > 1_000
    assert (told["tokenizer"], told["estimate"]) == ("o200k_base", True)
    assert [group["name"] for group in told["servers"]] == ["demo"]
    shown = shell.json("history", "show", run["execution_id"], "--json")["tokens"]
    assert {
        name: told[name] for name in ("answer", "results", "definitions")
    }.items() <= shown.items()
    text = shell("stats", "--by", "server").stdout
    assert "Estimates of o200k_base" in text
    assert "demo" in text
    assert shell("stats", "--days", "0").returncode == 2
