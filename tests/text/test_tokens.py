"""The estimate of tokens against the tokenizer itself."""

from __future__ import annotations

import base64
import json
import random
import uuid
from pathlib import Path

import pytest
import toktok

from workbench.text.tokens import estimate

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
    "german": "Die Verbindung zum Server wurde unerwartet unterbrochen; prüfen Sie die Einstellungen. "
    * 40,
}


@pytest.mark.parametrize("name", TEXTS)
def test_within_15_percent(name: str) -> None:
    text = TEXTS[name]
    (true,) = toktok.batch_count([text], "o200k_base")
    assert 0.85 * true <= estimate(text) <= 1.15 * true


def test_a_long_text_is_judged_by_samples() -> None:
    text = TEXTS["json"] * 200
    (true,) = toktok.batch_count([text], "o200k_base")
    assert 0.85 * true <= estimate(text) <= 1.15 * true


def test_small_and_odd_texts() -> None:
    assert estimate("") == 0
    assert estimate("a") >= 1
    assert estimate("\x00\ud800￿") >= 1


@pytest.mark.parametrize(
    "piece",
    [" ", "\n", "\n\n ", " \n", "A", "a", "1", "{", "é", "語", "\U0001f44d", "\x00", "\t\r"],
)
def test_no_text_takes_long(piece: str) -> None:
    """Pieces of one kind without end: as many steps as there are signs, or this test never ends."""
    assert estimate(piece * (50_000_000 // len(piece))) > 0
