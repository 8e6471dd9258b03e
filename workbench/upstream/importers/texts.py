"""A text of another client's entry as ours: references in our spelling, secrets as references.

What a secret looks like is said in one place, ``workbench.text.secrets``; here is only where to expect one.
"""

from __future__ import annotations

import os
import re
from dataclasses import field
from pathlib import Path

from workbench.text.secrets import find_secrets, is_secret_name, looks_random, suggests_secret
from workbench.upstream.importers.variables import Variables, as_variable, is_variable
from workbench.util.dataclass import dataclass

_REFERENCE = re.compile(r"\$\{([^}]*)\}|\$([A-Za-z_]\w*)")
_DOUBLED = re.compile(r"\$\{\{\s*(?:secrets|inputs)\.([\w./-]+)\s*\}\}")
_ASKED_FOR = re.compile(r"\{\{([A-Z][A-Z0-9_]*)\}\}")
"""What a person fills in (LibreChat)."""
_BARE = ("Gemini CLI", "Goose")
"""Who reads ``$NAME`` as a reference."""
_BRACED = re.compile(r"\{(env|file):([^{}]*)\}")
_OURS = re.compile(r"\$\{[^}]*\}")
_SCHEME = re.compile(r"\s*(?:(?:bearer|basic|token|apikey|api-key)\s+)?", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)[^/@\s:]*:([^/@\s]+)(?=@)")
_URL_PARAMETER = re.compile(r"(?<=[?&;])([\w.~%-]+)=([^&;#\s]+)")
_URL_SEGMENT = re.compile(r"(?<=/)[^/?#\s]+")
_HEADER = re.compile(r"\s*([A-Za-z][\w-]*):\s*(?!//)(.+)", re.DOTALL)
_CONNECTION = re.compile(r"(?:^|;)\s*([\w ]+?)\s*=\s*([^;]+)")
_TOKEN = re.compile(r"(?:\A|[\W_]|(?<=[a-z0-9])(?=[A-Z]))(?i:token|pat|pwd|jwt)\Z")
_NUMBER = re.compile(r"-?\d{1,7}\Z")
_ONE_WORD = re.compile(r"[\w+=.~-]{20,}\Z")


@dataclass(frozen=True, slots=True)
class _Secret:
    start: int
    end: int
    name: str


@dataclass(slots=True)
class Texts:
    """The texts of one entry. ``problems`` grows while they are read."""

    path: Path
    """The client's file."""
    product: str
    server: str
    variables: Variables
    problems: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        """The folder that a project's file speaks for."""
        folder = self.path.resolve().parent
        return folder.parent if folder.name.startswith(".") else folder

    def plain(self, text: str) -> str:
        """The text with its product's references in our spelling."""
        if self.product == "opencode":
            text = _BRACED.sub(self._braced, text)
        if self.product == "Continue":
            text = _DOUBLED.sub(self._doubled, text)
        text = _ASKED_FOR.sub(self._asked_for, text)
        return _REFERENCE.sub(self._reference, text)

    def value(self, text: str, name: str, where: str) -> str:
        """``plain``, and the secrets in it are references; ``name`` is what the text is the value of.

        where: for the problem that names the variable to set.
        """
        text = self.plain(text)
        secrets = [
            secret for secret in _secrets(text, name) if text[secret.start : secret.end].strip()
        ]
        for secret in reversed(secrets):
            literal = text[secret.start : secret.end]
            variable = self.variables.named_for(literal, secret.name, self.server)
            self.problems.append(
                f"the secret in {where} is not copied: set the variable {variable}"
            )
            text = f"{text[: secret.start]}${{{variable}}}{text[secret.end :]}"
        return text

    def argument(self, text: str) -> str:
        """``value`` of an argument that belongs to no option: it may be a key and nothing else."""
        copied = self.value(text, "", "an argument")
        if copied == text and _ONE_WORD.match(text) is not None and looks_random(text):
            return self.value(text, "secret", "an argument")
        return copied

    def _asked_for(self, match: re.Match[str]) -> str:
        self.problems.append(f"it asks for {match[1]}: set the variable {match[1]}")
        return f"${{{match[1]}}}"

    def _braced(self, match: re.Match[str]) -> str:
        kind, name = match.groups()
        if kind == "env" and is_variable(name):
            return f"${{{name}}}"
        variable = as_variable(f"{self.server} {Path(name).name}")
        self.problems.append(
            f"it reads the file {name}: set the variable {variable} to what is in it"
        )
        return f"${{{variable}}}"

    def _doubled(self, match: re.Match[str]) -> str:
        name = match[1].rpartition("/")[2]
        return f"${{{name if is_variable(name) else as_variable(name)}}}"

    def _reference(self, match: re.Match[str]) -> str:
        inner, bare = match.groups()
        if bare is not None:
            return f"${{{bare}}}" if self.product in _BARE else match.group()
        kind, colon, rest = inner.partition(":")
        if colon and kind in ("env", "input") and not rest.startswith("-"):
            if kind == "env":
                return f"${{{rest}}}"
            variable = as_variable(f"input {rest}")
            self.problems.append(f"it asks for the input {rest!r}: set the variable {variable}")
            return f"${{{variable}}}"
        if colon and kind == "file" and rest:
            return match.group()  # ours is the same
        known = {
            "workspaceFolder": str(self.folder),
            "workspaceFolderBasename": self.folder.name,
            "CLAUDE_PROJECT_DIR": str(self.folder),
            "CLAUDE_PLUGIN_ROOT": str(self.folder),
            "userHome": "${HOME}",
            "pathSeparator": os.sep,
            "/": os.sep,
        }
        if inner in known:
            return known[inner]
        if not is_variable(inner.split(":-", 1)[0]):
            self.problems.append(f"the reference ${{{inner}}} is not known")
        return match.group()


