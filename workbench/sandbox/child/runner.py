"""Runs one script in a worker: the host function, the frames, the loop over promise jobs.

Runs in the worker: standard library and siblings only. What runs JavaScript is behind a port (script_engine).

Frames up (to the parent) are JSON objects with a member ``t``: ``call``, ``batch``, ``query``,
``content``, ``sleep``, ``log``, ``dropped``, ``idle``, ``done``. Frames down are
``OPERATION\\n`` and the answer's text; operation 0 answers the blocking request.
The first frame down is the job (job.py).
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections import deque
from typing import Any, NoReturn

from workbench.sandbox import job as jobs
from workbench.sandbox.child import prelude
from workbench.sandbox.child.channel import Channel, Rehearsal
from workbench.sandbox.child.clock import Clock
from workbench.sandbox.child.explaining.call_places import place_of_call
from workbench.sandbox.child.explaining.done_frame import explained, is_left_by_a_race
from workbench.sandbox.child.explaining.script_tree import Script
from workbench.sandbox.child.frame_texts import (
    compact,
    encode,
    failure,
    is_plain,
    memory_failure,
    not_a_script,
    passing,
    short,
    size_of,
)
from workbench.sandbox.child.heap import Heap
from workbench.sandbox.child.rehearsals import LONGER, REHEARSED, touch_memory
from workbench.sandbox.child.script_engine import EngineMaker
from workbench.sandbox.child.starting.starter import NotAScript, Starter
from workbench.util import system

_MAX_LOG_LINES = 10_000
_MAX_LOG_BYTES = 4 << 20
_ALARM_GRACE_S = 2.0
_PARSES = '{"t":"done","ok":true,"value":null}'
_LOST_STACK = '"lost_stack":true'
_MOST_ANSWERS = 1 << 20
_CALL = 'F{"t":"call"'
_CALL_OVERHEAD = 4096
"""Of a call's frame: names, place, what it was refused for."""
_MOST_ASKED = 1024
_MOST_LEFT = 10_000
"""Jobs of promises that a script leaves behind, as `promise.then(f)` without await does: they run, as in
a console, but not for ever."""
_LONGEST_FORM = 1 << 18
"""Characters of a form that a later run may use again."""
_VALUE = '{"t":"done","ok":true,"value":'
_EXIT_PROTOCOL = 70
_LOOK_EACH = 1024
"""Jobs of promises."""


