"""Which blocks of a text can be folded."""

from __future__ import annotations

import pytest

from workbench.tui.editor.blocks import Block, find_blocks
from workbench.tui.editor.highlighting import Language

SCRIPT = """\
const é = foo(1, {
  a: [
    1,
  ],
});
`a
${ {
  x,
} }
`;
/* (
   {
*/
if (/[{(]/.test("{")) {
  y
} else {
  z
}
"""


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        (
            SCRIPT,
            "javascript",
            # The call holds its object: of two that open on a line, the longest.
            [(0, 13, 3), (1, 5, 2), (5, 0, 8), (6, 0, 7), (10, 0, 11), (13, 22, 14), (15, 7, 16)],
        ),
        ("function f(a: {\n  b: T\n}): T {\n  g<T>()\n}", "typescript", [(0, 10, 1), (2, 6, 3)]),
        ("const f = (a: T): T => {\n  a\n}", "javascript", [(0, 23, 1)]),
        ('{\n "a": [\n  1,\n  2]\n}', "json", [(0, 0, 3), (1, 6, 2)]),
        ("{\n}", "javascript", []),
        ("{\n 1\n", "javascript", []),
        ("a = {\n b: [\n  1,\n }\nf(\n 1\n)", "javascript", [(0, 4, 2), (4, 1, 5)]),
        ("{\n 1\n}", "text", []),
    ],
    ids=["script", "types", "types in .js", "json", "nothing within", "open", "broken", "text"],
)
def test_blocks_of_a_text(
    text: str, language: Language, expected: list[tuple[int, int, int]]
) -> None:
    assert find_blocks(text, language) == tuple(Block(*each) for each in expected)


def test_brackets_that_are_left_open_are_passed_over_in_one_go() -> None:
    # The square of so many would be hours.
    assert find_blocks("{\n" * 400_000 + "[\n 1\n]", "javascript")[-1] == Block(400_000, 0, 400_001)
