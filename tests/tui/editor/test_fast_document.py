"""The quick documents agree with Textual's own, and still fit it."""

from __future__ import annotations

import random

from textual.document._document import Document
from textual.document._wrapped_document import WrappedDocument

from workbench.tui.editor.fast_document import FastDocument, FastWrappedDocument


def test_random_edits_agree_with_textuals_document() -> None:
    chance = random.Random(7)
    changes: list[tuple[int, int, int, str]] = []
    fast = FastDocument("one\n\ttwo\nthree 漢字", lambda *change: changes.append(change))
    slow = Document("one\n\ttwo\nthree 漢字")
    mirror = list(fast.lines)
    for _ in range(500):
        rows = [chance.randrange(len(slow.lines)) for _ in range(2)]
        start, end = [(row, chance.randint(0, len(slow.lines[row]))) for row in rows]
        text = chance.choice(["", "x", "\n", "a\nb\n", "\t漢", "long " * 9])
        before = list(fast.lines)
        assert fast.replace_range(start, end, text) == slow.replace_range(start, end, text)
        assert fast.lines == slow.lines
        assert fast.text == slow.text
        assert fast.get_size(4) == slow.get_size(4)
        top, removed, added, first = changes[-1]
        assert first == before[top]
        mirror[top : top + removed] = fast.lines[top : top + added]
        assert mirror == fast.lines


def test_the_height_agrees_with_textuals_wrapping() -> None:
    document = FastDocument("word " * 40 + "\n\nshort\n" + "x" * 99)
    for width in (0, 7, 20, 80):
        fast, slow = FastWrappedDocument(document), WrappedDocument(document)
        fast.wrap(width)
        slow.wrap(width)
        assert fast.height == slow.height


def test_textual_still_has_the_slow_paths_that_these_replace() -> None:
    """When this fails, look whether Textual became quick, and whether these are still needed."""
    import inspect

    from textual.widgets import TextArea

    assert "sum(" in inspect.getsource(WrappedDocument.height.fget)  # type: ignore[attr-defined]
    assert "join" in inspect.getsource(Document.text.fget)  # type: ignore[attr-defined]
    assert "_offset_to_line_info" in inspect.getsource(TextArea._render_line)
    keys = inspect.getsource(TextArea.render_line)
    assert "self.size,\n            scroll_x,\n            absolute_y,\n" in keys
    assert "_line_cache.clear" in inspect.getsource(TextArea._build_highlight_map)
