"""How a server is doing, for the page that shows it: what is started, what it is, how it answers."""

from __future__ import annotations

from workbench.util.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ServerHealth:
    """As of one moment. All of it is of this process, but for what the configuration says."""

    what: str
    """The command with its arguments, or the address; secrets in it are hidden."""
    variables: tuple[str, ...] = ()
    """Names of the variables that it gets."""
    cwd: str | None = None
    trust: str = "first-use"
    protocol: str | None = None
    """The version that was agreed on; None before it connected."""
    program: str = ""
    """Its own name and version; empty where it tells none."""
    connected_s: float | None = None
    """How long the connection has lasted; None: there is none."""
    connects: int = 0
    """How often it became ready."""
    calls: int = 0
    """How many were answered."""
    p50_ms: float | None = None
    """Of the last hundred answers."""
    p95_ms: float | None = None
    logged_in: bool | None = None
    """Whether a login is kept; None: it is started by a command, or has a header of its own."""
    stderr: tuple[str, ...] = ()
    """The last lines, oldest first."""

    @property
    def reconnects(self) -> int:
        return max(0, self.connects - 1)
