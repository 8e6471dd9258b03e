"""Scripts and their inputs on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.tui.editor import script_documents
from workbench.tui.editor.script_documents import Document, DocumentError


def test_script_and_input_are_saved_and_read(tmp_path: Path) -> None:
    document = script_documents.read(tmp_path / "a.js")
    script_documents.write(document, "return 'ü'\r\n", '{"a": 1}')
    again = script_documents.read(tmp_path / "a.js")
    assert (again.saved_input, again.changed_on_disk()) == ('{"a": 1}', False)
    assert (tmp_path / "a.js").read_bytes() == "return 'ü'\r\n".encode()


def test_untouched_input_makes_no_file(tmp_path: Path) -> None:
    document = script_documents.read(tmp_path / "a.js")
    script_documents.write(document, "1", document.saved_input)
    assert [file.name for file in tmp_path.iterdir()] == ["a.js"]


def test_change_by_another_program_is_seen(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("1")
    document = script_documents.read(file)
    file.unlink()
    assert document.changed_on_disk()


def test_what_speaks_against_saving(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_text("1")
    document = script_documents.read(file)
    assert document.objection() == ""
    file.chmod(0o444)
    assert document.objection() == "is read-only"
    file.chmod(0o644)
    (tmp_path / "a.input.json").write_text("{}")
    assert document.objection() == "was changed by another program"
    script_documents.write(document, "2", "{}")
    assert document.objection() == ""
    file.unlink()
    assert document.objection() == "", "saving makes it again"
    new = script_documents.read(tmp_path / "new.js")
    (tmp_path / "new.js").write_text("of another")
    assert new.objection() == "was changed by another program"


def test_a_mark_before_the_text_is_no_part_of_it_and_stays(tmp_path: Path) -> None:
    file = tmp_path / "a.js"
    file.write_bytes(b"\xef\xbb\xbfreturn 1")
    document = script_documents.read(file)
    assert document.saved_text == "return 1"
    script_documents.write(document, "return 2", "{}\n")
    assert file.read_bytes() == b"\xef\xbb\xbfreturn 2"


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_bytes(b"\xff\xfe")
    with pytest.raises(DocumentError, match="not UTF-8"):
        script_documents.read(tmp_path / "a.js")
    with pytest.raises(DocumentError, match=r"cannot save .*No such file"):
        script_documents.write(Document(tmp_path / "none" / "b.js"), "1", "{}")
    with pytest.raises(DocumentError, match="no name yet"):
        script_documents.write(Document(None), "1", "{}")


def test_saving_keeps_link_and_mode(tmp_path: Path) -> None:
    real = tmp_path / "real.js"
    real.write_text("1")
    real.chmod(0o640)
    (tmp_path / "link.js").symlink_to(real)
    script_documents.write(script_documents.read(tmp_path / "link.js"), "2", "{}\n")
    assert (tmp_path / "link.js").is_symlink()
    assert (real.read_text(), real.stat().st_mode & 0o777) == ("2", 0o640)


def test_named_inputs_cannot_lead_elsewhere(tmp_path: Path) -> None:
    script = tmp_path / "a[1].js"
    (tmp_path / "a[1].big.input.json").write_text("{}")
    (tmp_path / "a1.other.input.json").write_text("{}")
    assert script_documents.named_inputs(script) == {"big": tmp_path / "a[1].big.input.json"}
    with pytest.raises(DocumentError, match="no name for an input"):
        script_documents.named_input(script, "../x")
