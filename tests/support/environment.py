"""The environment of the tests: what is set where they run (CI, a shell, a proxy) decides nothing in them."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

_KEPT = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TMPDIR", "TEMP", "TMP"),
        *("FUZZ_SECONDS", "VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTHONHASHSEED"),
        *("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONNOUSERSITE"),
        *("CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"),
        # of Windows
        *("ALLUSERSPROFILE", "APPDATA", "COMSPEC", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA"),
        *("NUMBER_OF_PROCESSORS", "OS", "PATHEXT", "PROCESSOR_ARCHITECTURE", "PROGRAMDATA"),
        *("PROGRAMFILES", "SYSTEMDRIVE", "SYSTEMROOT", "USERNAME", "USERPROFILE", "WINDIR"),
    )
)
_FOUND = "FOUND_"
_KEPT_KINDS = (
    _FOUND,
    *("COVERAGE_", "COV_", "HYPOTHESIS_", "PYTEST_", "TEXTUAL_SNAPSHOT_"),
    # which Python and which Node a shim on the PATH stands for, and what Nix starts programs by
    *("PYENV_", "ASDF_", "MISE_", "NODENV_", "VOLTA_", "NIX_"),
    *("LC_", "LD_", "DYLD_", "SSL_CERT_", "PIP_", "UV_", "NPM_CONFIG_"),
)
_GIVEN = {
    "TERM": "xterm-256color",
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",  # not that of who runs them
    "TEXTUAL_ANIMATIONS": "none",
}


def is_kept(name: str) -> bool:
    """Whether a variable stays: what a program needs to start at all, and what pytest is told by."""
    return name.upper() in _KEPT or name.upper().startswith(_KEPT_KINDS)


def make_own() -> None:
    """Take away what is not needed, so that colours, sizes, time zones, proxies and settings are those of the
    tests. Before the workers of xdist are started: they inherit it."""
    for name in [name for name in os.environ if not is_kept(name)]:
        value = os.environ.pop(name)
        if name.lower().endswith("_proxy"):
            os.environ[_FOUND + name] = value
    os.environ |= _GIVEN
    if hasattr(time, "tzset"):
        time.tzset()


@contextmanager
def proxies() -> Iterator[None]:
    """Those of who runs the tests are in force: for what installs from a registry."""
    found = {
        name.removeprefix(_FOUND): os.environ[name]
        for name in os.environ
        if name.startswith(_FOUND)
    }
    if found:  # what is installed is also started, and asked over loopback
        loopback = "localhost,127.0.0.1,::1"
        found["no_proxy"] = ",".join(
            filter(None, (found.get("no_proxy", found.get("NO_PROXY")), loopback))
        )
    os.environ |= found
    try:
        yield
    finally:
        for name in found:  # on Windows no_proxy and NO_PROXY are one
            os.environ.pop(name, None)
