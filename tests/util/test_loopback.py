"""What counts as this machine's own address, for every door."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import workbench
from workbench.util.loopback import is_loopback, is_loopback_authority, is_loopback_page


@pytest.mark.parametrize(
    "host",
    ["localhost", "LocalHost", "127.0.0.1", "127.255.0.9", "::1", "[::1]", "::ffff:127.0.0.1"],
)
def test_ours(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    ["", "0.0.0.0", "::", "127.1", "127.0.0.1.evil.example", "localhost.", "localhost.evil", "128.0.0.1",
     "127.0.0.999", "2130706433", "0x7f.0.0.1", "::ffff:10.0.0.1", "[localhost]", "127.0.0.1 ", "localhost\n"],
)  # fmt: skip
def test_not_ours(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("authority", "port", "ours"),
    [
        ("localhost", None, True),
        ("localhost:80", None, True),
        ("[::1]:80", None, True),
        ("localhost", 80, False),
        ("localhost:80", 80, True),
        ("localhost:080", 80, True),
        ("localhost:81", 80, False),
        ("localhost:99999", None, False),
        ("localhost:", None, False),
        ("localhost:1@evil.example", None, False),
        ("evil.example@localhost", None, False),
        ("localhost/evil", None, False),
        ("::1:80", None, False),
        ("evil.example:80", 80, False),
        ("", None, False),
    ],
)
def test_authorities(authority: str, port: int | None, ours: bool) -> None:
    assert is_loopback_authority(authority, port) is ours


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        ("http://localhost:5173", True),
        ("https://[::1]", True),
        ("HTTP://127.0.0.1:1", True),
        ("null", False),
        ("file://localhost", False),
        ("http://localhost:80.evil.example", False),
        ("http://localhost/evil", False),
        ("http://localhost:80@evil.example", False),
    ],
)
def test_pages(origin: str, ours: bool) -> None:
    assert is_loopback_page(origin) is ours


@pytest.mark.slow
def test_no_other_module_decides_it() -> None:
    """A check of its own in a door is how they came to differ."""
    for file in Path(workbench.__file__).parent.rglob("*.py"):
        if file.name != "loopback.py":
            names = {
                node.attr
                for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
                if isinstance(node, ast.Attribute)
            }
            assert "is_loopback" not in names, file
