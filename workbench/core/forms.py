"""What workers made of scripts that had to be read first: a script that runs again is not read again."""

from __future__ import annotations

from collections import OrderedDict

from workbench.sandbox.job import Form

_MOST_FORMS = 256
_MOST_CHARACTERS = 4 << 20
_MOST_SEEN = 4096


class Forms:
    """The latest, by the script's whole text: a form can only ever stand for the text that it was made of."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, Form] = OrderedDict()
        self._characters = 0
        self._seen: OrderedDict[int, None] = OrderedDict()

    def ran_before(self, code: str) -> bool:
        """Whether this is not its first run, as far as is remembered: then what is made of it is worth to be
        sent and kept, however little it costs."""
        known = hash(code)
        if known in self._seen:
            return True
        self._seen[known] = None
        if len(self._seen) > _MOST_SEEN:
            self._seen.popitem(last=False)
        return False

    def of(self, code: str) -> Form | None:
        """None: it has not been read lately, or needs no reading."""
        form = self._forms.get(code)
        if form is not None:
            self._forms.move_to_end(code)
        return form

    def keep(self, code: str, form: Form) -> None:
        """Keep the form of ``code``; the ones not used for longest go."""
        if code in self._forms:
            return
        self._forms[code] = form
        self._characters += _size(code, form)
        while len(self._forms) > _MOST_FORMS or self._characters > _MOST_CHARACTERS:
            self._characters -= _size(*self._forms.popitem(last=False))


def _size(code: str, form: Form) -> int:
    return len(code) + len(form.text) + len(form.columns)
