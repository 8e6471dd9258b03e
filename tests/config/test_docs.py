"""docs/configuration.md says what the schema says."""

from __future__ import annotations

from pathlib import Path

from workbench.config import KEYS, parse

_PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_every_key_is_documented_with_its_range() -> None:
    rows = {
        line.split("`")[1]: line
        for line in _PAGE.read_text().splitlines()
        if line.startswith("| `")
    }
    assert set(rows) == {key.name for key in KEYS}
    for key in KEYS:
        assert key.allowed in rows[key.name]


def test_the_example_loads() -> None:
    example = _PAGE.read_text().split("```toml\n")[1].split("```")[0]
    config = parse(example, _PAGE, environ={})
    assert config.servers["wiki"].quarantined
    assert config.history.max_age_days == 30
