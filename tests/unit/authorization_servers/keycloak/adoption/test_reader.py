"""Reading of realms, with representations of any shape."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_mcp.authorization_servers.adoption import Left, OtherClient
from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError
from flow_mcp.authorization_servers.keycloak.adoption.reader import KeycloakReader
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.operations.adopt.tenant_file import tenant_file
from tests.unit.authorization_servers.keycloak.adoption.realm import FLOW, PRODUCTION, proposal, scope
from tests.unit.authorization_servers.odd_content import JSON, assert_shown_exactly

_AGENT: dict[str, Any] = {
    "id": "agent-id",
    "clientId": "agent",
    "protocol": "openid-connect",
    "enabled": True,
    "standardFlowEnabled": False,
    "serviceAccountsEnabled": True,
    "publicClient": False,
    "optionalClientScopes": ["mcp"],
    "attributes": {},
}
_SCOPES = [scope("mcp", PRODUCTION)]


def _realm(*clients: Any, scopes: Any = _SCOPES) -> dict[str, Any]:
    return {"/realms/acme/clients": list(clients), "/realms/acme/client-scopes": scopes}


def test_a_client_whose_tokens_reach_the_tenant_is_taken_over() -> None:
    made = proposal(_realm(_AGENT))
    assert made.tenant["clients"] == {
        "agent": {"grant": "client-credentials", "clientId": "agent", "access": ["1/production"]}
    }
    assert made.tenant["adopted"]["Client/agent"]["id"] == "acme/agent-id"
    assert made.tenant["authorizationServer"]["keycloak"]["scopes"] == {"1/production": "mcp"}


@pytest.mark.parametrize("content", [_realm(), _realm(_AGENT, scopes=[])])
def test_what_the_administrator_may_not_see_is_not_absent(content: dict[str, Any]) -> None:
    with pytest.raises(RightsError, match="realm-management role view-clients"):
        proposal(content)


def test_a_client_of_others_is_left_alone() -> None:
    other = {**_AGENT, "id": "erp-id", "clientId": "erp", "optionalClientScopes": []}
    assert proposal(_realm(_AGENT, other)).reading.others == (
        OtherClient("erp", "It is not a client of the tenant."),
    )


def test_a_named_client_is_the_tenants_even_if_its_tokens_reach_nothing() -> None:
    named = {**_AGENT, "id": "crm-id", "clientId": "crm", "optionalClientScopes": []}
    made = proposal(_realm(_AGENT, named), client_ids={"crm": "--client", "gone": "--client"})
    assert made.tenant["clients"]["crm"]["access"] == ["*"]
    assert [client.why for client in made.reading.clients] == ["It is named by --client."]
    assert made.reading.others == (
        OtherClient("agent", "It is not a client of the tenant."),
        OtherClient("gone", "The realm has no such client.", belongs=True),
    )


@pytest.mark.parametrize(
    "obstacle",
    [{"authorizationServicesEnabled": True}, {"clientAuthenticatorType": "client-x509"}],
    ids=["authorization services", "mutual TLS"],
)
def test_a_program_that_is_only_listed_has_named_access_as_flowmcp_033_requires(
    obstacle: dict[str, Any],
) -> None:
    listed = {**_AGENT, "optionalClientScopes": [], **obstacle}
    made = proposal(_realm(listed), client_ids={"agent": "--client"}, workspaces={"1": ["a"], "2": ["b"]})
    assert made.tenant["manualRegistrations"] == {
        "agent": {"clientId": "agent", "grant": "client-credentials", "access": ["1/*", "2/*"]}
    }
    assert yaml.safe_load(tenant_file(made, "schema.json")) == {"config": {"flow-mcp:tenant": made.tenant}}


def test_text_attributes_count_as_the_plugin_reads_them() -> None:
    attributes = {"standard.token.exchange.enabled": "TRUE", "use.refresh.tokens": "True"}
    taken_over = proposal(_realm({**_AGENT, "attributes": attributes})).imports.taken_over
    differing = {entry.property for item in taken_over for entry in item.differences}
    assert "standardTokenExchangeEnabled" in differing
    assert "useRefreshTokens" not in differing


def test_redirect_uris_of_a_program_are_kept_and_the_remark_says_what_to_remove_first() -> None:
    (client,) = proposal(_realm({**_AGENT, "redirectUris": ["/*"], "webOrigins": ["*"]})).reading.clients
    assert client.remarks[0].startswith("It has redirect URIs or web origins, which a program does not use")


@pytest.mark.parametrize(
    ("attribute", "parameter"),
    [
        ("exclude.issuer.from.auth.response", "iss"),
        ("exclude.session.state.from.auth.response", "session_state"),
    ],
)
def test_a_client_with_an_attribute_that_the_plugin_would_reset_is_listed(
    attribute: str, parameter: str
) -> None:
    (client,) = proposal(_realm({**_AGENT, "attributes": {attribute: "true"}})).reading.clients
    assert client.section == "manualRegistrations"
    assert client.remarks[0].startswith(f"It omits {parameter} in authentication responses")


@pytest.mark.parametrize(
    ("attribute", "value", "remark"),
    [
        (
            "access.token.signed.response.alg",
            "ES256",
            "Its tokens are signed with ES256, and the runtime accepts",
        ),
        (
            "dpop.bound.access.tokens",
            "true",
            "Its tokens are bound by DPoP, and the runtime rejects them until",
        ),
        ("tls.client.certificate.bound.access.tokens", "true", "Its tokens are bound to a certificate"),
        ("client.use.lightweight.access.token.enabled", "TRUE", "Its access tokens are lightweight"),
    ],
)
def test_settings_whose_tokens_the_runtime_rejects_are_mentioned(
    attribute: str, value: str, remark: str
) -> None:
    (client,) = proposal(_realm({**_AGENT, "attributes": {attribute: value}})).reading.clients
    assert [text[: len(remark)] for text in client.remarks] == [remark]
    off = {"access.token.signed.response.alg": "RS256"} | ({} if "alg" in attribute else {attribute: "false"})
    (client,) = proposal(_realm({**_AGENT, "attributes": off})).reading.clients
    assert client.remarks == ()


def test_a_realm_that_signs_with_another_algorithm_is_mentioned() -> None:
    realm = {"realm": "acme", "defaultSignatureAlgorithm": "PS256"}
    made = proposal({**_realm(_AGENT), "/realms/acme": realm})
    assert made.reading.remarks[0].startswith(
        "The realm signs tokens with PS256, and the runtime accepts RS256."
    )
    made = proposal({**_realm(_AGENT), "/realms/acme": {**realm, "defaultSignatureAlgorithm": "RS256"}})
    assert made.reading.remarks == ()


def test_a_client_of_another_stack_is_left_alone() -> None:
    owned = {**_AGENT, "attributes": {"flowMcpOwner": "flow-mcp:globex"}}
    assert proposal(_realm(owned)).reading.others == (
        OtherClient("agent", "It was created by the stack of flow-mcp:globex, which manages it.", True),
    )


@pytest.mark.parametrize(
    ("scopes", "remark"),
    [
        (
            [scope("a", PRODUCTION), scope("b", PRODUCTION)],
            "2 scopes add the audience of 1/production (a, b)",
        ),
        ([scope("mcp prod", PRODUCTION)], "a tenant's file cannot declare its name"),
        ([scope("profile", PRODUCTION)], "a tenant's file cannot declare its name"),
    ],
)
def test_a_scope_that_cannot_be_managed_stays(scopes: list[Any], remark: str) -> None:
    client = {**_AGENT, "optionalClientScopes": [entry["name"] for entry in scopes]}
    made = proposal(_realm(client, scopes=scopes))
    assert remark in made.reading.remarks[0]
    assert "scopes" not in made.tenant["authorizationServer"]["keycloak"]
    assert made.tenant["adopted"]["ClientScope/1/production"] == {"leave": True}


def test_a_scope_with_the_stacks_name_but_no_audience_gets_one_later() -> None:
    own = {"id": "own-id", "name": "flow-mcp/acme/1/production", "protocol": "openid-connect"}
    made = proposal(_realm(_AGENT, scopes=[own]), client_ids={"agent": "--client"})
    left = Left(
        "AudienceProtocolMapper/1/production-audience", "Adds the audience of 1/production to tokens."
    )
    assert left in made.imports.left
    assert made.tenant["adopted"]["ClientScope/1/production"]["id"] == "acme/own-id"


def test_people_are_the_groups_with_a_realm_role_or_a_clients_role_that_gates_the_scope() -> None:
    portal = {
        **_AGENT,
        "clientId": "portal",
        "standardFlowEnabled": True,
        "redirectUris": ["https://portal.example/cb"],
    }
    content = {
        **_realm(portal),
        "/realms/acme/client-scopes/mcp-id/scope-mappings": {
            "realmMappings": [{"name": "planner"}],
            "clientMappings": {"erp": {"id": "erp-id", "client": "erp", "mappings": [{"name": "user/eu"}]}},
        },
        "/realms/acme/roles/planner/groups": [{"path": "/planners"}],
        "/realms/acme/clients/erp-id/roles/user%2Feu/groups": [{"path": "/sales/emea"}],
    }
    assert proposal(content).tenant["clients"]["portal"]["people"] == {"groups": ["/planners", "/sales/emea"]}


_PORTAL = {
    **_AGENT,
    "clientId": "portal",
    "standardFlowEnabled": True,
    "redirectUris": ["https://portal.example/cb"],
}
_GATED = {
    **_realm(_PORTAL, {"id": "erp-id", "clientId": "erp"}),
    "/realms/acme/client-scopes/mcp-id/scope-mappings": {"realmMappings": [{"name": "planner"}]},
    "/realms/acme/roles/planner/groups": [{"path": "/planners"}],
    "/realms/acme/roles/planner/composites": [
        {"name": "user", "clientRole": True, "containerId": "erp-id"},
        {"name": "foreign", "clientRole": True, "containerId": "unknown-id"},
    ],
    "/realms/acme/clients/erp-id/roles/user/groups": [{"path": "/erp"}],
    "/realms/acme/roles": [
        {"name": "planner", "composite": True},
        {"name": "manager", "composite": True},
        {"name": "director", "composite": True},
        {"name": "default-roles-acme", "composite": True},
        {"name": "plain"},
    ],
    "/realms/acme/roles/manager/composites": [{"name": "planner"}],
    "/realms/acme/roles/director/composites": [{"name": "manager"}, {"name": "plain"}],
    "/realms/acme/roles/director/groups": [{"path": "/board"}],
    "/realms/acme/roles/plain/groups": [{"path": "/others"}],
}
_OF_ROLES = (
    "The roles planner gate its scopes. They stay; the stack does not manage them.",
    "The roles director, erp/user, manager admit people too, because they contain one of these roles or are "
    "contained in one.",
)


def test_people_include_the_groups_with_a_role_that_contains_the_gate_or_is_contained_in_it() -> None:
    made = proposal(_GATED)
    assert made.tenant["clients"]["portal"]["people"] == {"groups": ["/board", "/erp", "/planners"]}
    assert made.reading.clients[0].remarks[-2:] == _OF_ROLES


def test_a_gate_in_the_default_role_admits_everyone() -> None:
    default = {"/realms/acme/roles/default-roles-acme/composites": [{"name": "manager"}]}
    made = proposal({**_GATED, **default})
    assert made.tenant["clients"]["portal"]["people"] == "everyone"
    assert made.reading.clients[0].remarks[-1] == "Every user has the role default-roles-acme."


def test_people_with_a_role_of_their_own_are_mentioned_and_service_accounts_are_not() -> None:
    agent = {"/realms/acme/roles/manager/users": [{"username": "service-account-agent"}]}
    assert proposal({**_GATED, **agent}).reading.clients[0].remarks[-2:] == _OF_ROLES
    ann = {"/realms/acme/roles/manager/users": [{"username": "service-account-agent"}, {"username": "ann"}]}
    assert proposal({**_GATED, **ann}).reading.clients[0].remarks[-1] == (
        "People have these roles directly too, and a tenant's file declares groups. They keep them, and are "
        "not managed."
    )


def test_the_effect_names_built_in_scopes_that_an_imported_realm_lacks() -> None:
    effects = {left.resource: left.effect for left in proposal(_realm(_AGENT)).imports.left}
    complete = _realm(_AGENT, scopes=[*_SCOPES, {"id": "basic-id", "name": "basic"}])
    assert effects["ClientDefaultScopes/agent-default-scopes"] == (
        "Adds the default scopes basic. The realm has no scope basic; create it first."
    )
    effects = {left.resource: left.effect for left in proposal(complete).imports.left}
    assert effects["ClientDefaultScopes/agent-default-scopes"] == "Adds the default scopes basic."


def test_a_missing_realm_is_an_error_with_a_remedy() -> None:
    with pytest.raises(AuthorizationServerError, match="has no realm acme"):
        proposal({"/realms/acme": None})


def test_an_authority_that_is_not_the_issuer_is_an_error_with_the_right_one() -> None:
    frontend = {"realm": "acme", "attributes": {"frontendUrl": "https://login.example/"}}
    with pytest.raises(AuthorizationServerError) as caught:
        proposal({**_realm(_AGENT), "/realms/acme": frontend})
    assert str(caught.value) == (
        "The realm acme has the frontend URL https://login.example, so its issuer is not "
        "https://id.example/realms/acme. Give --authority https://login.example/realms/acme, and the address "
        "of the admin API with --set adminUrl=https://id.example."
    )
    same = {"realm": "acme", "attributes": {"frontendUrl": "https://id.example/"}}
    assert proposal({**_realm(_AGENT), "/realms/acme": same}).tenant["clients"].keys() == {"agent"}


@pytest.mark.parametrize(
    ("authority", "server"),
    [
        ("https://id.example/realms/acme", {"url": "https://id.example", "name": "acme"}),
        ("https://id.example/auth/realms/a%20b/", {"url": "https://id.example/auth", "name": "a b"}),
        ("https://login.microsoftonline.com/x/v2.0", None),
        ("/realms/acme", None),
    ],
)
def test_an_issuer_of_keycloak_is_recognized(authority: str, server: dict[str, str] | None) -> None:
    realm = {"name": server["name"], "create": False} if server else None
    expected: dict[str, Any] | None = {"url": server["url"], "realm": realm} if server else None
    assert KeycloakReader().server_of(authority) == expected


_KEYS = st.sampled_from(
    [
        *("id", "clientId", "name", "description", "protocol", "enabled", "publicClient", "bearerOnly"),
        *("standardFlowEnabled", "serviceAccountsEnabled", "clientAuthenticatorType", "attributes"),
        *("redirectUris", "webOrigins", "defaultClientScopes", "optionalClientScopes", "protocolMappers"),
        *("authenticationFlowBindingOverrides", "authorizationServicesEnabled", "fullScopeAllowed"),
    ]
)
_ODD = st.dictionaries(_KEYS, JSON, max_size=5)
_URIS = st.lists(
    st.sampled_from(["*", "+", "/x", "https://a.example/*", "a:/b", "http://127.0.0.1/cb", "\u202e", ""])
    | st.text(max_size=30),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.builds(lambda odd, uris: {**_AGENT, "redirectUris": uris, **odd}, _ODD, _URIS), max_size=3),
    st.lists(
        st.builds(lambda odd, name: {**scope(name, PRODUCTION), **odd}, _ODD, st.text(max_size=9)), max_size=3
    ),
    st.dictionaries(st.sampled_from(["1/production", "agent", "scope-mappings"]), JSON, max_size=2),
    st.booleans(),
)
def test_a_realm_of_any_shape_ends_in_a_proposal_or_an_error_with_a_remedy(
    clients: list[Any], scopes: list[Any], odd: dict[str, Any], named: bool
) -> None:
    content = {
        **_realm(*clients, scopes=[*scopes, *_SCOPES, odd]),
        "/realms/acme/client-scopes/mcp-id/scope-mappings": odd,
        "/realms/acme/clients/agent-id/service-account-user": odd,
    }
    try:
        made = proposal(content, client_ids={"agent": "--client"} if named else {})
    except FlowMcpError:
        return
    assert_shown_exactly(made)


def test_the_flow_instance_itself_as_audience_is_reported() -> None:
    made = proposal(_realm({**_AGENT, "optionalClientScopes": ["flow"]}, scopes=[scope("flow", FLOW)]))
    assert made.tenant["clients"]["agent"]["access"] == ["*"]
    assert f"The optional scope flow adds the audience {FLOW}." in made.reading.clients[0].remarks[0]
