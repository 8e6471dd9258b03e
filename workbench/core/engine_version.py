"""Which JavaScript engine runs the scripts: recorded with every execution, compared by a replay."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from workbench.sandbox import job as jobs


@cache
def engine_version() -> str:
    """The engine and the prelude, as they are recorded with every execution."""
    return f"quickjs-ng {_distribution_version()} / prelude {jobs.PRELUDE_VERSION}"


def _distribution_version() -> str:
    """As the folder beside the module says it: importing importlib.metadata takes 12 ms of a start."""
    spec = find_spec("quickjs")
    beside = Path(spec.origin).parent.parent if spec is not None and spec.origin else Path()
    for found in beside.glob("quickjs_ng-*.dist-info"):
        return found.name.removeprefix("quickjs_ng-").removesuffix(".dist-info")
    from importlib import metadata

    return metadata.version("quickjs-ng")
