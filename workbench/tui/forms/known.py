"""The values that a field had in earlier calls or that its schema names: offered as one types, and on a key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from workbench.catalogue.forms.entry import Entry
from workbench.catalogue.forms.field_kinds import label_of
from workbench.catalogue.forms.form import Form
from workbench.core.model import JsonValue

Known: TypeAlias = Callable[[Entry], Sequence[JsonValue]]
"""Values that a field had before, the newest first."""


class KnownValues:
    """Of the fields of one form."""

    def __init__(self, form: Form, known: Known) -> None:
        self._form = form
        self._known = known

    def of(self, entry: Entry) -> list[JsonValue]:
        """Each once: those of earlier calls, then the schema's examples and its default."""
        shape = self._form.shape(entry)
        default = shape.schema.get("default")
        named = [*shape.examples, *([] if default is None else [default])]
        return list({label_of(one): one for one in (*self._known(entry), *named)}.values())

    def texts(self, entry: Entry | None) -> list[str]:
        """As they are typed; of those only what fits into a line."""
        if entry is None:
            return []
        is_text = self._form.shape(entry).kind == "text"
        texts = [
            one if is_text and isinstance(one, str) else label_of(one)
            for one in self.of(entry)
            if not is_text or isinstance(one, str)
        ]
        return [text for text in texts if text.isprintable()]
