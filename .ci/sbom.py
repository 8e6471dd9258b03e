"""The software bill of materials of this installation, as CycloneDX: Workbench and all that it needs to run.

python .ci/sbom.py FILE
"""

from __future__ import annotations

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_ROOT = "workbench-mcp"


def needed(name: str) -> dict[str, set[str]]:
    """Each distribution that ``name`` needs here, without extras of its own, and what that needs itself."""
    found: dict[str, set[str]] = {}
    waiting = [(canonicalize_name(name), frozenset[str]())]
    while waiting:
        name, extras = waiting.pop()
        below = found.setdefault(name, set())
        for text in metadata.requires(name) or ():
            requirement = Requirement(text)
            environments = [{"extra": extra} for extra in ("", *extras)]
            marker = requirement.marker
            if marker is None or any(marker.evaluate(one) for one in environments):
                other = canonicalize_name(requirement.name)
                if other not in found or requirement.extras:
                    waiting.append((other, frozenset(requirement.extras)))
                    found.setdefault(other, set())
                below.add(other)
    return found


def _component(name: str) -> dict[str, Any]:
    about = metadata.metadata(name)
    version = metadata.version(name)
    licence = (
        about.get("License-Expression")
        or next(
            (
                line.rpartition(" :: ")[2]
                for line in about.get_all("Classifier") or ()
                if line.startswith("License ::")
            ),
            None,
        )
        or (about.get("License") or "").split("\n")[0][:80]
    )
    reference = f"pkg:pypi/{name}@{version}"
    component: dict[str, Any] = {
        "type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference,
    }  # fmt: skip
    if licence:
        spdx = "License-Expression" in about
        component["licenses"] = [
            {"expression": licence} if spdx else {"license": {"name": licence}}
        ]
    return component


def bill() -> dict[str, Any]:
    """The document. The same installation gives the same bytes: it has neither time nor serial number."""
    found = needed(_ROOT)
    components = {name: _component(name) for name in sorted(found)}
    own = components.pop(_ROOT)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {**own, "type": "application"}},
        "components": list(components.values()),
        "dependencies": [
            {
                "ref": (own if name == _ROOT else components[name])["bom-ref"],
                "dependsOn": sorted(components[other]["bom-ref"] for other in below),
            }
            for name, below in sorted(found.items())
        ],
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(bill(), indent=1) + "\n", encoding="utf-8")
