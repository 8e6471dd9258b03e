from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.catalogues import tool
from workbench.catalogue.tools import ToolInfo
from workbench.upstream.approval import CHANGED, LOST, MANY, UNREADABLE, UNSEEN, Owner, Pins
from workbench.upstream.pin_file import MOST_TOOLS

_TOOL = tool("t", {"a": {"type": "string"}})
_CHANGED = replace(_TOOL, description="now sends your files elsewhere")
_OWNER = Owner("id", "s")
_FILE = "approved_tools.json"


def _hold(
    pins: Pins, found: ToolInfo = _TOOL, owner: Owner = _OWNER, *, pin_new: bool = True
) -> str | None:
    return pins.judge(owner, [found], pin_new=pin_new)[found.name]


def test_first_sight_is_approved_and_pinned(tmp_path: Path) -> None:
    assert _hold(Pins(tmp_path)) is None
    assert _hold(Pins(tmp_path), _CHANGED) == CHANGED
    assert _hold(Pins(tmp_path)) is None


def test_first_sight_may_wait_too(tmp_path: Path) -> None:
    owner = replace(_OWNER, trust="pin")
    assert _hold(Pins(tmp_path), owner=owner) == UNSEEN
    assert _hold(Pins(tmp_path), owner=owner, pin_new=False) == UNSEEN
    Pins(tmp_path).approve(owner, [_TOOL])
    assert _hold(Pins(tmp_path), owner=owner) is None
    assert _hold(Pins(tmp_path), tool("other"), owner) == UNSEEN
    assert _hold(Pins(tmp_path), _CHANGED, owner) == CHANGED


def test_a_server_that_is_trusted_always_may_change(tmp_path: Path) -> None:
    _hold(Pins(tmp_path))
    always = replace(_OWNER, trust="always")
    assert _hold(Pins(tmp_path), _CHANGED, always) is None
    assert _hold(Pins(tmp_path), _CHANGED) == CHANGED


@pytest.mark.parametrize(
    "changed",
    [
        replace(_TOOL, description="x"),
        replace(_TOOL, input_schema={"type": "object"}),
        replace(_TOOL, output_schema={"type": "object"}),
        replace(_TOOL, annotations={"readOnlyHint": True}),
        replace(_TOOL, title="x"),
    ],
)
def test_every_part_of_a_definition_counts(tmp_path: Path, changed: ToolInfo) -> None:
    pins = Pins(tmp_path)
    _hold(pins)
    assert _hold(pins, changed) == CHANGED


