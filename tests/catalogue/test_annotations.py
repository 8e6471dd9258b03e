from __future__ import annotations

from typing import Any

import pytest

from workbench.catalogue.annotations import in_words


@pytest.mark.parametrize(
    ("annotations", "words"),
    [
        (None, []),
        ({"title": "x", "readOnlyHint": "yes"}, []),
        ({"readOnlyHint": True, "destructiveHint": True, "idempotentHint": True}, ["reads only"]),
        ({"destructiveHint": True, "openWorldHint": True}, ["may destroy", "reaches outside"]),
        ({"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True}, ["destroys nothing", "may be repeated"]),
        ({"readOnlyHint": False, "openWorldHint": False}, ["may change something", "stays inside"]),
    ],
)  # fmt: skip
def test_annotations_in_words(annotations: dict[str, Any] | None, words: list[str]) -> None:
    assert in_words(annotations) == words
