"""What is masked, what is not, and that the quick look never misses what the patterns find."""

from __future__ import annotations

import json

import pytest

from workbench.text.masks import MARK
from workbench.text.redact import Redactor

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
    "redis://:hunter2@localhost",
    "amqp://amy:hun:t@er2@localhost/",
    "sk_live_" + "a1B2" * 6,
    "rk_test_" + "a1B2" * 6,
    "whsec_" + "a1B2" * 8,
    "hf_" + "aBcD" * 8,
    "ya29." + "a1B2" * 8,
    "GOCSPX-" + "a1B2" * 7,
    "SG." + "a1B2" * 5 + "." + "c3D4" * 8,
    "dop_v1_" + "0a1b" * 16,
    "hvs." + "a1B2" * 8,
    "shpat_" + "0a1b" * 8,
    "xapp-1-A0123456789-0123456789-0a1b2c",
    "pypi-AgEIcHlwaS5vcmc" + "a1B2" * 10,
    "dckr_pat_" + "a1B2" * 7,
    "glsa_" + "a1B2" * 8 + "_0a1b2c3d",
    "lin_api_" + "a1B2" * 10,
    "figd_" + "a1B2" * 10,
    "gsk_" + "a1B2" * 13,
    "sk-" + "abcd" * 6,
    "sk-proj-" + "aB3_-x9Y" * 6,
    "sk-lf-3f9a8b7c-6d5e-4f3a-9b8c-7d6e5f4a3b2c",
    "AGE-SECRET-KEY-1" + "QPZRY9X8" * 7,
]
SECRET_NAMES = [
    "authorization", "Authorization", "Proxy-Authorization", "cookie", "Set-Cookie", "password", "db_password",
    "apiKey", "api_key", "X-API-Key", "access_token", "refreshToken", "token", "GITHUB_TOKEN", "client_secret",
    "privateKey", "credentials", "slack-bot-token", "signing_key", "signingKey", "secrets", "passwords",
    "X-Vault-Token", "csrf_token", "GITHUB_PAT", "cookies", "encryption-key",
]  # fmt: skip
PLAIN_NAMES = [
    "max_tokens", "tokens", "token_count", "next_page_token", "key", "keyboard", "author", "secretary",
    "passwords_changed_at", "cookies_accepted", "monkey", "tokenizer", "idempotency", "primary_key",
    "storageKey", "pattern", "path", "continuationToken", "progressToken",
]  # fmt: skip
PLAIN_TEXTS = [
    "task-force of the sky", "see https://example.org/path", "mail amy@example.org", "bearer of bad news",
    "risk-based approach", "eyJ", "ghp_short", "10:30 @ the office", "https://example.org/@amy",
    "/news/sk-hynix-announces-record-quarterly-profit", "/blog/sk-learn-pipelines-explained-3f9a8b7c6d5e",
    "pypi-is-the-index-of-python-packages-and-a-very-old-one", "http://localhost:8080/x", "msg.long.enough",
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
        ("see «masked", "see postgres://«masked", "see redis://«masked", "see amqp://«masked")
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
    (
        'authorization: Digest username="amy", response="0a1b"',
        "authorization: «masked token»",
    ),
    # numbers, lists and objects: in JSON, in JSON within JSON, as a console prints them, as Python does
    (
        '{"password": 8675309421, "authorization": ["Basic eA=="], "api_key": {"v": "x"}, "a": 1}',
        '{"password": "«masked password»", "authorization": "«masked authorization»", '
        '"api_key": "«masked api_key»", "a": 1}',
    ),
    (r"{\"password\":8675309421}", r"{\"password\":\"«masked password»\"}"),
    (
        '{password: 8675309421, apiKey: {v: "x", when: [Array]}, n: 5}',
        '{password: "«masked password»", apiKey: "«masked apiKey»", n: 5}',
    ),
    (
        'Map {"token" => 77, "secret" => Map {"a" => "b"}}',
        'Map {"token" => "«masked token»", "secret" => "«masked secret»"}',
    ),
    (
        '{password: Map(1) {"a" => "b"}, secret: Config {v: "x", p: Point {x: 1}}, n: 5}',
        '{password: "«masked password»", secret: "«masked secret»", n: 5}',
    ),
    (
        '{password: <ref *1> Own(1) [Map] {"a" => [Circular *1]}, secret: [Object: null prototype] {v: "x"}, n: 5}',
        '{password: "«masked password»", secret: "«masked secret»", n: 5}',
    ),
    (
        '{password: [String: "x"], secret: Uint8Array(2) [1, 2], api_key: [1, <1 empty item>, [Getter], [class A]], n: 5}',
        '{password: "«masked password»", secret: "«masked secret»", api_key: "«masked api_key»", n: 5}',
    ),
    (
        '{password: {[Symbol(k)]: "x", f: [AsyncFunction: f]}, secret: Object [Array Iterator] {v: 1}, n: 5}',
        '{password: "«masked password»", secret: "«masked secret»", n: 5}',
    ),
    (
        "{'password': ['x', None], 'n': 1}",
        "{'password': '«masked password»', 'n': 1}",
    ),
    (
        '{"tokens":["a1B2c3D4e5F6g7H8"],"signing_key":"x"}',
        '{"tokens":"«masked tokens»","signing_key":"«masked signing_key»"}',
    ),
    # a quote within, at each level of escaping
    (r'{"password":"hun\"ter2","a":1}', '{"password":"«masked password»","a":1}'),
    (r"{\"password\":\"hun\\\"ter2\",\"a\":1}", r"{\"password\":\"«masked password»\",\"a\":1}"),
    # a text that was cut
    ('{"password": "hunter2', '{"password": "«masked password»'),
    ('{"credentials": {"user": "amy", "pass', '{"credentials": "«masked credentials»"'),
    (r'{"t":"{\"password\":\"hun","a":1}', r'{"t":"{\"password\":\"«masked password»","a":1}'),
    # headers, options, forms, connection strings
    ("X-Api-Key: 0123456\r\nAccept: */*", "X-Api-Key: «masked X-Api-Key»\r\nAccept: */*"),
    ("Set-Cookie: sid=hunter2; Path=/\nA: b", "Set-Cookie: «masked Set-Cookie»\nA: b"),
    (
        "x --password=hunter2 --token abc -v",
        "x --password=«masked password» --token «masked token» -v",
    ),
    ("password=hunter2&user=amy", "password=«masked password»&user=amy"),
    (
        f"AccountName=x;AccountKey={'a1B2' * 20}==;Suffix=y",
        "AccountName=x;AccountKey=«masked token»;Suffix=y",
    ),
    (
        f"https://hooks.slack.com/services/T0/B0/{'a1B2' * 6}",
        "https://hooks.slack.com/services/«masked token»",
    ),
    # the same as strings of JSON or of a script, and as lines in them
    ('{"env":["DB_PASSWORD=hunter2"]}', '{"env":["DB_PASSWORD=«masked DB_PASSWORD»"]}'),
    (r'{"e":"A=1\nAPI_TOKEN=x1y2\r\nB=2"}', r'{"e":"A=1\nAPI_TOKEN=«masked API_TOKEN»\r\nB=2"}'),
    (
        r'"{\"e\":\"A=1\\nexport API_TOKEN=x1y2\"}"',
        r'"{\"e\":\"A=1\\nexport API_TOKEN=«masked API_TOKEN»\"}"',
    ),
    ("run(['-e', 'DB_PASSWORD=hunter2'])", "run(['-e', 'DB_PASSWORD=«masked DB_PASSWORD»'])"),
    ('{"body":"password=hunter2&u=amy"}', '{"body":"password=«masked password»&u=amy"}'),
    # our own words on an argument that does not fit
    (
        "field 'auth.password' must have at least 20 characters, not \"short\"",
        "field 'auth.password' must have at least 20 characters, not \"«masked password»\"",
    ),
    (
        "field 'token' must be a string, not the number 77; x",
        "field 'token' must be a string, not the number «masked token»; x",
    ),
]
NO_ASSIGNMENTS = [
    "const key = 'x'; tokens: 'b'", "the token: a word", "password is what he asked: 'why?'", "const token = input.x",
    '{"next_page_token":"abc"}', "/x?page_token_count=5&key=3", "token = read()",
    "const credentials = { user: input.user, password: input.password };", "x = known ? token : 42;",
    "let password = 123456; const secret = [1, 2];", "headers: { Authorization: [first, read()] }",
    '{"password":0,"token":1,"secret":[],"credentials":{},"tokens":512,"secrets":3,"cookie":true}',
    '{"tokens":["Hello"," world"]}', '{"password":{"type":"string","minLength":8}}',
    '{password: {description: "of the user", type: "string"}}', "type A = { password: string; token?: number }",
    "--token", "token: 'tis late", "field 'password' must be a string, not an object",
    "the anti-token: a word", "'MAX_TOKENS=4'", r"'C:\network_token=dir'",
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


def test_a_token_as_the_name_of_a_member_is_masked_and_no_member_is_lost() -> None:
    value = {SECRET_TEXTS[0]: 1, "a": 2, SECRET_TEXTS[1]: {SECRET_TEXTS[3]: 3}}
    assert list(Redactor().value(value).items()) == [
        ("«masked token»", 1),
        ("a", 2),
        ("«masked token» 2", {"«masked token»": 3}),
    ]


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        *((text, text[-8:]) for text in SECRET_TEXTS if "://" not in text and "KEY--" not in text),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
        ("postgres://amy:hunter2@localhost/db", "hunter2"),
        ("redis://:hunter2@localhost", "hunter2"),
        ('password: "hunter2hunter2"', "hunter2hunter2"),
        ('"credentials": {"user": "amy"}', "amy"),
    ],
)
def test_of_a_text_that_was_cut_no_part_of_a_secret_stays(text: str, secret: str) -> None:
    start = text.index(secret)
    for length in range(start + 2, len(text)):
        left = f"before {text[:length]}… (cut: 70000 characters)"
        for masked in (Redactor().text(left)[0], *Redactor().value([left])):
            assert masked.startswith("before ")
            assert text[start : min(length, start + len(secret))] not in masked
            assert masked.endswith("… (cut: 70000 characters)")


