"""The steps of a login, and how far it came: the picture that a failure is shown with."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from workbench.util.dataclass import dataclass

Name = Literal[
    "challenge", "resource", "discovery", "registration", "authorization", "token", "access"
]
"""The server's refusal; what it says of itself; its authorization server; our client there; the person's
yes; the tokens; the server's answer to them."""

_SIGNS = {"done": "✔", "failed": "✘", "absent": "–"}


@dataclass()
class Steps:
    """``went`` in the order in which they happen; a step that is told again is told anew."""

    _shown: dict[Name, tuple[str, str]] = field(default_factory=dict)

    def done(self, name: Name, detail: str = "") -> None:
        self._shown[name] = ("done", detail)

    def absent(self, name: Name, detail: str = "") -> None:
        """The server has no such thing, and it goes on without."""
        self._shown[name] = ("absent", detail)

    def failed(self, name: Name, detail: str) -> None:
        self._shown[name] = ("failed", detail)

    def __str__(self) -> str:
        """``challenge ✔ resource ✔ registration ✘ HTTP 403 …``"""
        parts = []
        for name, (state, detail) in self._shown.items():
            shown = detail if state != "done" else ""
            parts.append(f"{name} {_SIGNS[state]}{' ' if shown else ''}{shown}")
        return " ".join(parts)
