"""Who hears of something, and whose fault is whose."""

from __future__ import annotations

import pytest

from workbench.util.listeners import Listeners


def test_one_that_fails_keeps_nothing_from_the_next(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    listeners: Listeners[str] = Listeners()
    listeners.add(lambda _: 1 / 0)
    listeners.add(heard.append)
    listeners.tell("news", "the news")
    assert heard == ["news"]
    assert "a listener failed on the news" in caplog.text


def test_who_stops_hears_no_more_and_may_stop_twice_or_while_it_is_told() -> None:
    heard: list[str] = []
    listeners: Listeners[str] = Listeners()

    def once(news: str) -> None:
        heard.append(news)
        stop()
        stop()

    stop = listeners.add(once)
    last = listeners.add(heard.append)
    listeners.tell("a", "")
    listeners.tell("b", "")
    last()
    listeners.tell("c", "")
    assert heard == ["a", "a", "b"]
