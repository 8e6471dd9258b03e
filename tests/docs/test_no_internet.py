"""No page, picture or tool of ours loads anything from elsewhere by itself: links are for who follows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
# What a browser fetches unasked: sources, style sheets, fonts, imports; a form's target and a link are not.
_FETCHED = re.compile(
    r"""(?:\bsrc(?:set)?=|<link[^>]*\brel="(?:stylesheet|preload|icon|preconnect|dns-prefetch)"[^>]*\bhref=|"""
    r"""<link[^>]*\bhref=|@import\s+|url\()["']?(?:https?:)?//[^"')\s>]+""",
    re.I,
)
_OWN = re.compile(r'<link[^>]*rel="(?:canonical|next|prev)"')


def _loaded(text: str) -> list[str]:
    return [found for found in _FETCHED.findall(text) if not _OWN.match(found)]


def test_the_search_finds_what_loads() -> None:
    assert _loaded('<script src="https://x.example/a.js">')
    assert _loaded("@font-face { src: url(https://x.example/f.woff) }")
    assert _loaded('<link rel="stylesheet" href="//x.example/a.css">')
    assert not _loaded('<a href="https://x.example">')


def test_nothing_of_ours_loads_from_elsewhere() -> None:
    paths = [
        *(_ROOT / "docs" / "images").glob("*.svg"),
        *(_ROOT / "workbench").rglob("*.py"),
        *(_ROOT / "workbench").rglob("*.tcss"),
        *(_ROOT / "themes").glob("*"),
    ]
    assert len(paths) > 200
    for path in paths:
        assert _loaded(path.read_text(encoding="utf-8")) == [], path


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_site_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-f", ".mkdocs.yml"]
    environ = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    subprocess.run([*words, "-d", str(tmp_path)], cwd=_ROOT, env=environ, check=True, timeout=250)
    pages = list(tmp_path.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert _loaded(text) == [], page
        # The theme's script would ask a repository's host about it.
        assert 'data-md-component="source"' not in text, page
    for sheet in tmp_path.rglob("*.css"):
        assert _loaded(sheet.read_text(encoding="utf-8")) == [], sheet
