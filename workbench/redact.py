"""Secrets masked before anything reaches a disk.

Two kinds: members whose name says what they hold (``authorization``, ``apiKey``, ``db_password``), also where
a text assigns to such a name (``password = "x"`` in a script, JSON within a text, a query string), and texts
that look like a well-known token wherever they stand. A masked text is ``«masked …»`` and cannot be mistaken
for the value; who masks says so in the record, and a replay repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick

from workbench.clean import encodable
from workbench.jsontext import dumps, loads
from workbench.model import JsonValue

MARK = "«masked"
# Names that end in a secret word; counting and paging tokens are none. Prefixes are bounded, or a long
# word would be scanned once for each of its letters.
_SECRET_NAME = (
    r"(?:proxy[-_]?)?authorization|(?:set[-_]?)?cookie|"
    r"[\w.-]{0,40}(?:password|passwd|passphrase)|[\w.-]{0,40}secret|[\w.-]{0,40}(?:api|access|private|secret)[-_]?key|"
    r"(?:[\w.-]{0,40}(?:auth|access|refresh|id|bot|api|bearer|session|github|gitlab|slack|npm|user)[-_]?)?token|"
    r"credentials?"
)
_TOKENS = (
    r"\bgh[pousr]_[A-Za-z0-9]{30,}",
    r"\bgithub_pat_[A-Za-z0-9_]{30,}",
    r"\bglpat-[A-Za-z0-9_-]{16,}",
    r"\bsk-[A-Za-z0-9_-]{20,}",
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",
    r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    r"\bAIza[0-9A-Za-z_-]{35}",
    r"\bnpm_[A-Za-z0-9]{30,}",
    r"\bpypi-[A-Za-z0-9_-]{40,}",
    r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    r"\b[Bb]earer\s+[A-Za-z0-9._~+/-]{16,}=*",
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    r"(?<=[Aa]uthorization: )(?:[Bb]asic|[Dd]igest|[Tt]oken) [^\s\"'`,;]+",
)
_URL_PASSWORD = re.compile(r"://[^/\s:@\"]{1,256}:[^/\s:@\"]{1,1024}@")
# ``name = "value"``, ``"name": "value"`` (its quotes may be escaped), ``?name=value``, and ``NAME=value`` as
# in .env files. Whether the name is a secret's is asked of each match.
_ASSIGNED = re.compile(
    r"(?<![\w-])(?P<name>[\w-]{1,60}+)(?:\\?[\"'])?\s*[:=]{1,3}\s*"
    r"(?P<quote>\\?[\"'`])(?!«masked)(?:(?!(?P=quote))(?:\\.|[^\\]))++(?P<end>(?P=quote))"
    r"|(?<=[?&])(?P<field>[\w-]{1,60}+)=(?!«masked)[^&\s\"'`<>#]+"
    r"|^(?:export )?(?P<variable>[A-Z][A-Z0-9_]{1,60}+)=(?!«masked)[^\s\"'`]+",
    re.DOTALL | re.MULTILINE,
)

# What every match of the patterns contains, in small letters. All of them are looked for in one pass (3 ms
# for 1 MB; the patterns themselves take 128), and nearly every text has none.
_TOKEN_HINTS = (
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "sk-", "xox", "akia", "asia", "aiza",
    "npm_", "pypi-", "eyj", "earer", "private key", "uthorization: ",
)  # fmt: skip
_NAME_HINTS = (
    "authorization", "cookie", "password", "passwd", "passphrase", "secret", "apikey", "api_key", "api-key",
    "accesskey", "access_key", "access-key", "privatekey", "private_key", "private-key", "token", "credential",
)  # fmt: skip
_HINTS = AhoCorasick([*_TOKEN_HINTS, *_NAME_HINTS])
_SCHEMA_WORDS = ("type", "$ref", "anyOf", "oneOf", "allOf", "enum")


class Redactor:
    """Masks values and texts. Cheap where there is nothing to mask: one scan of the JSON text."""

    def __init__(
        self, key_patterns: Iterable[str] = (), value_patterns: Iterable[str] = ()
    ) -> None:
        """The patterns come on top of the built-in ones; key patterns match anywhere in a name."""
        value_patterns = tuple(value_patterns)
        own = "|".join(f"(?:{pattern})" for pattern in key_patterns)
        self._name = re.compile(_SECRET_NAME, re.IGNORECASE)
        self._own_name = re.compile(own, re.IGNORECASE) if own else None
        self._own_values = bool(value_patterns)
        self._token = re.compile("|".join([*_TOKENS, *(f"(?:{p})" for p in value_patterns)]))

    def json(self, value: JsonValue) -> tuple[str, bool]:
        """The JSON text of ``value`` with its secrets masked, and whether there were any."""
        text = dumps(value)
        names, tokens = self._look(text)
        if not (names or tokens or ("://" in text and _URL_PASSWORD.search(text))):
            return text, False
        # Parsed again, so that what the caller holds is never changed.
        masked, found = self._mask(loads(text))
        return (dumps(masked), True) if found else (text, False)

    def value(self, value: JsonValue) -> JsonValue:
        """``value`` with its secrets masked."""
        text, found = self.json(value)
        return loads(text) if found else value

    def text(self, text: str) -> tuple[str, bool]:
        """A text with the tokens in it masked, and whether there were any.

        Lone surrogates become U+FFFD, as in JSON.
        """
        text = encodable(text)
        names, tokens = self._look(text)
        masked, found = text, False
        if names:
            masked = _ASSIGNED.sub(self._mask_assigned, masked)
            found = masked != text
        if tokens:
            masked, count = self._token.subn(f"{MARK} token»", masked)
            found |= count > 0
        if "://" in masked:  # a search of its own: its fixed beginning makes it quick
            masked, count = _URL_PASSWORD.subn(f"://{MARK} token»@", masked)
            found |= count > 0
        return masked, found

    def _look(self, text: str) -> tuple[bool, bool]:
        """Whether names, and whether tokens, are worth a search. May be wrong in this direction only."""
        matches = _HINTS.find_matches_as_indexes(text.lower(), overlapping=True)
        names, tokens = self._own_name is not None, self._own_values
        for hint in {match[0] for match in matches} if matches else ():
            if hint < len(_TOKEN_HINTS):
                tokens = True
            else:
                names = True
        return names, tokens

    def _mask_assigned(self, found: re.Match[str]) -> str:
        name = found["name"] or found["field"] or found["variable"]
        if not self._is_secret(name):
            return found[0]
        if not found["name"]:
            return f"{name}={MARK} {name}»"
        before = found[0][: found.start("quote") - found.start()]
        return f"{before}{found['quote']}{MARK} {name}»{found['end']}"

    def _mask(self, value: JsonValue) -> tuple[JsonValue, bool]:
        if isinstance(value, str):
            return self.text(value)
        found = False
        if isinstance(value, list):
            for index, item in enumerate(value):
                value[index], hit = self._mask(item)
                found |= hit
        elif isinstance(value, dict):
            for name, item in value.items():
                if self._is_secret(name) and _may_be_secret(item):
                    value[name], hit = f"{MARK} {name}»", True
                else:
                    value[name], hit = self._mask(item)
                found |= hit
        return value, found

    def _is_secret(self, name: str) -> bool:
        if self._name.fullmatch(name):
            return True
        return self._own_name is not None and self._own_name.search(name) is not None


def _may_be_secret(value: JsonValue) -> bool:
    """Not for what holds nothing, nor for the JSON schema of a member that will hold one."""
    if isinstance(value, dict):
        return bool(value) and not any(word in value for word in _SCHEMA_WORDS)
    return value not in (None, "", [], False, True)
