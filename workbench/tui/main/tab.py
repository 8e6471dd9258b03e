"""An open script: its document with the two editors that show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.text.sanitize import clean_line
from workbench.tui.editor import script_documents
from workbench.tui.editor.code_area import CodeArea
from workbench.tui.editor.highlighting import language_of
from workbench.tui.editor.script_documents import Document
from workbench.util.dataclass import dataclass

if TYPE_CHECKING:
    from workbench.history import Recording

_MOST_NAME = 255
"""Characters: of what a file may be called."""
_SHORT_NAME = 40


@dataclass(slots=True, eq=False)
class Tab:
    """A document with its editors."""

    number: int
    document: Document
    script: CodeArea
    input: CodeArea
    recorded: str | Recording | None = None
    """What an edited script is replayed against: the id of the last run, or the record that the tab was
    opened from."""

    @property
    def changed(self) -> bool:
        """Whether no file holds what the editors show."""
        return self.document.gone or self.edited

    @property
    def edited(self) -> bool:
        """Whether the editors show something else than what its files hold, or held until they were removed."""
        document = self.document
        return (self.script.text, self.input.text) != (document.saved_text, document.saved_input)

    @property
    def has_file(self) -> bool:
        """Whether saving writes a file of the user's: samples stay as they came."""
        path = self.document.path
        return path is not None and not script_documents.is_sample(path)

    @property
    def label(self) -> str:
        """Its whole name, and whether its text was changed."""
        return self._named(_MOST_NAME)

    @property
    def short_label(self) -> str:
        """For a line that says more than that."""
        return self._named(_SHORT_NAME)

    def _named(self, most: int) -> str:
        return clean_line(self.document.name, most) + (" ●" if self.changed else "")


def new_tab(number: int, document: Document) -> Tab:
    """The editors of a document that was just opened."""
    return Tab(
        number,
        document,
        CodeArea(document.saved_text, language=language_of(document.name), id=f"script-{number}"),
        CodeArea(document.saved_input, language="json", id=f"input-{number}"),
    )
