"""Every command of the terminal UI, declared once: those of the app and the main screen, and every key of
every other screen and widget.

Footer, command palette, help, key bindings, ``workbench keys`` and the ``[keys]`` table come from
``COMMANDS``. No widget declares a key of its own: its ``BINDINGS`` are ``bindings(PLACE)``.
"""

from workbench.tui.commands.command import TITLES, Command, Place, meet
from workbench.tui.commands.keymap import bindings, first_key, in_force, key_of, keymap
from workbench.tui.commands.registry import BY_ID, COMMANDS, FOOTER_ORDER
from workbench.tui.commands.shown import shown

__all__ = [
    "BY_ID",
    "COMMANDS",
    "FOOTER_ORDER",
    "TITLES",
    "Command",
    "Place",
    "bindings",
    "first_key",
    "in_force",
    "key_of",
    "keymap",
    "meet",
    "shown",
]
