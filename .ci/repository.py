"""Where the repository is, told by its surroundings: a fork or a move leaves no wrong address behind.

``WORKBENCH_REPOSITORY`` (``https://host/owner/name``), else what GitHub's runners say, else the remote
``origin`` of the checkout, else what the source distribution was built with. Where nothing tells, nothing is
claimed: no address in the metadata, no links.

The hook of hatchling puts it into the package's metadata, with a README whose relative links work elsewhere.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_REMOTE = re.compile(
    r"(?:https://|ssh://git@|git@)([\w.-]+\.\w+)[:/]([\w.-]+/[\w./-]+?)(?:\.git)?/?"
)
_PICTURE = re.compile(r"!\[(.*?)\]\((?!https?:)(.+?)\)")
_LINK = re.compile(r"(?<!!)\[(.*?)\]\((?!https?:|#)(.+?)\)")


def address(root: Path) -> str | None:
    """``https://host/owner/name``, or None where nothing tells."""
    told = os.environ.get("WORKBENCH_REPOSITORY")
    if told:
        return told.rstrip("/")
    if os.environ.get("GITHUB_REPOSITORY"):
        server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
        return f"{server}/{os.environ['GITHUB_REPOSITORY']}"
    return _of_git(root) if (root / ".git").exists() else _of_source(root)


def _of_git(root: Path) -> str | None:
    words = ["git", "-C", str(root), "remote", "get-url", "origin"]
    try:
        url = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return None
    found = _REMOTE.fullmatch(url)
    return f"https://{found[1]}/{found[2]}" if found else None


def _of_source(root: Path) -> str | None:
    try:
        text = (root / "PKG-INFO").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^Project-URL: Homepage, (\S+)$", text, re.M)
    return found[1] if found else None


def urls(repository: str) -> dict[str, str]:
    """``project.urls``."""
    return {
        "Homepage": repository,
        "Documentation": f"{repository}/tree/main/docs",
        "Changelog": f"{repository}/blob/main/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }


def with_links(text: str, repository: str) -> str:
    """Relative links and pictures of a page lead to the repository."""
    text = _PICTURE.sub(rf"![\1]({repository}/raw/main/\2)", text)
    return _LINK.sub(rf"[\1]({repository}/blob/main/\2)", text)


class RepositoryHook(MetadataHookInterface):
    """Adds ``project.urls`` and ``project.readme``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Called by hatchling."""
        root = Path(self.root)
        repository = address(root)
        text = (root / "README.md").read_text(encoding="utf-8")
        if repository is not None:
            text = with_links(text, repository)
        metadata["urls"] = urls(repository) if repository is not None else {}
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
