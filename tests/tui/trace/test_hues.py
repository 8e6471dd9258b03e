"""Servers and their hues."""

from __future__ import annotations

from workbench.tui.widgets.hues import HUES, ServerHues


def test_a_server_keeps_its_hue_and_six_share_none() -> None:
    names = [f"server-{n}" for n in range(HUES)]
    hues = ServerHues()
    given = [hues.of(name) for name in names]
    assert sorted(given) == list(range(HUES))
    assert [hues.of(name) for name in names] == given
    assert 0 <= hues.of("the seventh") < HUES
    assert ServerHues().of("github") == ServerHues().of("github")
    assert ServerHues().of("\udcff") < HUES
