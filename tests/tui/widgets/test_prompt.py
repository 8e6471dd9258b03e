"""The line that is typed into a view: what each key does to it."""

from __future__ import annotations

from textual import events

from workbench.tui.widgets.prompt import Prompt


def pressed(prompt: Prompt, *keys: str) -> list[str | None]:
    return [prompt.key(events.Key(key, key if len(key) == 1 else None)) for key in keys]


def test_it_takes_nothing_until_it_is_open() -> None:
    prompt = Prompt()
    assert pressed(prompt, "a") == [None]
    assert not prompt.takes("a")
    assert not prompt.paste(events.Paste("a"))


def test_it_is_typed_corrected_and_ended() -> None:
    prompt = Prompt()
    prompt.open("st")
    assert pressed(prompt, "a", "b", "backspace", "f5") == ["typed", "typed", "typed", None]
    assert prompt.line == "/sta▏"
    assert prompt.paste(events.Paste("\x1b[31mtus\nmore"))
    assert prompt.text is not None
    assert prompt.text.startswith("sta")
    assert not set("\x1b\n") & set(prompt.text)
    assert pressed(prompt, "ctrl+u", "x", "down") == ["typed", "typed", "done"], "to what was found"
    assert pressed(prompt, "enter") == ["done"]
    assert prompt.close() == "x"
    assert not prompt.is_open


def test_it_is_given_up() -> None:
    prompt = Prompt()
    prompt.open("before")
    assert pressed(prompt, "z", "escape") == ["typed", "given up"]
    assert prompt.close() == "beforez"
