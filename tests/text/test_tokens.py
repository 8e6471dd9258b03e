"""The estimate of tokens against the tokenizer itself."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from pathlib import Path

import pytest
import toktok

from tests.text.token_kinds import KINDS, WITHOUT_WORDS
from workbench.text.tokens import estimate, places_of, words_of

ROOT = Path(__file__).parents[2]
RNG = random.Random(7)
WORDS = [
    word for word in (ROOT / "docs" / "scripts.md").read_text("utf-8").split() if word.isalpha()
]
ISSUES = [
    {
        "id": number,
        "title": " ".join(RNG.choices(WORDS, k=6)),
        "state": RNG.choice(["open", "closed"]),
        "labels": ["bug", "ui"],
        "author": {"login": "maria-lopez", "id": RNG.randrange(10**6)},
        "created_at": f"2025-11-{RNG.randrange(10, 29)}T10:{RNG.randrange(10, 60)}:07Z",
        "body": " ".join(RNG.choices(WORDS, k=30)),
    }
    for number in range(60)
]
TEXTS = {
    "README": (ROOT / "README.md").read_text("utf-8"),
    "documentation": (ROOT / "docs" / "architecture.md").read_text("utf-8"),
    "licence": (ROOT / "LICENSE").read_text("utf-8"),
    "python": (ROOT / "workbench" / "core" / "engine.py").read_text("utf-8"),
    "javascript": "\n".join(
        file.read_text("utf-8") for file in sorted((ROOT / "sample_scripts").glob("*.js"))
    ),
    "toml": (ROOT / "pyproject.toml").read_text("utf-8"),
    "json": json.dumps(ISSUES, separators=(",", ":")),
    "json with spaces": json.dumps(ISSUES),
    "json in lines": json.dumps(ISSUES, indent=2),
    "json in json": json.dumps(json.dumps(ISSUES)),
    "rows": json.dumps(
        [{"id": n, "n": "abc", "ok": True} for n in range(300)], separators=(",", ":")
    ),
    "rows in rows": json.dumps(
        [{"tags": ["x", "y"], "author": {"login": None}, "draft": False}] * 90,
        separators=(",", ":"),
    ),
    "rows in json": json.dumps(
        json.dumps([{"id": n, "n": "abc"} for n in range(300)], separators=(",", ":"))
    ),
    "numbers": json.dumps([round(RNG.random() * 1000, 3) for _ in range(500)]),
    "integers": json.dumps(list(range(3000)), separators=(",", ":")),
    "uuids": json.dumps([str(uuid.UUID(int=RNG.getrandbits(128))) for _ in range(200)]),
    "base64": base64.b64encode(RNG.randbytes(6000)).decode(),
    "hex": RNG.randbytes(6000).hex(),
    "csv": "\n".join(f"{n},{RNG.choice(WORDS)},{RNG.random():.2f},open" for n in range(300)),
    "log": "\n".join(
        f"2025-11-25T10:{n % 60:02}:00.123Z INFO [worker-{n % 7}] status=200 dur={n}ms"
        for n in range(300)
    ),
    "japanese": "日本語のテキストは英語よりもトークンが多い場合があります。" * 40,
    "russian": "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 40,
    "polish": "Rada miasta przyjęła wczoraj wieczorem budżet, który przewiduje remont trzech szkół oraz otwarcie "
    "nowej biblioteki. Część radnych żałowała, że organizacje nie zostały wcześniej włączone w konsultacje. ",
    "vietnamese": "Hội đồng thành phố tối qua đã thông qua ngân sách bao gồm việc cải tạo ba trường học và mở một "
    "thư viện mới. Một số đại biểu lấy làm tiếc rằng các tổ chức xã hội đã không được tham khảo ý kiến sớm hơn. ",
    "ukrainian": "Міська рада вчора ввечері ухвалила бюджет, який передбачає ремонт трьох шкіл і відкриття нової "
    "бібліотеки. Деякі депутати пошкодували, що громадські організації не залучили до обговорення раніше. ",
    "arabic": "وافق المجلس البلدي مساء أمس على ميزانية تشمل ترميم ثلاث مدارس وافتتاح مكتبة جديدة. وأعرب بعض "
    "الأعضاء عن أسفهم لعدم استشارة الجمعيات في وقت مبكر. ",
    "hindi": "नगर परिषद ने कल शाम एक बजट को मंज़ूरी दी जिसमें तीन विद्यालयों की मरम्मत और एक नए पुस्तकालय का उद्घाटन शामिल है। ",
    "thai": "สภาเทศบาลเมื่อคืนนี้ได้อนุมัติงบประมาณซึ่งรวมถึงการปรับปรุงโรงเรียนสามแห่งและการเปิดห้องสมุดใหม่ ",
    "german": "Die Verbindung zum Server wurde unerwartet unterbrochen; prüfen Sie die Einstellungen. "
    * 40,
}


@pytest.mark.parametrize("name", TEXTS)
def test_within_15_percent(name: str) -> None:
    text = TEXTS[name]
    (true,) = toktok.batch_count([text], "o200k_base")
    assert 0.85 * true <= estimate(text) <= 1.15 * true


def test_kinds_of_texts_are_within_15_percent() -> None:
    """Languages, code, logs, tables, identifiers, paths, encoded bytes: what tools return."""
    counts = toktok.batch_count(list(KINDS.values()), "o200k_base")
    ratios = {
        kind: estimate(text) / true
        for (kind, text), true in zip(KINDS.items(), counts, strict=True)
    }
    assert {kind: ratio for kind, ratio in ratios.items() if not 0.85 <= ratio <= 1.15} == {}


def test_texts_without_words_are_within_20_percent() -> None:
    counts = toktok.batch_count(list(WITHOUT_WORDS.values()), "o200k_base")
    for (kind, text), true in zip(WITHOUT_WORDS.items(), counts, strict=True):
        assert 0.8 <= estimate(text) / true <= 1.2, kind


def test_words_of_the_vocabulary_are_known() -> None:
    """The file is that of this tokenizer: nearly every common word is in it, and few that are more than one."""
    bits = (ROOT / "workbench" / "text" / "known_words.bin").read_bytes()
    words = sorted({word for text in TEXTS.values() for word in words_of(text)})
    counts = toktok.batch_count(words, "o200k_base")
    found = [
        all(bits[place >> 3] >> (place & 7) & 1 for place in places_of(word)) for word in words
    ]
    single = [known for known, count in zip(found, counts, strict=True) if count == 1]
    others = [known for known, count in zip(found, counts, strict=True) if count > 1]
    assert sum(single) > 0.97 * len(single)
    assert sum(others) < 0.06 * len(others)


def test_a_long_text_is_judged_by_samples() -> None:
    text = TEXTS["json"] * 200
    (true,) = toktok.batch_count([text], "o200k_base")
    assert 0.85 * true <= estimate(text) <= 1.15 * true


@pytest.mark.parametrize(
    "text",
    {
        "sequences": "".join(RNG.choices("ACGT", k=9000)),
        "capitals": " ".join("".join(RNG.choices("ABCDEFGHIJKLM", k=60)) for _ in range(200)),
        "identifiers": " ".join("".join(RNG.choices("bcdfghjkaeiou", k=80)) for _ in range(200)),
        "one capital": "E" * 9000,
        "one letter": "x" * 9000,
        "one letter behind a word": "item" + "x" * 9000 + "end",
        "faces": "\U0001f600" * 3000,
        "arrows": "x" + "\u2192" * 3000,
        "tabs": ("x" + "\t" * 200) * 40,
        "empty lines": ("x" + "\n" * 200) * 40,
        "spaces": ("x" + " " * 2000) * 40,
        "rulers": ("x" + "-" * 80) * 200,
        "frames": ("x" + "\u2500" * 80) * 200,
    }.values(),
    ids=lambda text: str(text[:6].encode("unicode_escape")),
)
def test_what_repeats_or_has_no_words_is_near_enough_for_a_bound(text: str) -> None:
    """A run of signs counts by its length: a bound that it slips through is none."""
    (true,) = toktok.batch_count([text], "o200k_base")
    assert 0.5 * true <= estimate(text) <= 2.0 * true


@pytest.mark.parametrize("letter", string.ascii_letters)
def test_a_run_of_one_letter_costs_what_it_costs(letter: str) -> None:
    text = letter * 4000
    (true,) = toktok.batch_count([text], "o200k_base")
    assert estimate(text) == pytest.approx(true, rel=0.02)


@pytest.mark.parametrize(
    ("letters", "least", "most"),
    [("abcdefghijklmnopqrstuvwxyz", 3, 9), ("bcdfghjklmnpqrstvwxz", 3, 9), ("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 40, 40),
     ("abcdefghijklmnopqrstuvwxyz", 12, 20), ("ABCDEFGHIJKLMabcdefghijklmnopqrstuvwxyz", 6, 12)],
)  # fmt: skip
def test_letters_that_no_language_puts_together(letters: str, least: int, most: int) -> None:
    text = " ".join("".join(RNG.choices(letters, k=RNG.randint(least, most))) for _ in range(500))
    (true,) = toktok.batch_count([text], "o200k_base")
    assert 0.6 * true <= estimate(text) <= 1.4 * true


def test_small_and_odd_texts() -> None:
    assert estimate("") == 0
    assert estimate("a") >= 1
    assert estimate("\x00\ud800￿") >= 1
    assert estimate("\u0301 \u0301 _\u0301 é' 's") >= 1


@pytest.mark.parametrize(
    "piece",
    [" ", "\n", "\n\n ", " \n", "A", "a", "1", "{", "é", "語", "\U0001f44d", "\x00", "\t\r"],
)
def test_no_text_takes_long(piece: str) -> None:
    """Pieces of one kind without end: as many steps as there are signs, or this test never ends."""
    assert estimate(piece * (50_000_000 // len(piece))) > 0