def _secrets(text: str, name: str) -> list[_Secret]:
    """Where the secrets of a text are, in order; none overlaps another or a reference."""
    if _is_secret(name, text):
        found = _literals(text, name)
    else:
        found = [
            _Secret(*match.span(1), f"{name} password" if name else "password")
            for match in _URL_PASSWORD.finditer(text)
        ]
        if _URL.match(text):
            found += _in_url(text)
        else:
            found += [*_in_header(text), *_in_connection(text)]
        found += [_Secret(hit.start, hit.end, hit.name or name) for hit in find_secrets(text)]
    references = [match.span() for match in _OURS.finditer(text)]
    kept: list[_Secret] = []
    for secret in found:
        taken = [*references, *((one.start, one.end) for one in kept)]
        if all(secret.end <= start or secret.start >= end for start, end in taken):
            kept.append(secret)
    return sorted(kept, key=lambda secret: secret.start)


def _is_secret(name: str, value: str) -> bool:
    """Whether a setting is a secret as a whole: who sets a token for a server does not page through data."""
    name = name.strip("-")
    if is_secret_name(name):
        return True
    if _TOKEN.search(name):
        return _NUMBER.match(value) is None
    return suggests_secret(name) and looks_random(value) and not _URL.match(value)


def _literals(text: str, name: str, at: int = 0) -> list[_Secret]:
    """What is written out of a value that is a secret from ``at`` on; ``Bearer`` may stay."""
    found: list[_Secret] = []
    references = [match.span() for match in _OURS.finditer(text, at)]
    for start, end in [*references, (len(text), len(text))]:
        scheme = _SCHEME.match(text, at)
        begin = scheme.end() if scheme is not None else at
        if sum(letter.isalnum() for letter in text[begin:start]) > 3:
            found.append(_Secret(begin, start, name))
        at = end
    return found


def _in_url(url: str) -> list[_Secret]:
    """Parameters that are called like a secret or look like one, and parts of the path that do."""
    found = [
        _Secret(*match.span(2), match[1])
        for match in _URL_PARAMETER.finditer(url)
        if _is_secret(match[1], match[2]) or looks_random(match[2])
    ]
    path_ends = min((at for at in (url.find("?"), url.find("#")) if at >= 0), default=len(url))
    begins = url.find("/", url.find("://") + 3)
    if begins >= 0:
        found += [
            _Secret(*match.span(), "url")
            for match in _URL_SEGMENT.finditer(url, begins, path_ends)
            if looks_random(match.group())
        ]
    return found


def _in_header(text: str) -> list[_Secret]:
    """``Authorization: Bearer x``, as an argument of a program that makes the request."""
    match = _HEADER.match(text)
    if match is None:
        return []
    name, value = match.groups()
    if _is_secret(name, value):
        return _literals(text, name, match.start(2))
    return []


def _in_connection(text: str) -> list[_Secret]:
    """``Server=h;Password=x``, and ``NAME=x`` as ``docker run -e`` has it."""
    return [
        _Secret(*match.span(2), match[1])
        for match in _CONNECTION.finditer(text)
        if _is_secret(match[1], match[2])
    ]
