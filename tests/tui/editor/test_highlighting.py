"""Spans of lines from Pygments' tokens."""

from __future__ import annotations

from workbench.tui.editor.highlighting import (
    entry_of,
    highlight,
    highlight_line,
    language_of,
)

SCRIPT = """// a note
const n = 1.5, s = `two
lines ${n}`;
/* block
   comment */ return /x+/.test("y") && null;"""


def parts(line: str, spans: tuple[tuple[int, int, str], ...]) -> list[tuple[str, str]]:
    return [(line[start:end], kind) for start, end, kind in spans]


def test_every_line_has_its_spans() -> None:
    lines = SCRIPT.split("\n")
    spans = highlight(SCRIPT, "javascript")
    assert len(spans) == len(lines)
    assert parts(lines[0], spans[0]) == [("// a note", "comment")]
    assert ("const", "keyword") in parts(lines[1], spans[1])
    assert ("1.5", "number") in parts(lines[1], spans[1])
    assert parts(lines[2], spans[2])[0] == ("lines ", "string")
    assert parts(lines[4], spans[4])[0] == ("   comment */", "comment")
    assert ("/x+/", "regex") in parts(lines[4], spans[4])
    assert ("null", "constant") in parts(lines[4], spans[4])


def test_spans_never_leave_their_line() -> None:
    for language in ("javascript", "json"):
        text = SCRIPT + '\n\n{"a": [1, "x\n'
        lines = text.split("\n")
        for line, spans in zip(lines, highlight(text, language), strict=True):
            assert all(0 <= start < end <= len(line) for start, end, _ in spans)


def test_json_keys_are_properties() -> None:
    text = '{"a": "b"}'
    found = parts(text, highlight(text, "json")[0])
    assert ('"a"', "property") in found
    assert ('"b"', "string") in found


def test_typescript_has_types() -> None:
    text = (
        "interface Row { id: number; tags?: string[] }\n"
        "const rows: Row[] = (input as any).map((i: Issue) => ({ id: i.id, n: 1 }));"
    )
    lines = text.split("\n")
    first, second = (
        parts(line, spans) for line, spans in zip(lines, highlight(text, "typescript"), strict=True)
    )
    assert first == [
        ("interface", "keyword"), (":", "operator"), ("number", "builtin"),
        (":", "operator"), ("string", "builtin"),
    ]  # fmt: skip
    assert [word for word, kind in second if kind == "builtin"] == ["Row", "Issue"]
    assert ("as", "keyword") in second


def test_the_name_of_a_file_tells_its_language() -> None:
    assert language_of("a.ts") == "typescript"
    assert [language_of(name) for name in ("a.js", "ts", "", "a.ts.js")] == ["javascript"] * 4


def test_one_line_alone() -> None:
    assert parts("let x", highlight_line("let x", "javascript")) == [("let", "keyword")]
    assert highlight_line("", "javascript") == ()
    inside = "still */ return 1"
    found = parts(inside, highlight_line(inside, "javascript", "comment"))
    assert found == [("still */", "comment"), ("return", "keyword"), ("1", "number")]
    assert parts("more", highlight_line("more", "javascript", "string")) == [("more", "string")]


def test_a_line_knows_what_it_continues() -> None:
    lines = SCRIPT.split("\n")
    spans = highlight(SCRIPT, "javascript")
    assert [entry_of(*pair) for pair in zip(lines, spans, strict=True)] == [
        "",
        "",
        "string",
        "",
        "comment",
    ]


def test_it_stops_when_it_is_told_to() -> None:
    text = "let x = 1;\n" * 1000
    asked: list[int] = []

    def go_on() -> bool:
        asked.append(1)
        return len(asked) < 3

    part = highlight(text, "javascript", go_on)
    assert 0 < len(part) < 1000
