"""What the engine's comparison of a tenant on Keycloak means, resource by resource."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.operations.drift.keycloak.changes import drifts
from flow_mcp.operations.drift.keycloak.lost import lost
from flow_mcp.operations.drift.refresh import Refreshed, Resource

_URN = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings$keycloak:{}:{}::{}"
DECLARATION = from_configuration(
    {
        "id": "acme",
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {
            "keycloak": {"url": "https://id.example", "realm": {"name": "acme", "create": True}}
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["*"]}},
    },
    {"server": "https://flow.example"},
    source="test",
).declaration


def resource(type_: str, name: str, before: dict[str, Any], after: dict[str, Any] | None) -> Resource:
    """A resource that is gone, or of which the properties in `after` were changed."""
    urn = _URN.format(type_[0].lower() + type_[1:], type_, name)
    if after is None:
        return Resource(urn, "delete", before, None, ())
    return Resource(urn, "update" if after else "same", before, {**before, **after}, tuple(sorted(after)))


def told(*resources: Resource) -> list[tuple[str, str | None, str]]:
    """Risk, kind and text of each drift."""
    found = drifts(Refreshed(DECLARATION, resources))
    return [(each.risk.value, each.kind, each.text) for each in found]


@pytest.mark.parametrize(
    ("type_", "name", "before", "after", "expected"),
    [
        (
            "Client", "agent", {"accessType": "CONFIDENTIAL"}, {"accessType": "PUBLIC"},
            [("high", "client-authentication-weakens",
              "agent authenticates by none; the stack left client-secret.")],
        ),
        (
            "Client", "agent", {"accessType": "CONFIDENTIAL", "clientAuthenticatorType": "client-secret"},
            {"clientAuthenticatorType": "client-jwt"},
            [("low", "client-authentication-strengthens",
              "agent authenticates by client-jwt; the stack left client-secret.")],
        ),
        (
            "Client", "agent", {"accessTokenLifespan": "300"}, {"accessTokenLifespan": "60"},
            [("low", "lifetime-shrinks", "Access tokens of agent last 1m; the stack left 5m.")],
        ),
        (
            "Client", "agent", {"accessTokenLifespan": "300"}, {"accessTokenLifespan": ""},
            [("medium", "lifetime-grows",
              "Access tokens of agent last as long as the realm's; the stack left 5m.")],
        ),
        (
            "Client", "agent", {"clientId": "a"}, {"clientId": "b \x1b[31m"},
            [("high", "client-id-changes", 'The client ID of agent is "b \\u001b[31m".')],
        ),
        (
            "Client", "agent", {"validRedirectUris": ["https://a.example/"]}, {"validRedirectUris": []},
            [("low", "redirect-uri-removed", "agent may no longer have codes sent to https://a.example/.")],
        ),
        (
            "Client", "agent", {"description": "x"}, {"description": "y"},
            [("low", None, "description of the client agent is y; the stack left x.")],
        ),
        (
            "Client", "agent", {"consentRequired": False}, {"consentRequired": True},
            [("medium", "declaration-changed",
              "consentRequired of the client agent is true; the stack left false.")],
        ),
        (
            "ClientOptionalScopes", "agent-optional-scopes", {"optionalScopes": ["offline_access"]},
            {"optionalScopes": ["flow-mcp/acme/1/test", "phone"]},
            [("medium", "client-gains-access", "agent may ask for 1/test."),
             ("low", None, "agent has the optional scope phone."),
             ("low", "refresh-tokens-end", "agent may no longer ask for refresh tokens.")],
        ),
        (
            "ClientScope", "1/test", {"name": "flow-mcp/acme/1/test"}, {"name": "other"},
            [("high", "resource-recognition-changes", "The client scope of 1/test is named other.")],
        ),
        (
            "GenericProtocolMapper", "1/test-subject", {"config": {"a": "true"}}, {"config": {}},
            [("high", "token-reading-changes",
              "The mapper subject of 1/test has another config: tokens do not say who the person is.")],
        ),
        (
            "Group", "planners", {"name": "planners"}, None,
            [("medium", "group-loses-access", "The group planners was deleted, with its memberships.")],
        ),
        (
            "KeycloakClientRegistration", "registration",
            {"open": False, "senderHosts": ["a.example"], "maximumClients": 200},
            {"open": True, "senderHosts": [], "maximumClients": 100},
            [("low", "registration-narrows", "The realm may have 100 clients; the stack left 200."),
             ("high", "registration-opens", "Anybody may register clients."),
             ("high", "registration-widens", "Registrations no longer come from a.example.")],
        ),
        (
            "AuthorizationServerMetadata", "metadata", {"grantTypesSupported": ["a"]},
            {"grantTypesSupported": ["a", "b"]},
            [("low", None, "grantTypesSupported of the metadata metadata is a and b; the stack left a.")],
        ),
        (
            "Unheard", "thing", {}, None,
            [("medium", "declaration-changed", "Unheard thing was deleted.")],
        ),
    ],
)  # fmt: skip
def test_a_change_has_a_sentence_and_the_risk_of_its_kind(
    type_: str,
    name: str,
    before: dict[str, Any],
    after: dict[str, Any] | None,
    expected: list[tuple[str, str | None, str]],
) -> None:
    scope = resource("ClientScope", "1/test", {"name": "flow-mcp/acme/1/test"}, {})
    assert (
        told(*([] if type_ == "ClientScope" else [scope]), resource(type_, name, before, after)) == expected
    )


def test_what_follows_from_a_deleted_thing_is_not_told_again() -> None:
    parts = (
        resource("ClientDefaultScopes", "agent-default-scopes", {"clientId": "c-1"}, None),
        resource("ClientServiceAccountRealmRole", "agent/1/test", {"serviceAccountUserId": "u-1"}, None),
        resource("GenericProtocolMapper", "1/test-subject", {"clientScopeId": "s-1"}, None),
        resource("GenericRoleMapper", "1/test-programs", {"clientScopeId": "s-1", "roleId": "r-1"}, None),
    )
    whole = (
        resource("Client", "agent", {"id": "c-1", "serviceAccountUserId": "u-1"}, None),
        resource("ClientScope", "1/test", {"id": "s-1", "name": "flow-mcp/acme/1/test"}, None),
    )
    assert [text for _, _, text in told(*parts, *whole)] == [
        "The client agent was deleted.",
        "The client scope of 1/test was deleted: no client gets a token for it.",
    ]
    realm = resource("Realm", "realm", {"id": "acme", "realm": "acme"}, None)
    assert told(*parts, *whole, realm) == [
        ("high", None, "The realm acme was deleted, with all that the stack made in it.")
    ]


def test_only_secrets_that_keycloak_made_and_memberships_are_lost_with_a_client_and_a_group() -> None:
    gone = (
        resource("Client", "agent", {"id": "c-1"}, None),
        resource("Group", "planners", {"name": "planners"}, None),
    )
    assert list(lost(Refreshed(DECLARATION, gone))) == [
        "The secret of agent. New ones are made: hand them over from the output clientSecrets.",
        "The members of planners. Add them again.",
    ]
