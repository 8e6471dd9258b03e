"""The questions that the importers ask of the table of secrets."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.text import secrets
from workbench.text.secrets import find_secrets, is_secret, looks_random, suggests_secret


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("password", "x", True),
        ("password", 8675309421, True),
        ("password", ["x"], True),
        ("password", {"v": "x"}, True),
        ("password", {"type": "plain", "v": "x"}, True),
        ("password", {"type": "string"}, False),
        ("password", {"type": ["string", "null"]}, False),
        ("password", {"anyOf": []}, False),
        ("password", None, False),
        ("password", "", False),
        ("password", True, False),
        ("passwords", 3, False),
        ("secrets", ["x"], True),
        ("tokens", 512, False),
        ("tokens", ["Hello", " world"], False),
        ("tokens", {"github": ["a1B2c3D4e5F6g7H8"]}, True),
        ("page", "ghp_" + "a1B2" * 9, False),
    ],
)
def test_a_member_is_a_secret_by_its_name(name: str, value: Any, expected: bool) -> None:
    assert is_secret(name, value) is expected


def test_a_setting_suggests_a_secret_sooner_than_it_is_one() -> None:
    for name in (
        "KEY",
        "--key",
        "MY_PAT",
        "apiKey",
        "OPENAI_API_KEY",
        "dsn",
        "authToken",
        "DB_PASS",
    ):
        assert suggests_secret(name), name
    for name in ("monkey", "path", "keyboard", "author", "PATTERN", "compass", "HOST"):
        assert not suggests_secret(name), name


def test_random_letters_are_told_from_words() -> None:
    for text in (
        "3f9a8b7c-6d5e-4f3a-9b8c-7d6e5f4a3b2c",
        "a1B2c3D4e5F6g7H8",
        "0a1b2c3d4e5f6a7b",
        "aBcDeFgHiJkLmNoP",
    ):
        assert looks_random(text), text
    for text in (
        "record-quarterly-profit",
        "node_modules",
        "v1.2.3-beta4",
        "2026-11-25T10:00:00Z",
        "x86_64",
    ):
        assert not looks_random(text), text


def test_where_a_secret_stands() -> None:
    text = f"see ghp_{'a1B2' * 9} and https://amy:pw@host/"
    assert [text[found.start : found.end] for found in find_secrets(text)] == [
        "ghp_" + "a1B2" * 9,
        "amy:pw",
    ]


def test_a_word_on_the_edge_of_two_pieces_is_seen() -> None:
    for at in range(secrets._PIECE - 40, secrets._PIECE + 4):
        for secret in ('"password":"x1y2"', '"ghp_0123456789abcdefghijABCDEFGHIJ012345"'):
            assert secrets.may_be_in_json("x" * at + secret)
