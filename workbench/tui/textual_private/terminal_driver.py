"""A terminal is taken with what was typed there, and given back as it was.

Until the app has it the terminal hands on whole lines, in which Enter has become a line feed: that is ``^j``, a
key of its own, which runs the script. Textual leaves behind that the mouse is told in pixels (foot goes on with
that), and its own shape of the pointer (in foot, Ghostty, iTerm2 and xterm an arrow where text is).
"""

from __future__ import annotations

import os
import sys

from textual.driver import Driver

from workbench.tui.textual_private.key_parser import KeyParser

_AS_FOUND = "\x1b[?1016l\x1b]22;text\a\x1b]22;\a"
"""No name is the terminal's own pointer; who does not know that, as Ghostty, has the one of text."""


def with_care(driver: type[Driver]) -> type[Driver]:
    """A driver that does; others than that of terminals need none."""
    if sys.platform == "win32" or driver.__module__ != "textual.drivers.linux_driver":
        return driver
    from textual.drivers.linux_driver import LinuxDriver

    class CarefulDriver(LinuxDriver):
        _lines = ""

        def start_application_mode(self) -> None:
            self._lines = _waiting_lines(self.fileno).replace("\n", "\r")
            super().start_application_mode()  # type: ignore[no-untyped-call]

        def run_input_thread(self) -> None:
            for message in KeyParser().feed(self._lines):
                self.process_message(message)
            super().run_input_thread()

        def stop_application_mode(self) -> None:
            self.write(_AS_FOUND)
            super().stop_application_mode()

    return CarefulDriver


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
