"""What mkdocs needs beside the pages: links out of docs/ lead to the repository; info strings lose our words."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_OUT = re.compile(r"\[([^\]]*)\]\((?:\.\./)+(?!code_execution|decisions)([\w./-]+?)(#[\w-]+)?\)")
_INFO = re.compile(r"^```(\w+) .*$", re.M)


def on_config(config: Any, **_: object) -> Any:
    """Called by mkdocs first: the repository, where something tells its address (.ci/repository.py)."""
    repository = runpy.run_path(str(_ROOT / ".ci" / "repository.py"))["address"](_ROOT)
    config["extra"]["repository"] = repository
    if repository is not None:
        config["nav"].append({"Repository": repository})
    return config


def on_page_markdown(markdown: str, config: Any, **_: object) -> str:
    """Called by mkdocs for each page."""
    repository = config["extra"]["repository"]

    def out(match: re.Match[str]) -> str:
        name = match[2]
        if name.endswith(".md") and (Path(config["docs_dir"]) / name).exists():
            return match[0]  # a page beside the folder
        if repository is None:
            return match[1]
        return f"[{match[1]}]({repository}/blob/main/{name}{match[3] or ''})"

    return _INFO.sub(r"```\1", _OUT.sub(out, markdown))
