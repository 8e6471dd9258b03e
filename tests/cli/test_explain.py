"""``workbench explain``: the codes in a terminal and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from workbench.cli.error_pages import page_of, with_pages
from workbench.cli.main import main
from workbench.core.model import ErrorCode


def test_a_code_is_explained_however_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "timeout"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("TIMEOUT")
    assert "What to do:" in said
    assert "--timeout 100" in said


def test_all_codes_are_listed_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "--json"]) == 0
    assert {one["code"] for one in json.loads(capsys.readouterr().out)} == set(ErrorCode)


def test_an_explanation_leads_to_its_section(capsys: pytest.CaptureFixture[str]) -> None:
    page = Path(__file__).parents[2] / "docs" / "code_execution" / "api-reference.md"
    sections = re.findall(r"^### (\w+)$", page.read_text(encoding="utf-8"), re.M)
    assert main(["explain", "--json"]) == 0
    for one in json.loads(capsys.readouterr().out):
        address, _, anchor = one["docs"].partition("#")
        assert address.endswith("docs/code_execution/api-reference.md")
        assert anchor in {section.lower() for section in sections}
    assert main(["explain", "TIMEOUT"]) == 0
    assert capsys.readouterr().out.endswith("api-reference.md#timeout\n")


def test_an_unknown_code_is_told_what_is_near(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "timeot"]) == 2
    assert "did you mean 'TIMEOUT'" in capsys.readouterr().err


_FAILS = "call_tool('demo', 'get_issue', {id: 1}); await tools.demo.get_issue({number: 1})"


@pytest.mark.slow
def test_printed_errors_lead_to_their_pages_and_kept_ones_do_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WORKBENCH_DATA_DIR", str(tmp_path / "data"))

    def told(*words: str) -> Any:
        main(list(words))
        return json.loads(capsys.readouterr().out)

    def leads(error: dict[str, Any]) -> bool:
        return error["docs"] == page_of(error["code"]) and list(error)[-1] == "docs"

    ran = told("code", "exec", "--code", _FAILS)
    assert (ran["error"]["code"], leads(ran["error"])) == ("INVALID_ARGS", True)
    id_ = ran["execution_id"]
    shown = told("history", "show", id_, "--json")
    assert shown["error"] == ran["error"]
    assert leads(shown["calls"][0]["error"])
    replayed = told("replay", id_, "--json")
    assert (replayed["verdict"], replayed["error"]) == ("identical", ran["error"])
    compared = told("diff", id_, id_, "--json")
    assert compared["same"]
    assert leads(compared["calls"][0]["b"]["error"])
    assert leads(told("code", "check", "--code", "1 +")["error"])
    assert leads(told("resources", "read", "demo", "demo://none", "--output", "f")["error"])
    assert leads(told("tools", "sample", "demo.get_issue", "id=1", "--json")["error"])
    main(["history", "export", id_, "--output", "-"])
    assert '"docs"' not in capsys.readouterr().out


def test_what_a_script_gave_is_left_as_it_is() -> None:
    envelope = {"ok": False, "error": {"code": "TIMEOUT", "message": "m"}}
    result = {"ok": True, "value": envelope, "calls": [{"result": envelope, "error": None}]}
    assert with_pages(result) == result
    newer = {"error": {"code": "NOT_YET", "message": "m"}}
    assert with_pages(newer) == newer
