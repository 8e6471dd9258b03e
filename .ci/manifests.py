"""Fills the formula and the manifest of docs/packaging for what lies in dist/; they appear in build/packaging.

python .ci/manifests.py

The address of the repository is what tells it: see repository.py.
"""

from __future__ import annotations

import hashlib
import runpy
from pathlib import Path

_ROOT = Path(__file__).parents[1]


def filled(template: str, dist: Path, repository: str) -> str:
    """With the version and the hashes of the one wheel and the one source distribution in ``dist``."""
    (wheel,) = dist.glob("*.whl")
    (source,) = dist.glob("*.tar.gz")
    values = {
        "repository": repository,
        "version": wheel.name.split("-")[1],
        "sha256": hashlib.sha256(source.read_bytes()).hexdigest(),
        "wheel_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
    }
    for name, value in values.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def main() -> None:
    repository = runpy.run_path(str(_ROOT / ".ci" / "repository.py"))["address"](_ROOT)
    if repository is None:
        raise SystemExit(
            "where will the files be? set WORKBENCH_REPOSITORY=https://host/owner/name"
        )
    folder = _ROOT / "docs" / "packaging"
    out = _ROOT / "build" / "packaging"
    out.mkdir(parents=True, exist_ok=True)
    for template in (folder / "homebrew" / "workbench.rb", folder / "scoop" / "workbench.json"):
        text = filled(template.read_text(encoding="utf-8"), _ROOT / "dist", repository)
        (out / template.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
