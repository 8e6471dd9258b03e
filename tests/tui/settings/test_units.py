"""Numbers with their units: as they are said, and as they may be typed."""

from __future__ import annotations

import pytest

from workbench.config import KEYS
from workbench.tui.settings.units import allowed_in_words, in_words, without_unit

BY_NAME = {key.name: key for key in KEYS}


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("code_execution_timeout_ms", "30 s", "30000"),
        ("code_execution_timeout_ms", "1.5s", "1500"),
        ("code_execution_timeout_ms", "2 min", "120000"),
        ("code_execution_timeout_ms", "250ms", "250"),
        ("code_execution_timeout_ms", "30 lightyears", "30 lightyears"),
        ("code_execution_timeout_ms", "0.0001 s", "0.0001 s"),
        ("max_code_bytes", "16 MiB", str(16 << 20)),
        ("max_code_bytes", "1,000 kB", "1000000"),
        ("code_execution_memory_mb", "1 GB", "1024"),
        ("history.max_age_days", "2 weeks", "14"),
        ("code_execution_pool_size", "3 s", "3 s"),
        ("history.path", "3 s", "3 s"),
    ],
)
def test_a_unit_may_be_typed(name: str, typed: str, kept: str) -> None:
    assert without_unit(BY_NAME[name], typed) == kept


def test_what_is_said_may_be_typed() -> None:
    """Every default, as its row says it, is the same value again."""
    for key in KEYS:
        said = in_words(key, key.default)
        if said:
            assert without_unit(key, said) == str(key.default), key.name


def test_what_a_key_may_be_in_words() -> None:
    said = allowed_in_words(BY_NAME["code_execution_timeout_ms"])
    assert said == "milliseconds, 1 to 600,000; or with a unit: 30 s or 2 min"
    assert allowed_in_words(BY_NAME["ui.icons"]) == "one of unicode, ascii"