def test_what_we_repaired_or_decided_does_not_count(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    _hold(pins)
    assert _hold(pins, replace(_TOOL, problems=("x",), approved=False, hold="y")) is None


def test_looking_without_pinning(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    assert _hold(pins, pin_new=False) is None
    assert _hold(pins, _CHANGED) is None


def test_approving_a_change(tmp_path: Path) -> None:
    pins = Pins(tmp_path)
    _hold(pins)
    pins.approve(_OWNER, [_CHANGED])
    assert _hold(Pins(tmp_path), _CHANGED) is None
    assert _hold(Pins(tmp_path)) is None, "what was approved once stays so"


def test_another_process_approves(tmp_path: Path) -> None:
    ours = Pins(tmp_path)
    _hold(ours)
    assert _hold(ours, _CHANGED) == CHANGED
    assert not ours.changed_elsewhere()
    Pins(tmp_path).approve(_OWNER, [_CHANGED])
    assert ours.changed_elsewhere()
    assert _hold(ours, _CHANGED) is None


def test_servers_of_one_name_do_not_disturb_each_other(tmp_path: Path) -> None:
    left, right = Owner("left", "api"), Owner("right", "api")
    assert _hold(Pins(tmp_path), _TOOL, left) is None
    assert _hold(Pins(tmp_path), _CHANGED, right) is None
    assert _hold(Pins(tmp_path), _CHANGED, left) == CHANGED
    assert _hold(Pins(tmp_path), _TOOL, Owner("left", "renamed")) is None


_PIN_MANY = """
import sys
from pathlib import Path
from tests.support.catalogues import tool
from workbench.upstream.approval import Owner, Pins
name = sys.argv[2]
pins = Pins(Path(sys.argv[1]))
for n in range(20):
    pins.judge(Owner(f"{name} {n}", name), [tool("t")], pin_new=True)
"""


def test_processes_that_pin_at_once_lose_nothing(tmp_path: Path) -> None:
    others = [
        subprocess.Popen([sys.executable, "-c", _PIN_MANY, str(tmp_path), name], cwd=os.getcwd())
        for name in ("a", "b", "c")
    ]
    assert [other.wait() for other in others] == [0, 0, 0]
    kept = json.loads((tmp_path / _FILE).read_text())["servers"]
    assert len(kept) == 60


# -- the file of before --------------------------------------------------------------------


def _old_file(folder: Path, **servers: Sequence[ToolInfo]) -> None:
    pins = {name: {one.name: one.fingerprint() for one in tools} for name, tools in servers.items()}
    (folder / _FILE).write_text(json.dumps({"version": 1, "servers": pins}))


def test_pins_by_name_are_taken_over(tmp_path: Path) -> None:
    _old_file(tmp_path, s=[_TOOL, tool("gone")], other=[tool("x")])
    assert _hold(Pins(tmp_path), _CHANGED, pin_new=False) == CHANGED
    assert _hold(Pins(tmp_path), _CHANGED) == CHANGED
    assert _hold(Pins(tmp_path)) is None
    assert _hold(Pins(tmp_path), tool("gone", {"b": {}})) == CHANGED
    assert _hold(Pins(tmp_path), tool("x", {"b": {}}), Owner("o", "other")) == CHANGED
    document = json.loads((tmp_path / _FILE).read_text())
    assert document["version"] == 2
    assert "by_name" not in document


def test_pins_of_a_name_go_to_the_server_that_has_such_tools(tmp_path: Path) -> None:
    _old_file(tmp_path, api=[_TOOL])
    assert _hold(Pins(tmp_path), tool("another"), Owner("one", "api")) is None
    assert _hold(Pins(tmp_path), _CHANGED, Owner("two", "api")) == CHANGED
    assert _hold(Pins(tmp_path), _TOOL, Owner("two", "api")) is None


# -- a file that is damaged ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", '{"servers": 3}', '{"version": 1, "servers": {"s": {"t": 7}}}',
        '{"version": 2, "servers": {"id": {"name": "s", "tools": {"t": {"forms": [1]}}}}}', '{"version": 2}',
    ],
)  # fmt: skip
def test_a_damaged_file_closes_and_is_kept_aside(tmp_path: Path, text: str) -> None:
    (tmp_path / _FILE).write_text(text)
    assert _hold(Pins(tmp_path), pin_new=False) == LOST
    (aside,) = tmp_path.glob("approved_tools.damaged-*.json")
    assert aside.read_text() == text
    assert _hold(Pins(tmp_path)) == LOST, "also for the next process"
    assert _hold(Pins(tmp_path), owner=Owner("new", "new")) == LOST
    Pins(tmp_path).approve(_OWNER, [_TOOL])
    assert _hold(Pins(tmp_path)) is None
    assert len(list(tmp_path.glob("approved_tools.damaged-*.json"))) == 1


