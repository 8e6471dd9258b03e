"""Keys that were typed before the app had the terminal stay the keys that they were.

Until then the terminal hands on whole lines, in which Enter has become a line feed: that is ``^j``, a key of
its own, which runs the script.
"""

from __future__ import annotations

import os
import sys

from textual.driver import Driver

from workbench.tui.textual_private.key_parser import KeyParser


def with_typed_ahead(driver: type[Driver]) -> type[Driver]:
    """A driver that takes such lines for what was typed; others than that of terminals know none."""
    if sys.platform == "win32" or driver.__module__ != "textual.drivers.linux_driver":
        return driver
    from textual.drivers.linux_driver import LinuxDriver

    class PatientDriver(LinuxDriver):
        _lines = ""

        def start_application_mode(self) -> None:
            self._lines = _waiting_lines(self.fileno).replace("\n", "\r")
            super().start_application_mode()  # type: ignore[no-untyped-call]

        def run_input_thread(self) -> None:
            for message in KeyParser().feed(self._lines):
                self.process_message(message)
            super().run_input_thread()

    return PatientDriver


if sys.platform != "win32":
    import fcntl
    import termios

    def _waiting_lines(terminal: int) -> str:
        """What can be read of a terminal that hands on lines; nothing where Enter is Enter."""
        if not os.isatty(terminal):
            return ""
        incoming, _, _, local, *_ = termios.tcgetattr(terminal)
        if not (incoming & termios.ICRNL and local & termios.ICANON):
            return ""
        lines = b""
        while any(fcntl.ioctl(terminal, termios.FIONREAD, bytes(4))):
            line = os.read(terminal, 4096)
            if not line:
                break
            lines += line
        return lines.decode("utf-8", "replace")
