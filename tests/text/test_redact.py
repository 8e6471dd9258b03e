"""What is masked, what is not, and that the quick look never misses what the patterns find."""

from __future__ import annotations

import json

import pytest

from workbench.text.redact import MARK, Redactor

SECRET_TEXTS = [
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2" * 9,
    "glpat-" + "a1B2" * 5,
    "sk-ant-api03-" + "a1B2" * 8,
    "xoxb-123456789012-abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "AIza" + "x" * 35,
    "npm_" + "a1B2" * 9,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl",
    "Bearer abcdefghijklmnopqrst",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
    "postgres://amy:hunter2@localhost/db",
]
SECRET_NAMES = [
    "authorization", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "password", "db_password",
    "apiKey", "api_key", "X-API-Key", "access_token", "refreshToken", "token", "GITHUB_TOKEN", "client_secret",
    "privateKey", "credentials", "slack-bot-token",
]  # fmt: skip
PLAIN_NAMES = [
    "max_tokens", "tokens", "token_count", "next_page_token", "key", "keyboard", "author", "secretary",
    "passwords_changed_at", "cookies_accepted", "monkey", "tokenizer", "idempotency",
]  # fmt: skip
PLAIN_TEXTS = [
    "task-force of the sky", "see https://example.org/path", "mail amy@example.org", "bearer of bad news",
    "risk-based approach", "eyJ", "ghp_short", "10:30 @ the office", "https://example.org/@amy",
]  # fmt: skip


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_known_tokens_are_masked_wherever_they_stand(text: str) -> None:
    redactor = Redactor()
    masked, found = redactor.text(f"before {text} after")
    assert found
    assert text not in masked
    assert MARK in masked
    whole, found = redactor.json({"rows": [{"note": f"see {text}"}]})
    assert found
    assert json.dumps(text)[1:-1] not in whole
    assert json.loads(whole)["rows"][0]["note"].startswith(
        ("see «masked", "see postgres://«masked")
    )


@pytest.mark.parametrize("name", SECRET_NAMES)
def test_members_named_like_secrets_are_masked(name: str) -> None:
    masked, found = Redactor().json([{name: "x"}])
    assert found
    assert json.loads(masked) == [{name: f"«masked {name}»"}]


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_other_members_are_not(name: str) -> None:
    assert Redactor().json({name: "x"}) == (json.dumps({name: "x"}, separators=(",", ":")), False)


@pytest.mark.parametrize("text", PLAIN_TEXTS)
def test_other_texts_are_not(text: str) -> None:
    assert Redactor().text(text) == (text, False)


ASSIGNMENTS = [
    ('{"password":"hunter2","a":1}', '{"password":"«masked password»","a":1}'),
    (r"{\"api_key\":\"hunter2\"}", r"{\"api_key\":\"«masked api_key»\"}"),
    (
        "f({ apiKey: 'hunter2', max_tokens: 'x' })",
        "f({ apiKey: '«masked apiKey»', max_tokens: 'x' })",
    ),
    ('const dbPassword = "hun\\"ter2";', 'const dbPassword = "«masked dbPassword»";'),
    ("if (token === `hunter2`)", "if (token === `«masked token»`)"),
    ("GET /x?access_token=hunter2&page=2", "GET /x?access_token=«masked access_token»&page=2"),
    ("A=1\nDB_PASSWORD=hunter2\nB=2", "A=1\nDB_PASSWORD=«masked DB_PASSWORD»\nB=2"),
    ("Authorization: Basic aHVudGVyMg==", "Authorization: «masked token»"),
]
NO_ASSIGNMENTS = [
    "const key = 'x'; tokens: 'b'", "the token: a word", "password is what he asked: 'why?'", "const token = input.x",
    '{"next_page_token":"abc"}', "/x?page_token_count=5&key=3", "token = read()",
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ASSIGNMENTS)
def test_what_a_text_assigns_to_a_secret_name_is_masked_once(text: str, expected: str) -> None:
    redactor = Redactor()
    assert redactor.text(text) == (expected, True)
    assert redactor.json({"content": [text]}) == (
        json.dumps({"content": [expected]}, separators=(",", ":"), ensure_ascii=False),
        True,
    )
    assert redactor.text(expected) == (expected, False)


@pytest.mark.parametrize("text", NO_ASSIGNMENTS)
def test_words_that_assign_no_secret_stay(text: str) -> None:
    assert Redactor().text(text) == (text, False)


def test_a_schema_of_a_secret_member_is_no_secret() -> None:
    schema = {"properties": {"password": {"type": "string"}, "token": {"$ref": "#/x"}}}
    assert Redactor().json(schema)[1] is False
    assert Redactor().value({"credentials": {"user": "a"}}) == {
        "credentials": "«masked credentials»"
    }


def test_what_is_handed_in_is_never_changed() -> None:
    value = {"password": "x", "rows": [{"token": "y"}]}
    Redactor().json(value)
    assert value == {"password": "x", "rows": [{"token": "y"}]}


def test_own_patterns() -> None:
    redactor = Redactor(["^ssn$"], [r"EMP\d{4}"])
    assert redactor.value({"ssn": 5, "note": "EMP1234 left"}) == {
        "ssn": "«masked ssn»",
        "note": "«masked token» left",
    }


def test_a_long_word_is_not_scanned_for_each_of_its_letters() -> None:
    text = "x" * 2_000_000  # quadratic would be hours
    assert Redactor().json({text: text, "key": text})[1] is False
    for hostile in (
        text + "token",
        "token='" * 100_000,
        "token='" + "\\" * 999_999,
        "://a:" * 100_000,
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "eyJaaaaaaaa-" * 50_000,
        "sk-" * 200_000,
    ):
        assert Redactor().text(hostile)[1] in (True, False)


def test_where_lower_case_is_longer_the_places_are_still_right() -> None:
    text = "İİİ " + SECRET_TEXTS[0] + " İ password='hunter2'"
    assert Redactor().text(text) == ("İİİ «masked token» İ password='«masked password»'", True)


def test_a_secret_within_another_is_masked_once() -> None:
    text = f"token = '{SECRET_TEXTS[0]}'; after"
    assert Redactor().text(text) == ("token = '«masked token»'; after", True)


@pytest.mark.parametrize("text", SECRET_TEXTS)
def test_an_escape_before_a_token_does_not_hide_it_in_json(text: str) -> None:
    masked, found = Redactor().json([f"line\n{text}\tnext", f'"{text}"'])
    assert found
    assert json.dumps(text)[1:-1] not in masked
