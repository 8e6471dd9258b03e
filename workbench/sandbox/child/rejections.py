"""Promises that reject and that nobody handles: the engine tells, through its own C interface.

The Python binding does not offer ``JS_SetHostPromiseRejectionTracker``, and nothing in the language tells
whether a promise is handled. So the function is called by ctypes, from the library that the binding is
made of. The pointers that it needs stand at the start of the binding's objects (module.c: ``RuntimeData``,
``ObjectData``); ``possible`` tries that out in a process that may die of it.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
from typing import Any, ClassVar

import _quickjs as quickjs

from workbench.util import system

_HEAD = object.__basicsize__
_POINTER = ctypes.sizeof(ctypes.c_void_p)
_BOOL_TAG, _UNDEFINED_TAG, _EXCEPTION_TAG = 1, 3, 6  # quickjs.h
_ANSWER_S = 2


class _Value(ctypes.Structure):
    """``JSValue`` where pointers have 64 bits."""

    _fields_: ClassVar = [("content", ctypes.c_uint64), ("tag", ctypes.c_int64)]


_Tracker = ctypes.CFUNCTYPE(None, ctypes.c_void_p, _Value, _Value, ctypes.c_bool, ctypes.c_void_p)


class RejectionTracker:
    """Calls ``rejected(promise, reason, is_handled)`` of a context whenever its engine tells of it."""

    def __init__(self, context: Any, rejected: Any) -> None:
        library = ctypes.PyDLL(quickjs.__file__)
        runtime = _pointer_at(id(context) + _HEAD)
        self._context = _pointer_at(id(context) + _HEAD + _POINTER)
        library.JS_GetRuntime.restype = ctypes.c_void_p
        library.JS_GetRuntime.argtypes = [ctypes.c_void_p]
        if library.JS_GetRuntime(self._context) != runtime:
            raise LookupError("the binding's objects are not as they were")
        self._rejected = _Value.from_address(id(rejected) + _HEAD + _POINTER)
        self._kept = (context, rejected)
        self._call = library.JS_Call
        self._call.restype = _Value
        self._call.argtypes = [
            ctypes.c_void_p, _Value, _Value, ctypes.c_int, ctypes.POINTER(_Value),
        ]  # fmt: skip
        self._take_exception = library.JS_GetException
        self._take_exception.restype = _Value
        self._take_exception.argtypes = [ctypes.c_void_p]
        self._free = library.JS_FreeValue
        self._free.restype = None
        self._free.argtypes = [ctypes.c_void_p, _Value]
        self._tracker = _Tracker(self._on_rejection)
        library.JS_SetHostPromiseRejectionTracker.restype = None
        library.JS_SetHostPromiseRejectionTracker.argtypes = [
            ctypes.c_void_p, _Tracker, ctypes.c_void_p,
        ]  # fmt: skip
        library.JS_SetHostPromiseRejectionTracker(runtime, self._tracker, None)

    def _on_rejection(
        self, context: int, promise: _Value, reason: _Value, is_handled: bool, _: object
    ) -> None:
        given = (_Value * 3)(promise, reason, _Value(int(is_handled), _BOOL_TAG))
        nothing = _Value(0, _UNDEFINED_TAG)
        answer = self._call(context, self._rejected, nothing, 3, given)
        if answer.tag == _EXCEPTION_TAG:  # no memory for it: the promise is not told of
            answer = self._take_exception(context)
        self._free(context, answer)


def _pointer_at(address: int) -> int:
    return ctypes.c_size_t.from_address(address).value


def possible() -> bool:
    """Whether the engine tells: tried out in a fork, because a wrong pointer ends a process."""
    if not system.can_fork() or _POINTER != 8:
        return False
    pid = os.fork()
    if pid == 0:
        works = False
        with contextlib.suppress(BaseException):
            works = _try_out()
        os._exit(0 if works else 1)
    _, status = os.waitpid(pid, 0)
    return status == 0


def _try_out() -> bool:
    context = quickjs.Context()
    told = context.eval("globalThis.told = []; (p, r, h) => { told.push(`${r} ${h}`) }")
    tracker = RejectionTracker(context, told)
    context.eval("const p = Promise.reject(7); p.catch(() => {}); Promise.reject(8); 0")
    while context.execute_pending_job():
        pass
    del tracker
    return bool(context.eval("told.join() === '7 false,7 true,8 false'"))
