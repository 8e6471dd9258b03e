"""What comes of servers that are added: what would start, and what would stand in the file."""

from __future__ import annotations

from workbench.config import ServerSettings
from workbench.config.editing import server_text
from workbench.config.trust import how_it_runs
from workbench.text.sanitize import clean_line


def preview(settings: ServerSettings) -> list[str]:
    """Its command or address, then its table in the file; safe to show, and without its secrets."""
    from workbench.upstream.importers.entries import without_secrets

    shown = without_secrets(settings)
    table = server_text(shown).splitlines()
    return [f"  {how_it_runs(shown)[0]}", "", *(f"  {clean_line(line)}" for line in table)]
