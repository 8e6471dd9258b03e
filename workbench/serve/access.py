"""Who may come in over HTTP: decided from the head of a request, before anything reads its body."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable

from workbench.serve.binding import Binding
from workbench.text.sanitize import clean_line
from workbench.util.dataclass import dataclass
from workbench.util.loopback import is_loopback_authority, is_loopback_page

_SHOWN = 100
_LONGEST_LENGTH = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not taken, as an HTTP status and words for whoever set the client up."""

    status: int
    message: str


class Access:
    """The rules of one binding."""

    def __init__(self, binding: Binding, most_body: Callable[[], int] | None = None) -> None:
        """most_body: how many bytes a body may have now; None: as when the binding was made."""
        self._loopback = binding.loopback
        self._most = most_body or (lambda: binding.max_body_bytes)
        self._expected = binding.token.encode()

    def refusal(self, headers: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
        """None: come in. ``headers`` as ASGI gives them, names in lower case.

        ``Host`` and ``Origin`` are checked because a page in a browser could reach a loopback server
        under a name of its own (DNS rebinding). On other addresses clients use names that we cannot
        know: no page at all is let in there, and the token stands in front of the rest.
        """
        return (
            self.without_token(headers)
            or self._without_host(_only(headers, b"host"))
            or self._from_page(_all(headers, b"origin"))
            or self._too_large(_only(headers, b"content-length"))
        )

    def without_token(self, headers: Iterable[tuple[bytes, bytes]]) -> Refusal | None:
        """The refusal of a request that does not carry the token."""
        given = _only(headers, b"authorization")
        scheme, _, token = (given or b"").partition(b" ")
        if scheme.lower() != b"bearer":
            return Refusal(401, "a bearer token is needed: Authorization: Bearer <token>")
        if not hmac.compare_digest(token.strip(), self._expected):
            return Refusal(401, "the bearer token is not the one of this server")
        return None

    def _without_host(self, host: bytes | None) -> Refusal | None:
        if not self._loopback or (host is not None and is_loopback_authority(_text(host))):
            return None
        named = "missing" if host is None else repr(clean_line(_text(host), _SHOWN))
        return Refusal(
            421, f"Host is {named}: this server answers to 127.0.0.1, localhost and [::1] only"
        )

    def _from_page(self, origins: list[bytes]) -> Refusal | None:
        for origin in origins:
            if not self._loopback:
                return Refusal(403, "requests of web pages (Origin) are not taken")
            if not is_loopback_page(_text(origin)):
                page = clean_line(_text(origin), _SHOWN)
                return Refusal(
                    403, f"Origin is {page!r}: only pages of this machine (localhost) may call"
                )
        return None

    def _too_large(self, length: bytes | None) -> Refusal | None:
        if length is None or not length.isdigit():
            return None
        return self.too_large(int(length[:_LONGEST_LENGTH]))

    def too_large(self, size: int) -> Refusal | None:
        """The refusal of a body of so many bytes, or of so many that came so far."""
        most = self._most()
        if size <= most:
            return None
        return Refusal(413, f"the body has {size} bytes; serve.max_body_bytes allows {most}")


def _all(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> list[bytes]:
    return [value for name, value in headers if name == wanted]


def _only(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes | None:
    """The value of a header that is there exactly once."""
    found = _all(headers, wanted)
    return found[0] if len(found) == 1 else None


def _text(value: bytes) -> str:
    return value.decode("latin-1").strip()
