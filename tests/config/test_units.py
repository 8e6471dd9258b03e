"""Numbers with their units: as they are said, and as they may be typed."""

from __future__ import annotations

import pytest

from workbench.config import KEYS
from workbench.config.reading import ConfigError, from_text, load
from workbench.config.schema import SERVER_KEYS, Key
from workbench.config.units import in_words, unit_of, without_unit
from workbench.tui.settings.rows import allowed_in_words

BY_NAME = {key.name: key for key in KEYS}
WITH_UNIT = [key for key in (*KEYS, *SERVER_KEYS) if unit_of(key.name)]


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
    assert without_unit(name, typed) == kept


def test_what_is_said_may_be_typed() -> None:
    """Every default, as its row says it, is the same value again."""
    for key in KEYS:
        said = in_words(key.name, key.default)
        if said:
            assert without_unit(key.name, said) == str(key.default), key.name


def test_what_a_key_may_be_in_words() -> None:
    said = allowed_in_words(BY_NAME["code_execution_timeout_ms"])
    assert said == "milliseconds, 1 to 600,000; or with a unit: 30 s or 2 min"
    assert allowed_in_words(BY_NAME["ui.icons"]) == "one of unicode, ascii"


@pytest.mark.parametrize("key", WITH_UNIT, ids=lambda key: key.name)
def test_a_unit_that_is_none_of_its_own_names_those_that_are(key: Key) -> None:
    unit = unit_of(key.name)
    assert unit is not None
    for typed in ("99 lightyears", "soon", "0.00000001 ms"):
        with pytest.raises(ConfigError) as wrong:
            from_text(key, typed)
        for words in (key.name, key.allowed, unit.counts, unit.named, repr(typed)):
            assert words in str(wrong.value)
    for named in unit.named.replace(" or ", ", ").split(", "):
        assert isinstance(from_text(key, f"3 {named}"), int), named
    assert f"({unit.counts}), not '30 s'" in str(key.problem("30 s")), "in the file it is a number"


def test_a_variable_may_have_a_unit_and_is_named_where_it_has_a_wrong_one() -> None:
    name = "WORKBENCH_CODE_EXECUTION_TIMEOUT_MS"
    assert load(None, {name: "30 s"}).limits.timeout_ms == 30_000
    others = {"WORKBENCH_HISTORY_REDACT_KEYS": "[", "WORKBENCH_MAX_CODE_BYTES": "0"}
    with pytest.raises(ConfigError) as wrong:
        load(None, {name: "99 days", **others})
    lines = str(wrong.value).splitlines()
    assert len(lines) == 3, "all problems at once"
    for variable in (name, *others):
        assert sum(f"environment variable {variable}: " in line for line in lines) == 1