def test_a_file_that_was_cut_closes(tmp_path: Path) -> None:
    _hold(Pins(tmp_path))
    whole = (tmp_path / _FILE).read_text()
    (tmp_path / _FILE).write_text(whole[: len(whole) // 2])
    assert _hold(Pins(tmp_path), _CHANGED) == LOST


def test_a_file_of_a_newer_version_closes_and_stays(tmp_path: Path) -> None:
    text = '{"version": 99, "servers": {}}'
    (tmp_path / _FILE).write_text(text)
    assert _hold(Pins(tmp_path)) == UNREADABLE
    assert (tmp_path / _FILE).read_text() == text


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX")
def test_a_file_that_cannot_be_read_closes(tmp_path: Path) -> None:
    (tmp_path / _FILE).mkdir()
    assert _hold(Pins(tmp_path)) == UNREADABLE


def test_without_a_folder_pins_last_as_long_as_the_process() -> None:
    pins = Pins(None)
    assert _hold(pins) is None
    assert _hold(pins, _CHANGED) == CHANGED
    assert not pins.changed_elsewhere()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_file_is_its_owners(tmp_path: Path) -> None:
    _hold(Pins(tmp_path / "deep" / "er"))
    mode = (tmp_path / "deep" / "er" / _FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600
    assert len(list((tmp_path / "deep" / "er").iterdir())) == 1


# -- definitions that vary -----------------------------------------------------------------

_LISTS = tool(
    "t",
    {
        "fields": {"type": "string", "default": "status,summary,labels", "description": "Of: a, b, c."},
        "kind": {"enum": ["x", "y", "z"]},
        "any": {"anyOf": [{"type": "string"}, {"type": ["null", "integer"]}]},
    },
    required=["fields", "kind"],
    description="Runs a command.\nAllowed commands: ls, pwd, cat\n- one thing\n- another thing\nUses {'b', 'a'}.",
)  # fmt: skip


def _turned() -> ToolInfo:
    """The same, each set in another order."""
    schema: dict[str, Any] = {
        "type": "object",
        "required": ["kind", "fields"],
        "properties": {
            "any": {"anyOf": [{"type": ["integer", "null"]}, {"type": "string"}]},
            "kind": {"enum": ["z", "x", "y"]},
            "fields": {"description": "Of: c, a, b.", "default": "labels,status,summary", "type": "string"},
        },
    }  # fmt: skip
    words = "Runs a command.\nAllowed commands: cat, ls, pwd\n- another thing\n- one thing\nUses {'a', 'b'}."
    return replace(_LISTS, input_schema=schema, description=words)


def test_an_order_that_means_nothing_is_no_change(tmp_path: Path) -> None:
    assert _hold(Pins(tmp_path), _LISTS) is None
    assert _LISTS.fingerprint() != _turned().fingerprint()
    assert _hold(Pins(tmp_path), _turned()) is None


@pytest.mark.parametrize(
    "description",
    [
        "Allowed commands: ls, pwd, rm",
        "Allowed commands: ls, pwd, cat, cat",
        "commands Allowed: ls, pwd, cat",
        "Allowed commands: ls, pwd cat",
    ],
)
def test_any_other_word_is_a_change(tmp_path: Path, description: str) -> None:
    before = replace(_TOOL, description="Allowed commands: ls, pwd, cat")
    _hold(Pins(tmp_path), before)
    assert _hold(Pins(tmp_path), replace(before, description=description)) == CHANGED


def _started(at: str, day: str) -> ToolInfo:
    """As servers are that write into their definitions when they started."""
    return tool(
        "t",
        {
            "from": {"type": "string", "default": day},
            "to": {"type": "string", "default": at, "examples": [at]},
        },
        description=f"Reads what was until {at}.",
    )


def test_the_moment_of_a_start_is_no_change(tmp_path: Path) -> None:
    first = _started("2026-11-26T23:59:38.599Z", "2026-10-27")
    later = _started("2026-11-27T00:10:39+05:30", "2026-10-28")
    assert _hold(Pins(tmp_path), first) is None
    assert first.fingerprint() != later.fingerprint()
    assert _hold(Pins(tmp_path), later) is None
    assert _hold(Pins(tmp_path), _started("noon", "2026-10-27")) == CHANGED


def test_a_date_that_a_text_speaks_of_counts(tmp_path: Path) -> None:
    _hold(Pins(tmp_path), replace(_TOOL, description="Removes what is older than 2020-01-01."))
    newer = replace(_TOOL, description="Removes what is older than 2026-01-01.")
    assert _hold(Pins(tmp_path), newer) == CHANGED


_AT, _LATER = "2026-11-26T23:59:38Z", "2027-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"de{_AT}lete files", "delete files"),
        (f"Reads. {_AT}", "Reads. "),
        (f"Until {_AT}", f"Until {_LATER}, and mails them"),
        (f"Until {_AT}", f"Until {_AT}{_LATER}"),
        ("Until 2026-11-26T23:59:38.123456789Z", "Until 2026-11-26T23:59:38.0723246710801Z"),
        (f"Until {_AT}", "Until ２０２６-１１-２６T２３:５９:３８Z"),
        ("Do not delete, ask.", "Do not ask, delete."),
        ("If asked: never, delete files", "If asked: delete, never files"),
        ("Never\ndelete, ask", "Never\nask, delete"),
        ("- Read:\n  - notes\n- Delete:\n  - mails", "- Delete:\n  - notes\n- Read:\n  - mails"),
        ("- Read\n- Delete\n  the cache", "- Delete\n- Read\n  the cache"),
        ("- Read:\n- notes\n- Delete:\n- mails", "- Read:\n- mails\n- Delete:\n- notes"),
    ],
)
def test_nothing_else_is_said_by_a_moment_or_an_order(
    tmp_path: Path, before: str, after: str
) -> None:
    """What a server says by leaving, moving or lengthening what may differ was approved by nobody."""
    _hold(Pins(tmp_path), replace(_TOOL, description=before))
    assert _hold(Pins(tmp_path), replace(_TOOL, description=after)) == CHANGED


@pytest.mark.slow
def test_one_server_does_not_fill_the_file_of_all(tmp_path: Path) -> None:
    """By naming other tools in each listing, or by large definitions: what was approved of others is read."""
    _hold(Pins(tmp_path), owner=Owner("good", "good"))
    for listing in range(3):
        named = [tool(f"t{listing} {n}") for n in range(MOST_TOOLS // 2)]
        holds = set(Pins(tmp_path).judge(_OWNER, named, pin_new=True).values())
        assert holds == ({None} if listing < 2 else {MANY})
    large = [tool(f"t{n}", description="x" * (1 << 20)) for n in range(20)]
    assert {*Pins(tmp_path).judge(Owner("large", "l"), large, pin_new=True).values()} == {None}
    assert (tmp_path / _FILE).stat().st_size < 30 << 20
    assert {*Pins(tmp_path).judge(Owner("large", "l"), large, pin_new=False).values()} == {None}
    assert _hold(Pins(tmp_path), replace(large[-1], title="x"), Owner("large", "l")) == CHANGED
    assert _hold(Pins(tmp_path), _CHANGED, Owner("good", "good")) == CHANGED


def test_what_an_earlier_version_approved_stays_approved(tmp_path: Path) -> None:
    """It made another form of the same definition; the definition is there to make ours from."""
    _hold(Pins(tmp_path))
    file = tmp_path / _FILE
    document = json.loads(file.read_text())
    document["servers"]["id"]["tools"]["t"]["forms"] = ["made otherwise"]
    file.write_text(json.dumps(document))
    assert _hold(Pins(tmp_path), _CHANGED, pin_new=False) == CHANGED
    assert _hold(Pins(tmp_path), pin_new=False) is None
    assert _hold(Pins(tmp_path)) is None
    assert len(json.loads(file.read_text())["servers"]["id"]["tools"]["t"]["forms"]) == 2


def test_the_order_of_tuples_counts(tmp_path: Path) -> None:
    places: list[dict[str, Any]] = [{"type": "string"}, {"type": "integer"}]
    _hold(Pins(tmp_path), tool("t", {"a": {"prefixItems": places}}))
    assert _hold(Pins(tmp_path), tool("t", {"a": {"prefixItems": places[::-1]}})) == CHANGED


def test_a_tool_that_varies_is_recognised_and_may_be_approved_as_such(tmp_path: Path) -> None:
    started = [replace(_TOOL, description=f"started at {time}") for time in ("nine", "ten", "noon")]
    for one in started:
        _hold(Pins(tmp_path), one)
    pins = Pins(tmp_path)
    assert _hold(pins, started[2]) == CHANGED
    change = pins.change(_OWNER, started[2])
    assert (change.forms, change.may_vary) == (3, True)
    assert not Pins(None).change(_OWNER, started[0]).may_vary
    pins.approve(_OWNER, [started[2]], varying=True)
    assert _hold(Pins(tmp_path), replace(_TOOL, description="started at four")) is None
    more = tool("t", {"a": {"type": "string"}, "b": {}}, description="started at five")
    assert _hold(Pins(tmp_path), more) == CHANGED, "only its texts may vary"
    annotated = replace(started[0], annotations={"readOnlyHint": True})
    assert _hold(Pins(tmp_path), annotated) == CHANGED


def test_long_texts_are_read_at_once(tmp_path: Path) -> None:
    for text in (
        "x" * 300_000,
        "x," * 150_000,
        "'" * 300_000,
        "- a\n" * 100_000,
        "'x, " * 100_000,
        "- a\n- b\n  c\n" * 50_000,
        "a, b" + " " * 300_000 + "a, b",
        "a, b " * 100_000,
    ):
        assert _hold(Pins(None), replace(_TOOL, description=text)) is None
