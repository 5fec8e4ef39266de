"""Requirements for bound tokens: who has them, and where they are not supported."""

from __future__ import annotations

import pytest

from tests.unit.declared import Stacks, problem, tenant

PROGRAM = "a:\n  grant: client-credentials\n  access: ['*']\n"
OTHER = PROGRAM.replace("a:", "b:")
BOUND = "tokens: {binding: dpop}\n"
MANUAL = "manualRegistrations:\n  legacy: {clientId: legacy, access: ['*']}\n"
SCALEKIT = "scalekit: {environmentUrl: https://acme.scalekit.com}\n"
REMEDY = "Remove it, or use an authorization server that supports DPoP, such as Keycloak or Auth0."


def bindings(stacks: Stacks, text: str) -> dict[str, str | None]:
    declaration = stacks.load(text).declaration
    declared = declaration.tenant
    return {
        **{name: declaration.binding(client) for name, client in declared.clients.items()},
        **{name: declaration.binding(manual) for name, manual in declared.manual_registrations.items()},
        "registration": declaration.binding(),
    }


def test_a_client_or_the_whole_tenant_needs_bound_tokens(stacks: Stacks) -> None:
    clients = PROGRAM + f"  {BOUND}" + OTHER
    assert bindings(stacks, tenant(clients, more=MANUAL)) == {
        "a": "dpop",
        "b": None,
        "legacy": None,
        "registration": None,
    }
    assert bindings(stacks, tenant(OTHER, more=MANUAL + BOUND)) == {
        "b": "dpop",
        "legacy": "dpop",
        "registration": "dpop",
    }


def test_without_the_key_the_settings_do_not_mention_it(stacks: Stacks) -> None:
    declaration = stacks.load(tenant(PROGRAM, more=MANUAL)).declaration
    text = declaration.kind.settings(declaration, {}).canonical_json().lower()
    assert "dpop" not in text
    assert "binding" not in text


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (SCALEKIT, "scalekit: Scalekit does not document DPoP for MCP servers"),
        (
            "entra: {tenantId: 8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55}\n",
            "entra: Entra does not support DPoP (its own proof of possession is not RFC 9449)",
        ),
    ],
)
def test_a_server_that_cannot_bind_tokens_is_named_with_the_reason(
    stacks: Stacks, server: str, reason: str
) -> None:
    path = "clients.a.tokens.binding"
    problems = {found.path: found for found in stacks.problems(tenant(PROGRAM + f"  {BOUND}", server=server))}
    assert (problems[path].message, problems[path].remedy) == (f"is not supported for {reason}", REMEDY)


def test_an_application_that_is_not_known_to_support_dpop_is_a_warning(stacks: Stacks) -> None:
    text = tenant("a:\n  application: vscode\n  access: ['*']\n  people: everyone\n", more=BOUND)
    assert stacks.problem(text) == problem(
        12,
        "clients.a.application",
        "is vscode, which is not known to support DPoP; without it, the client gets no tokens",
        "Test the application, or require bound tokens of other clients only.",
        "warning",
    )