def test_a_cut_text_without_secrets_stays() -> None:
    for text in ("some words", "http://localhost:8080", "a token", "keys: sky"):
        cut = f"{text}… (cut: 70000 characters)"
        assert Redactor().text(cut) == (cut, False)


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


def test_own_patterns_do_not_reach_into_one_another() -> None:
    redactor = Redactor(
        ["(?i)^ssn$", "(?P<a>emp)_id"],
        [r"CORP-\d+", "(?i)geheim", r"(?P<a>x)-(?P=a)", r"(?P<a>y)-(?P=a)"],
    )
    assert redactor.value({"SSN": [5], "emp_id": 7, "t": "CORP-12 corp-12 GEHEIM x-x y-y x-y"}) == {
        "SSN": "«masked SSN»",
        "emp_id": "«masked emp_id»",
        "t": "«masked token» corp-12 «masked token» «masked token» «masked token» x-y",
    }
    said = "field 'ssn' must be a number, not \"12-34\""
    assert redactor.text(said)[0] == "field 'ssn' must be a number, not \"«masked ssn»\""
    assert redactor.text('{"ssn": 123, "a": 2}')[0] == '{"ssn": "«masked ssn»", "a": 2}'


@pytest.mark.slow
def test_a_long_word_is_not_scanned_for_each_of_its_letters() -> None:
    text = "x" * 500_000  # quadratic would be an hour
    assert Redactor().json({text: text, "key": text})[1] is False
    for hostile in (
        text + "token",
        "token='" * 25_000,
        "token='" + "\\" * 249_999,
        "://a:" * 25_000,
        "-----BEGIN PRIVATE KEY-----" * 5_000,
        "eyJaaaaaaaa-" * 12_500,
        "sk-" * 50_000,
        "sk-aB3_" * 15_000,
        '{"secret":{' * 12_500,
        "{token:[{" * 12_500 + "(",
        '{"tokens":["a",' * 12_500,
        '{"password":{"type":"string","x":' * 12_500,
        '{"secret":["' * 12_500,
        '{"password":' + '\\"' * 50_000,
        "--token " * 12_500,
        "cookie: " * 12_500,
        "field 'password' must " * 5_000,
        "-" * 125_000 + "token=",
        "://" + "a:" * 75_000,
        "ghp_" * 25_000 + "… (cut: 5 characters)",
    ):
        assert Redactor(["^own$"], ["own"]).text(hostile)[1] in (True, False)


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
