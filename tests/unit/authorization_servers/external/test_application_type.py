"""Tests of the application_type that follows from a client's redirect URIs."""

from __future__ import annotations

import pytest

from flow_mcp.authorization_servers.external.application_type import application_type


@pytest.mark.parametrize(
    ("redirects", "expected"),
    [
        ([], None),
        (["https://planner.acme.example/callback"], "web"),
        (["http://127.0.0.1/callback"], "native"),
        (["http://[::1]:8080/callback"], "native"),
        (["http://localhost:3000/callback"], "native"),
        (["cursor://anysphere.cursor-mcp/oauth/callback"], "native"),
        (["https://vscode.dev/redirect", "http://127.0.0.1/"], "native"),
    ],
)
def test_loopback_and_private_use_addresses_are_those_of_native_applications(
    redirects: list[str], expected: str | None
) -> None:
    assert application_type(redirects) == expected
