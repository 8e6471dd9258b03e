"""The map of the code names what is there: a file that moved is found where the map says."""

from __future__ import annotations

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_TEXT = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_NAMED = re.compile(r"`([\w./]+(?:\.py|/))`")


def _is_there(name: str, folder: Path) -> bool:
    return any(
        (base / name).exists() for base in (folder, folder.parent, _ROOT / "workbench", _ROOT)
    )


def test_what_the_table_of_folders_names_is_in_them() -> None:
    rows = re.findall(r"^\| `([a-z_/]+/)` \| (.*) \|$", _TEXT, re.M)
    missing = [
        f"{folder}{name}"
        for folder, held in rows
        for name in _NAMED.findall(held)
        if not _is_there(name, _ROOT / "workbench" / folder)
    ]
    assert missing == []


def test_every_folder_is_in_the_table() -> None:
    rows = set(re.findall(r"^\| `([a-z_/]+)/` \| ", _TEXT, re.M))
    folders = {
        file.parent.name
        for file in (_ROOT / "workbench").glob("*/__init__.py")
        if not file.parent.name.startswith("_")
    }
    assert folders - rows == set()


def test_what_the_rooms_name_is_in_them() -> None:
    rooms = re.findall(
        r"^### ([a-z_/]+/)\n(.*?)(?=^##)", _TEXT.split("## Room by room")[1], re.M | re.S
    )
    assert len(rooms) > 6
    missing = [
        f"{room}{name}"
        for room, text in rooms
        for name in _NAMED.findall(text)
        if not list((_ROOT / "workbench" / room).glob(name))
        and not list((_ROOT / "workbench" / room).glob(f"*/{name}"))
    ]
    assert missing == []


def test_the_answers_lead_somewhere() -> None:
    section = _TEXT.split("## Where is …?")[1].split("\n## ")[0]
    answers = re.findall(r"^\| [^|]+\? \| (.*) \|$", section, re.M)
    assert len(answers) >= 12
    assert [answer for answer in answers if not _NAMED.findall(answer)] == []
    named = [name for answer in answers for name in _NAMED.findall(answer)]
    assert [name for name in named if not _is_there(name, _ROOT / "workbench")] == []


def test_the_map_of_the_screens_is_true() -> None:
    section = _TEXT.split("## The map of tui/")[1].split("\n## ")[0]
    tui = _ROOT / "workbench" / "tui"
    missing = [
        name
        for name in _NAMED.findall(section)
        if not (tui / name).exists() and not list(tui.glob(f"**/{name}"))
    ]
    assert missing == []


def test_every_decision_has_a_number_of_its_own_and_is_in_the_list() -> None:
    pages = sorted((_ROOT / "docs" / "decisions").glob("0*.md"))
    titles = [page.read_text(encoding="utf-8").splitlines()[0] for page in pages]
    numbered = [
        (int(page.name[:4]), page.name, title) for page, title in zip(pages, titles, strict=True)
    ]
    listed = (_ROOT / "docs" / "decisions" / "README.md").read_text(encoding="utf-8")
    assert [number for number, _, _ in numbered] == list(range(1, len(pages) + 1))
    for number, name, title in numbered:
        assert title.startswith(f"# {number}. ")
        assert f"| [{number}]({name}) | {title.partition('. ')[2]} |" in listed
