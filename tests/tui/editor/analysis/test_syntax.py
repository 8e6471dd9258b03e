"""Trees of texts, whatever is in them."""

from __future__ import annotations

import time

import pytest

from workbench.tui.editor.analysis.syntax import grammars, parsed, script_tree, typescript_tree


@pytest.mark.parametrize("sign", ['"', 'a"', "'"])
def test_a_text_that_is_hard_to_parse_holds_no_key(sign: str) -> None:
    source = sign.encode() * 40_000
    began = time.process_time()
    root = typescript_tree(source)
    assert time.process_time() - began < 2  # it takes 0.1 s; to parse it takes six
    assert root.has_error


def test_what_is_given_up_says_that_it_does_not_parse_and_no_names() -> None:
    source = b"const a = 1;\n" * 1_000
    for language in (grammars().javascript, grammars().typescript):
        root = parsed(language, source, -1.0)
        assert root.has_error
        assert not any(each.type == "lexical_declaration" for each in root.children)
        assert not parsed(language, source, 60.0).has_error


def test_the_tree_of_pieces_is_that_of_the_whole() -> None:
    source = ("const é = `ꙮ${1}`; // 𝒳\n" * 500).encode()
    root = script_tree(source)
    assert not root.has_error
    assert root.end_byte == len(source)
    assert len(root.named_children) == 1_000
    assert root.named_children[-2].text == "const é = `ꙮ${1}`;".encode()


def test_the_texts_of_a_tree_stay_when_its_time_is_over() -> None:
    root = parsed(grammars().javascript, b"const a = 1;", 0.05)
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass
    assert root.text == b"const a = 1;"
