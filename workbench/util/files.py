"""Files that are written whole or not at all, and changed by one process at a time."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from workbench.util.os_differences import readers_keep_files

_WAIT_S = 10.0
_POLL_S = 0.01
_NO_LOCKS = (errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)
_REPLACE_TRIES = 20


def write_whole(path: Path, data: bytes, *, mode: int = 0o600, sync: bool = True) -> os.stat_result:
    """Write a file so that a reader, and a crash, find the old content or the new one.

    A symbolic link stays one: the file it leads to is replaced. What is no regular file (a pipe,
    ``/dev/stdout``) is written to as it is.
    mode: of a new file, as far as the umask lets; one that is there keeps its own mode and owner.
    sync: wait until the disk has it; without, a power cut may cost the last write.
    Returns what is known of the file that was written: who looks later may see another's.
    Raises OSError.
    """
    target = _real(path)
    try:
        old = target.stat()
    except FileNotFoundError:
        old = None
    if old is not None and not stat.S_ISREG(old.st_mode):
        target.write_bytes(data)
        return old
    handle, name = _new_beside(target, mode if old is None else 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            if sync:
                os.fsync(file.fileno())
        if old is not None:
            _keep_owner(name, old)
            os.chmod(name, stat.S_IMODE(old.st_mode))
        written = os.stat(name)
        _replace(name, target)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return _still(target, written)


@contextmanager
def changing(path: Path) -> Iterator[None]:
    """Hold this while a file is read, changed and written again: no other change is lost.

    Holds between processes and threads, by a lock on the file's folder, so that nothing is left behind.
    A file system without locks has none. The folder must exist. Raises OSError, also where another
    process holds it for 10 s.
    """
    handle = _open_lock(_real(path))
    try:
        if not _locked(handle):
            raise OSError(errno.EAGAIN, "another process is changing it", str(path))
        yield
    finally:
        os.close(handle)  # and with it the lock


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a regular file; a pipe or a device, which may never end, is refused.

    Raises OSError, also for one that is larger than ``most`` bytes.
    """
    # A pipe that nobody writes to would block at opening already.
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(most + 1)
    finally:
        os.close(handle)
    if len(data) > most:
        raise OSError(errno.EFBIG, f"larger than {most:,} bytes", str(path))
    return data


def put_aside(path: Path) -> Path:
    """Move a damaged file out of the way, under a name of its own; where it is now. Raises OSError."""
    now = datetime.now(UTC)
    aside = path.with_name(f"{path.stem}.damaged-{now:%Y%m%dT%H%M%S%f}{path.suffix}")
    path.replace(aside)
    return aside


def _real(path: Path) -> Path:
    """Where symbolic links lead; of those that lead round in a circle the first (``Path.resolve`` raises
    what is no OSError)."""
    return Path(os.path.realpath(path))


def _still(target: Path, written: os.stat_result) -> os.stat_result:
    """As it is known by its own name: some file systems (FAT, SMB) number a file anew that is renamed."""
    with suppress(OSError):
        now = target.stat()
        if (now.st_mtime_ns, now.st_size) == (written.st_mtime_ns, written.st_size):
            return now
    return written


def _new_beside(target: Path, mode: int) -> tuple[int, str]:
    """A new file in the same folder, open to write (``mkstemp`` knows no mode but 0600)."""
    name = str(target.parent / f".{target.name[:64]}.{os.urandom(6).hex()}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.open(name, flags, mode), name


def _keep_owner(name: str, old: os.stat_result) -> None:
    """A file changed with ``sudo`` stays its owner's."""
    if hasattr(os, "chown") and (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        with suppress(OSError):
            os.chown(name, old.st_uid, old.st_gid)


def _replace(name: str, target: Path) -> None:
    """On Windows a file that somebody reads just now cannot be replaced: wait for the reader."""
    for attempt in range(_REPLACE_TRIES):
        try:
            os.replace(name, target)
        except PermissionError:
            if not readers_keep_files() or attempt == _REPLACE_TRIES - 1:
                raise
            time.sleep(_POLL_S)
        else:
            return


if sys.platform == "win32":
    import msvcrt

    def _open_lock(target: Path) -> int:
        """A folder cannot be locked there: a file of the user's temporary folder stands for it."""
        digest = hashlib.sha256(os.path.normcase(target.parent).encode()).hexdigest()[:24]
        lock = Path(tempfile.gettempdir()) / f"workbench-{digest}.lock"
        return os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)

    def _try_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _open_lock(target: Path) -> int:
        return os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _locked(handle: int) -> bool:
    """Wait for the lock; False: somebody else keeps it."""
    deadline = time.monotonic() + _WAIT_S
    while True:
        try:
            _try_lock(handle)
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_S)
        else:
            return True
