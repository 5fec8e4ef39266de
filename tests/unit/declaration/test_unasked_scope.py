"""Clients that send no scope: which ones get it unasked, and why others are refused."""

from __future__ import annotations

import pytest

from flow_mcp.declaration.findings import Problem
from tests.unit.declared import Stacks, problem, tenant

QUIET = "a:\n  grant: client-credentials\n  access: [{access}]\n  requestsScope: false\n"
CONFIGURE = (
    "Remove it, and configure the scope in the client. `flow-mcp connect` and `flow-mcp verify` show it."
)


def problems(stacks: Stacks, text: str) -> list[Problem]:
    return [found for found in stacks.problems(text) if found.path == "clients.a.requestsScope"]


def test_a_client_with_one_resource_may_get_its_scope_unasked(stacks: Stacks) -> None:
    assert problems(stacks, tenant(QUIET.format(access="'456/test'"))) == []


@pytest.mark.parametrize("access", ["'*'", "'456/*'", "'456/test', '456/production'"])
def test_a_client_with_several_resources_is_refused_with_the_reason(stacks: Stacks, access: str) -> None:
    assert problems(stacks, tenant(QUIET.format(access=access))) == [
        problem(
            14,
            "clients.a.requestsScope",
            "is false, but the client has access to 2 protected resources, and each of its tokens would be "
            "valid for all of them",
            "Declare one client for each protected resource, or configure the scope in the client.",
        )
    ]


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (
            "auth0: {domain: acme.eu.auth0.com}\n",
            "auth0: it grants all permitted scopes to a request without `scope`, but needs `audience`",
        ),
        (
            "entra: {tenantId: 8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55}\n",
            "entra: Entra rejects a token request without `scope` (AADSTS900144)",
        ),
        (
            "scalekit: {environmentUrl: https://acme.scalekit.com}\n",
            "scalekit: its default scopes cannot be declared",
        ),
    ],
)
def test_other_servers_are_refused_with_the_reason(stacks: Stacks, server: str, reason: str) -> None:
    (found,) = problems(stacks, tenant(QUIET.format(access="'456/test'"), server=server))
    assert (found.message, found.remedy) == (f"is not supported for {reason}", CONFIGURE)
