from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.upstream.listings import ListingCache

_TOOLS: list[dict[str, Any]] = [{"name": "t", "inputSchema": {"type": "object"}}]


def test_a_listing_comes_back(tmp_path: Path) -> None:
    ListingCache(tmp_path).save("s", "id", _TOOLS)
    assert ListingCache(tmp_path).load("s", "id") == _TOOLS


def test_a_server_started_another_way_has_none(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    cache.save("s", "id", _TOOLS)
    assert cache.load("s", "other") is None
    assert cache.load("other", "id") is None


def test_the_same_listing_is_not_written_again(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    cache.save("s", "id", _TOOLS)
    (path,) = (tmp_path / "listings").iterdir()
    before = path.stat().st_ino
    cache.save("s", "id", _TOOLS)
    assert path.stat().st_ino == before
    cache.save("s", "id", [])
    assert cache.load("s", "id") == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "", "x" * 500, "nul\0", "☃"])
def test_any_name_of_a_server(tmp_path: Path, name: str) -> None:
    cache = ListingCache(tmp_path)
    cache.save(name, "id", _TOOLS)
    assert cache.load(name, "id") == _TOOLS
    assert {path.parent for path in tmp_path.rglob("*.json")} == {tmp_path / "listings"}


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 99}'])
def test_a_damaged_file_is_none(tmp_path: Path, text: str) -> None:
    cache = ListingCache(tmp_path)
    cache.save("s", "id", _TOOLS)
    (path,) = (tmp_path / "listings").iterdir()
    path.write_text(text, encoding="utf-8")
    assert cache.load("s", "id") is None


def test_without_a_folder_nothing_is_kept() -> None:
    cache = ListingCache(None)
    cache.save("s", "id", _TOOLS)
    assert cache.load("s", "id") is None
