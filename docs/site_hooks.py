"""What mkdocs needs beside the pages: links out of docs/ lead to the repository; info strings lose our words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_OUT = re.compile(r"\]\((?:\.\./)+(?!code_execution|decisions)([\w./-]+?)(#[\w-]+)?\)")
_INFO = re.compile(r"^```(\w+) .*$", re.M)


def on_page_markdown(markdown: str, config: Any, **_: object) -> str:
    """Called by mkdocs for each page."""

    def out(match: re.Match[str]) -> str:
        name = match[1]
        if name.endswith(".md") and (Path(config["docs_dir"]) / name).exists():
            return match[0]  # a page beside the folder
        return f"]({config['extra']['repository']}/blob/main/{name}{match[2] or ''})"

    return _INFO.sub(r"```\1", _OUT.sub(out, markdown))
