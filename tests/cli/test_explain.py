"""``workbench explain``: the codes in a terminal and as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

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