class Runner:
    """One context with the prelude in it. Made before the fork, used for one script."""

    def __init__(self, starter: Starter, make_engine: EngineMaker) -> None:
        self._libraries = prelude.libraries()
        self._make_engine = make_engine
        self._engine = make_engine(self._host, plain=False)
        self._starter = starter
        self._script = Script(starter.grammars, "")
        self._channel: Channel | None = None
        self.forget_job()
        self.is_followed = False
        """Another runner could take the next job of the same client."""
        self.goes_on = False
        """It may: this one's script ended well, holds little, and nothing is on its way to it."""

    def forget_job(self) -> None:
        """Behind a rehearsal, so that nothing of it is left. In front of a job it would be the job's time."""
        self._clock = Clock()
        self._heap = Heap()
        self._log_lines = self._log_bytes = self._logs_dropped = 0
        self._tell_dropped_at = 1
        self._in_flight = 0
        self._operations = 0
        """As the prelude numbers them, from each ``init`` on."""
        self._unanswered: set[int] = set()
        """Asynchronous calls whose result the script has not been handed yet."""
        self._announce_idle = False
        self._answers: list[tuple[int, str]] | None = []
        """What the parent answered, in order; None: too much to keep."""
        self._answers_bytes = 0
        self._answers_again: deque[tuple[int, str]] | None = None
        """While the script runs a second time: those of ``_answers`` that it still waits for."""
        self._frame_limit = 0
        self._cpu_before = 0.0

    # -- the job ---------------------------------------------------------------------------

    def rehearse(self, longer: bool) -> None:
        """Do once what every job does, in a fork that waits for one: each page that it writes is copied
        now (300 pages, 1 ms), not while someone waits. Leaves nothing that a script could see.

        longer: also what a typed script of 100 lines takes (400 pages more, 3 ms of CPU). The parent asks
        for that where nobody is about to come: it costs more than the job gains by it.
        """
        if longer:
            self.serve(Rehearsal(LONGER), {})
        self.serve(Rehearsal(REHEARSED), {})
        if longer:
            touch_memory()
        system.set_alarm(0)
        self.forget_job()

    def serve(self, channel: Channel, steps: dict[str, bool]) -> None:
        """Take one job, run it, send its result."""
        self._channel = channel
        self.goes_on = False
        job = jobs.unpack(channel.receive())
        self._cpu_before = time.process_time()
        if job.mode == jobs.REPORT:
            channel.send(encode({"t": "done", "ok": True, "value": steps}))
            return
        self._frame_limit = job.max_result_bytes
        channel.limit = job.memory_bytes
        if job.is_replay:
            self._announce_idle = True
            self._clock.follow(job.clock)
        # A second deadline, should the parent forget.
        system.set_alarm(job.timeout_ms / 1000 + _ALARM_GRACE_S)
        self._engine.limit_memory(job.memory_bytes)
        self._heap.begin(job.memory_bytes)
        script = self._script = Script(self._starter.grammars, job.code)
        try:
            if job.mode == jobs.CHECK:
                done = self._check(job.code)
                self._finish(explained(script, done, None))
            else:
                self._engine.init(*job.seed, job.input)
                done = self._execute(job)
                if not done.startswith(_VALUE) and _LOST_STACK in done:
                    done = self._run_with_stacks(job, done)
                heap = self._peak(done)  # what explains the end is not the script's
                left = len(self._unanswered)
                if left and is_left_by_a_race(script):
                    left = 0
                self._finish(explained(script, done, self._ask, left), heap, left)
        except self._engine.failures as error:
            self._finish(self._engine_failure(error))

    def _check(self, code: str) -> str:
        try:
            parses = self._starter.check(code, self._run_form)
        except NotAScript as error:
            return not_a_script(error)
        return _PARSES if parses else self._result()

    def _execute(self, job: jobs.Job) -> str:
        """Run to the end; the text of the ``done`` frame."""
        try:
            if not self._starter.start(
                job.code,
                self._run_form,
                known=job.form,
                on_form=self._send_form,
                is_form_wanted=job.is_form_wanted,
            ):
                return self._result()
        except NotAScript as error:
            return not_a_script(error)
        while not self._engine.ended():
            self._run_jobs()
            if self._engine.ended():
                break
            self._end_if_full()  # what had no memory to go on with may be what would have ended
            if not self._in_flight:
                return failure(
                    "RUNTIME_ERROR",
                    "the script awaits a promise that nothing can settle: no call and no sleep is "
                    "under way",
                )
            if self._announce_idle and not self._has_frames():
                self._send('{"t":"idle"}')
            self._look_while_waiting()
            operation, answer = self._receive()
            self._in_flight -= 1
            self._unanswered.discard(operation)
            self._engine.settle(operation, answer)
        self._run_jobs(_MOST_LEFT)
        return self._result()

    def _run_jobs(self, most: int | None = None) -> None:
        """What is ready to run: all of it or ``most``, or until the script ends."""
        step, ended, steps = self._engine.step, self._engine.ended, 0
        while step():
            steps += 1
            if steps % _LOOK_EACH == 0:
                self._end_if_full()
            if steps == most or (most is None and steps % 64 == 0 and ended()):
                return

    def _ask(self, name: str, about: str) -> dict[str, Any]:
        """Which tools a wrong name may mean, and which may do what is asked for."""
        frame = {"t": "query", "kind": "suggest", "tool": name, "query": about}
        envelope: dict[str, Any] = json.loads(self._host(f"B{encode(frame)}") or "{}")
        found: dict[str, Any] = envelope.get("result") or {}
        return found

    def _run_with_stacks(self, job: jobs.Job, done: str) -> str:
        """Where a stack overflow happened: run the script once more, from what was answered, in a context
        whose errors keep the engine's own stack text. Nothing leaves the worker; chance, clock and
        answers are the same, so it runs the same way. ``done`` where that is not to be had.
        """
        if self._answers is None:
            return done
        self._answers_again = deque(self._answers)
        self._clock.start_again()
        self._in_flight = self._operations = 0
        try:
            self._engine = self._make_engine(self._host, plain=True)
            self._engine.limit_memory(self._heap.limit)
            self._engine.init(*job.seed, job.input)
            again = self._execute(job)
        except (IndexError, EOFError):
            return done
        except self._engine.failures:
            return done
        finally:
            self._answers_again = None
            self._clock.take()
        return again if '"stack":' in again and _LOST_STACK not in again else done

    def _run_form(self, form: jobs.Form, own: str) -> bool:
        return bool(self._engine.run(form.text, own, form.columns, form.is_lone))

    def _send_form(self, form: jobs.Form) -> None:
        if len(form.text) <= _LONGEST_FORM:
            self._send(encode({"t": "form", **form._asdict()}))

    def _result(self) -> str:
        return self._engine.close()

    def _peak(self, done: str) -> int:
        assert self._channel is not None
        return self._heap.peak(self._channel.most_held, passing(done))

    def _finish(self, done: str, heap: int | None = None, unawaited: int = 0) -> None:
        """Send the ``done`` frame, with what was measured: ``heap``, where it was before.

        unawaited: calls that nobody waits for.
        """
        if not done.startswith(_VALUE):
            done = short(done, self._frame_limit)
        elif (size := size_of(done) - len(_VALUE) - 1) > self._frame_limit:
            done = failure(
                "SERIALIZATION_ERROR",
                f"the value is {size} bytes of JSON; max_result_bytes allows {self._frame_limit}",
            )
        assert self._channel is not None
        if heap is None:
            heap = self._peak(done)
        if self._heap.is_all(heap):
            done = memory_failure(self._heap.limit)
        cpu = (time.process_time() - self._cpu_before) * 1000
        more = f',"heap":{heap},"cpu_ms":{cpu:.3f},"unawaited":{unawaited}'
        if self.is_followed and done.startswith(_VALUE) and self._is_over():
            more = f'{more},"again":true'
        self._send(done, more=more)

    def _is_over(self) -> bool:
        """Whether nothing is on its way to the script and it took little: then the next one may begin."""
        assert self._channel is not None
        self.goes_on = (
            not self._in_flight and not self._channel.has_frames and self._heap.stayed_small()
        )
        if self.goes_on:
            system.set_alarm(0)  # it was for this script
        return self.goes_on

    def _end_if_full(self) -> None:
        """End the process where the heap was full to the last byte: a script of promises that are rejected
        with the null of an engine without memory would go on, or wait, until its time is over."""
        if self._answers_again is not None:
            return
        assert self._channel is not None
        if self._heap.is_full(self._engine, self._channel.most_held):
            self._end_of_memory()

    def _look_while_waiting(self) -> None:
        """Look once more where nothing comes until that may be done: it may wait for ever."""
        pause = self._heap.seconds_to_look()
        if pause <= 0 or self._answers_again is not None:
            return
        assert self._channel is not None
        if not self._channel.comes_within(pause):
            self._end_if_full()

    def _end_of_memory(self) -> NoReturn:
        self._engine.limit_memory(self._heap.limit + (16 << 20))
        self._finish(memory_failure(self._heap.limit))
        os._exit(0)

    def _engine_failure(self, error: Exception) -> str:
        """A failure that escaped the prelude: most likely the heap was too full even to describe it."""
        if self._engine.ran_out_of_memory(error):
            return memory_failure(self._heap.limit)
        return failure("RUNTIME_ERROR", str(error))

    # -- the host function -----------------------------------------------------------------

    def _host(self, message: str | None) -> str | None:
        """Called from JavaScript; must never raise (the binding would lose or crash)."""
        try:
            if message is None:  # the engine had no memory to hand it over
                self._end_of_memory()
            kind = message[0]
            if kind == "B":
                self._pass_on(message)
                return self._receive(blocking=True)[1]
            if kind == "F":
                self._in_flight += 1
                self._operations += 1  # as the prelude numbers them
                if message.startswith(_CALL):
                    self._unanswered.add(self._operations)
                self._pass_on(message)
            elif kind == "N":
                return str(self._clock.read())
            elif kind == "L" and self._answers_again is None:
                self._log(message[1:])
            elif kind == "C":
                line, column, name = message[1:].split(" ", 2)
                return encode(place_of_call(self._script, int(line), int(column), json.loads(name)))
            elif kind == "P":
                return self._libraries[message[1:]]
            elif kind == "J":
                return str(len(message)) if is_plain(message) else None
            elif kind == "M" or (kind == "m" and self._heap.was_full(self._engine)):
                self._end_of_memory()
        except BaseException:  # the parent is gone or the protocol is broken: nothing left to do
            os._exit(_EXIT_PROTOCOL)
        return None

    def _pass_on(self, message: str) -> None:
        """Send the frame that stands behind the message's letter, or one that says what of it is too large."""
        most = self._frame_limit
        if size_of(message) - 1 <= most + _CALL_OVERHEAD:
            self._send(message, start=1)
            return
        data: dict[str, Any] = json.loads(message[1:])
        for name in ("server", "tool", "query"):  # of a question to the catalogue
            if name in data:
                data[name] = data[name][:_MOST_ASKED]
        together = 0
        for call in data.get("calls", [data]):
            size = size_of(compact(call.get("args")))
            if together + size <= most:
                together += size
                continue
            call["args"] = None
            whose = "args are" if size > most else "with the args of this batch so far, args are"
            call["refused"] = {
                "code": "SERIALIZATION_ERROR",
                "message": f"{whose} {together + size} bytes of JSON; {most} are allowed",
            }
        self._send(compact(data))

    def _log(self, frame: str) -> None:
        most = min(_MAX_LOG_BYTES, self._frame_limit)
        if self._log_lines >= _MAX_LOG_LINES or self._log_bytes >= most:
            self._logs_dropped += 1
            if self._logs_dropped >= self._tell_dropped_at:
                self._tell_dropped()
            return
        self._log_lines += 1
        self._log_bytes += size_of(frame)
        self._send(frame)

    def _tell_dropped(self) -> None:
        """Who is killed has no last word. Told again when it is a tenth more: 180 times for a billion lines."""
        self._send(f'{{"t":"dropped","lines":{self._logs_dropped}}}')
        self._tell_dropped_at = self._logs_dropped + self._logs_dropped // 10 + 1

    # -- frames ----------------------------------------------------------------------------

    def _send(self, frame: str, start: int = 0, more: str = "") -> None:
        """Send a frame, which begins at ``start``, with ``more`` members at its end."""
        assert self._channel is not None
        if self._answers_again is not None:
            return
        readings = self._clock.take()
        if readings:
            more = f'{more},"clock":{encode(readings)}'
        if self._logs_dropped and frame.startswith('{"t":"done"'):
            more = f'{more},"logs_dropped":{self._logs_dropped}'
        self._channel.send(frame, start, more)

    def _has_frames(self) -> bool:
        assert self._channel is not None
        return self._channel.has_frames

    def _receive(self, *, blocking: bool = False) -> tuple[int, str]:
        """The next operation that is answered; ``blocking``: the answer to the blocking request."""
        channel = self._channel
        assert channel is not None
        if self._answers_again is not None:
            return self._answers_again.popleft()
        frame = channel.receive_blocking() if blocking else channel.receive()
        end = frame.index(b"\n")
        operation, answer = int(frame[:end]), str(memoryview(frame)[end + 1 :], "utf-8")
        size = len(frame) - end
        # The frame, or later the text's own UTF-8, beside the text, which takes up to four bytes a letter.
        self._heap.passes(size + sys.getsizeof(answer))
        self._answers_bytes += size
        if self._answers_bytes > _MOST_ANSWERS:
            self._answers = None
        elif self._answers is not None:
            self._answers.append((operation, answer))
        return operation, answer


def leave(code: int = 0) -> NoReturn:
    """End the process at once: no cleanup, nothing of the zygote's runs twice."""
    os._exit(code)
