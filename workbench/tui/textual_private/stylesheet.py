"""Styles that are parsed once for each set of colours."""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class SheetParsedOnce(Stylesheet):
    """As Textual's, which throws away what it parsed when the theme is chosen, also if it is the same one: all
    there is was parsed again, and once more with the next widget of another kind."""

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        """What has an error changes nothing here, as with Textual's."""
        self.parse()
