from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from workbench.util import files
from workbench.util.files import changing, read_regular, write_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="modes and links are POSIX")

_COUNT_UP = """
import sys
from pathlib import Path
from workbench.util.files import changing, write_whole
path = Path(sys.argv[1])
for _ in range(100):
    with changing(path):
        write_whole(path, str(int(path.read_text()) + 1).encode(), sync=False)
"""


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "real"
    real.parent.mkdir()
    real.write_text("old")
    link = tmp_path / "link"
    link.symlink_to("dotfiles/real")
    write_whole(link, b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_file_keeps_its_mode_and_a_new_one_is_its_owners(tmp_path: Path) -> None:
    old = tmp_path / "old"
    old.write_text("x")
    old.chmod(0o640)
    write_whole(old, b"y")
    write_whole(tmp_path / "new", b"z")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("old", "new")]
    assert modes == [0o640, 0o600]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


def test_a_file_keeps_its_owner_and_group(tmp_path: Path) -> None:
    """Changed with ``sudo`` it would be root's from then on."""
    path = tmp_path / "file"
    path.write_text("x")
    others = [group for group in (*os.getgroups(), 4242) if group != os.getegid()]
    try:
        os.chown(path, -1, others[0])
    except PermissionError:
        pytest.skip("whoever is in one group only cannot give a file to another")
    write_whole(path, b"y")
    assert path.stat().st_gid == others[0]


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_whole(tmp_path / "folder", b"x")
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "none" / "file", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_a_device_is_written_to() -> None:
    write_whole(Path(os.devnull), b"x")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.slow
def test_no_change_is_lost_between_processes_and_threads(tmp_path: Path) -> None:
    path = tmp_path / "n"
    path.write_text("0")
    others = [
        subprocess.Popen(
            [sys.executable, "-c", _COUNT_UP, str(path)], env={"PYTHONPATH": os.getcwd()}
        )
        for _ in range(3)
    ]

    def count() -> None:
        for _ in range(100):
            with changing(path):
                write_whole(path, str(int(path.read_text()) + 1).encode(), sync=False)

    threads = [threading.Thread(target=count) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [other.wait() for other in others] == [0, 0, 0]
    assert path.read_text() == "500"
    assert [found.name for found in tmp_path.iterdir()] == ["n"]


def test_a_lock_that_is_never_given_back_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "_WAIT_S", 0.05)
    with (
        changing(tmp_path / "x"),
        pytest.raises(OSError, match="another process is changing it"),
        changing(tmp_path / "x"),
    ):
        pass


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    os.mkfifo(tmp_path / "pipe")
    assert read_regular(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="larger than 4 bytes"):
        read_regular(tmp_path / "file", 4)
    for odd in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match="no regular file"):
            read_regular(odd, 5)


def test_a_new_file_is_open_to_no_more_than_the_umask_lets(tmp_path: Path) -> None:
    modes = []
    for umask in (0o077, 0o022):
        before = os.umask(umask)
        try:
            write_whole(tmp_path / f"{umask}", b"1", mode=0o666)
        finally:
            os.umask(before)
        modes.append(stat.S_IMODE((tmp_path / f"{umask}").stat().st_mode))
    assert modes == [0o600, 0o644]
