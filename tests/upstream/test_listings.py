from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from workbench.upstream.listings import Listing, ListingCache

_TOOLS: list[dict[str, Any]] = [{"name": "t", "inputSchema": {"type": "object"}}]
_LISTING = Listing(_TOOLS, "Issues and code")


def test_a_listing_comes_back(tmp_path: Path) -> None:
    ListingCache(tmp_path).save("id", _LISTING)
    assert ListingCache(tmp_path).load("id") == _LISTING


def test_a_server_started_another_way_has_none(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    cache.save("id", _LISTING)
    assert cache.load("other") is None


def test_the_same_listing_is_not_written_again(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    cache.save("id", _LISTING)
    (path,) = (tmp_path / "listings").iterdir()
    before = path.stat().st_ino
    cache.save("id", _LISTING)
    assert path.stat().st_ino == before
    cache.save("id", Listing([]))
    assert cache.load("id") == Listing([])


def test_servers_of_one_name_keep_listings_of_their_own(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    for way in ("one", "two"):
        cache.save(way, Listing([{"name": way}]))
    assert [cache.load(way) for way in ("one", "two")] == [
        Listing([{"name": "one"}]),
        Listing([{"name": "two"}]),
    ]


def test_listings_of_the_past_go(tmp_path: Path) -> None:
    cache = ListingCache(tmp_path)
    for number in range(205):
        cache.save(f"way {number}", _LISTING)
    assert len(list((tmp_path / "listings").iterdir())) == 200
    assert cache.load("way 204") == _LISTING
    assert cache.load("way 0") is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 99}'])
def test_a_damaged_file_is_none(tmp_path: Path, text: str) -> None:
    cache = ListingCache(tmp_path)
    cache.save("id", _LISTING)
    (path,) = (tmp_path / "listings").iterdir()
    path.write_text(text, encoding="utf-8")
    assert cache.load("id") is None


def test_without_a_folder_nothing_is_kept() -> None:
    cache = ListingCache(None)
    cache.save("id", _LISTING)
    assert cache.load("id") is None
