"""What differs from system to system in this process: commands, sockets, standard streams, files, the desktop.

One place that asks which system it is, beside ``system``, which has what workers need (limits, memory,
processes); so each difference is tried by saying that it is another system (tests/util/test_os_differences.py).
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import stat
import sys


def split_command(text: str) -> list[str]:
    """The words of a command line, as its system quotes them. Raises ValueError."""
    if sys.platform == "win32":
        # There a backslash is a part of a path, and quotes stay on their words.
        words = shlex.split(text, posix=False)
        return [word[1:-1] if word[:1] == word[-1:] == '"' else word for word in words]
    return shlex.split(text)


def passed_environment() -> tuple[str, ...]:
    """The variables that a child process gets where it does not inherit all (as the MCP SDK has it)."""
    if sys.platform == "win32":
        return (
            *(
                "APPDATA",
                "HOMEDRIVE",
                "HOMEPATH",
                "LOCALAPPDATA",
                "PATH",
                "PATHEXT",
                "PROCESSOR_ARCHITECTURE",
            ),
            *("SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE"),
        )
    return ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")


def can_test_life() -> bool:
    """Whether signal 0 only asks if a process is there; on Windows it ends it."""
    return sys.platform != "win32"


# -- sockets and streams -------------------------------------------------------------------


def reuse_address(listener: socket.socket) -> None:
    """Listen again where an earlier process just did. Windows would let two listen at once by that."""
    if sys.platform != "win32":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def most_descriptors() -> int | None:
    """How many files and sockets this process may have open; None: as many as it likes."""
    if sys.platform == "win32":
        return None
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def leave_bytes_alone(*descriptors: int) -> None:
    """Windows would make line ends of what is read and written."""
    if sys.platform == "win32":
        import msvcrt

        for descriptor in descriptors:
            msvcrt.setmode(descriptor, os.O_BINARY)


def can_watch(descriptor: int) -> bool:
    """Whether an event loop can wait for it: a pipe or a socket, and on Windows neither of them here."""
    mode = os.fstat(descriptor).st_mode
    return sys.platform != "win32" and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode))


def can_watch_terminal() -> bool:
    """Whether an event loop can wait for what is typed."""
    return sys.platform != "win32"


# -- files and the desktop -----------------------------------------------------------------


def readers_keep_files() -> bool:
    """Whether a file that somebody reads just now can be neither replaced nor removed."""
    return sys.platform == "win32"


def has_browser() -> bool:
    """Whether the person at this terminal sees what is opened; over ssh it would be before nobody."""
    if os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY"):
        return False
    # Without a screen of its own, a container or WSL may name what opens one beside it.
    return _has_screen() or bool(os.environ.get("BROWSER"))


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def opening_command() -> list[str] | None:
    """What opens a file in its program; None: nobody would see it."""
    if not (has_browser() and _has_screen()):
        return None
    if sys.platform == "darwin":
        return ["open"]
    if sys.platform == "win32":
        return ["cmd", "/c", "start", ""]
    found = shutil.which("xdg-open")
    return [found] if found is not None else None
