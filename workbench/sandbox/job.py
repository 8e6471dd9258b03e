"""What a worker is asked to do: one frame, a line of words, then code, input and clock as they are.

Both sides use this module. Unpacking is deliberately plain: in a fresh fork every page that Python
touches is copied first (about 2.7 µs), and ``json.loads`` of the line alone touched a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from workbench.core.model import Readings
    from workbench.sandbox.frames import Frame

PRELUDE_VERSION = 5
"""Recorded with every execution: a replay under another prelude may differ, and says so."""

RUN, CHECK, REPORT = "run", "check", "report"
REHEARSE = b"rehearse"
"""The frame that may stand before the job's: ``child/runner.py: Runner.rehearse``."""
_SEED = (1, 2, 3, 4)
_UNREAD, _WANTED = b"-", b"?"


class Form(NamedTuple):
    """A text for the engine, made of a script (child/starting.py)."""

    text: str
    columns: str = ""
    """What was inserted into the script's lines: see ``Draft.render``."""
    is_lone: bool = False
    """The value is a function, or an object with one, which is to be called."""


class Job(NamedTuple):
    """As the worker reads it. Seeds are below 2**31: the binding cuts larger integers."""

    mode: str
    timeout_ms: int
    memory_bytes: int
    max_result_bytes: int
    seed: tuple[int, int, int, int]
    is_replay: bool
    code: str
    input: str
    clock: str
    """A recording's readings, ``MS:TIMES MS:TIMES …``; only where the job is a replay."""
    form: Form | None
    """What an earlier run made of this code; None: it is read anew."""
    is_form_wanted: bool = False
    """The code ran before: what is made of it is worth to be kept, however little it costs."""


class JobLimits(Protocol):
    """What a job needs of ``workbench.core.model.Limits``, which a worker does not import."""

    @property
    def timeout_ms(self) -> int: ...

    @property
    def memory_mb(self) -> int: ...

    @property
    def max_result_bytes(self) -> int: ...


def run(
    code: str,
    input_json: str,
    limits: JobLimits,
    *,
    seed: tuple[int, int, int, int],
    replay: Readings | None = None,
    form: Form | None = None,
    is_form_wanted: bool = False,
) -> bytes:
    """The frame that runs a script."""
    clock = "" if replay is None else " ".join(f"{ms}:{times}" for ms, times in replay.clock)
    unread = _WANTED if is_form_wanted else _UNREAD
    return _pack(RUN, limits, seed, replay is not None, code, input_json, clock, form, unread)


def check(code: str, limits: JobLimits) -> bytes:
    """The frame that parses a script and runs nothing."""
    return _pack(CHECK, limits, _SEED, False, code, "{}", "")


def report(limits: JobLimits) -> bytes:
    """The frame that asks which hardening steps are in force."""
    return _pack(REPORT, limits, _SEED, False, "", "{}", "")


def _pack(
    mode: str,
    limits: JobLimits,
    seed: tuple[int, int, int, int],
    is_replay: bool,
    code: str,
    input_json: str,
    clock: str,
    form: Form | None = None,
    unread: bytes = _UNREAD,
) -> bytes:
    script, given, read = code.encode(), input_json.encode(), clock.encode()
    memory = limits.memory_mb << 20
    numbers = (limits.timeout_ms, memory, limits.max_result_bytes, *seed, int(is_replay))
    line = f"{mode} {' '.join(map(str, numbers))} {len(script)} {len(given)} {len(read)}"
    if form is None:
        return line.encode() + b" 0 " + unread + b"\n" + script + given + read
    text = form.text.encode()
    line = f"{line} {len(text)} {int(form.is_lone)}\n"
    return line.encode() + script + given + read + text + form.columns.encode()


def unpack(body: Frame) -> Job:
    """The worker's side."""
    end = body.index(b"\n")
    mode, timeout, memory, most, a, b, c, d, is_replay, *sizes, is_lone = body[:end].split(b" ")
    script, given, clock, text = map(int, sizes)
    start = end + 1
    middle = start + script
    last = middle + given
    read = last + clock
    view = memoryview(body)  # each copy of a script takes pages that are new to a worker
    form = None
    if is_lone not in (_UNREAD, _WANTED):
        columns = str(view[read + text :], "utf-8")
        form = Form(str(view[read : read + text], "utf-8"), columns, is_lone == b"1")
    return Job(
        mode.decode(),
        int(timeout),
        int(memory),
        int(most),
        (int(a), int(b), int(c), int(d)),
        is_replay == b"1",
        str(view[start:middle], "utf-8"),
        str(view[middle:last], "utf-8"),
        str(view[last:read], "utf-8"),
        form,
        is_lone == _WANTED,
    )
