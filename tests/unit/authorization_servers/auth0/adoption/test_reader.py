"""Reading of Auth0 tenants, with objects of any shape."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_mcp.authorization_servers.adoption import Left, OtherClient
from flow_mcp.authorization_servers.auth0.adoption.reader import Auth0Reader
from flow_mcp.authorization_servers.errors import AuthorizationServerError, RightsError
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.operations.adopt.errors import AdoptError
from tests.unit.authorization_servers.auth0.adoption.tenant import (
    PRODUCTION,
    TEST,
    api,
    application,
    content,
    grant,
    program,
    proposal,
)
from tests.unit.authorization_servers.odd_content import JSON, assert_shown_exactly

_AGENT = program("agent", "Nightly agent")
_API = api("api-1", PRODUCTION)
_GRANT = grant("cgr_1", "agent", PRODUCTION)
_DESKTOP = application(
    "desktop",
    "Desktop",
    "authorization_code",
    app_type="native",
    token_endpoint_auth_method="none",
    callbacks=["http://127.0.0.1:6274/cb"],
)


def _user_grant(identity: str, audience: str) -> dict[str, Any]:
    return grant(identity, "desktop", audience, subject_type="user")


def _role(name: str, *permissions: tuple[str, str]) -> dict[str, Any]:
    """Return the lists of a role and of its permissions, by path."""
    listed = [
        {"resource_server_identifier": audience, "permission_name": permission}
        for audience, permission in permissions
    ]
    return {"roles": [{"id": f"rol_{name}", "name": name}], f"roles/rol_{name}/permissions": listed}


def test_a_program_with_a_grant_is_taken_over() -> None:
    made = proposal(content([_AGENT], [_API], [_GRANT]))
    assert made.tenant == {
        "id": "hooli",
        "workspaces": {"7": {"environments": ["production"]}},
        "authorizationServer": {"auth0": {"tokens": {"access": "1d"}, "domain": "hooli.eu.auth0.com"}},
        "clients": {"nightly-agent": {"grant": "client-credentials", "access": ["7/production"]}},
        "adopted": {
            "Client/nightly-agent": {"id": "agent", "keep": ["clientMetadata", "description", "name"]},
            "ClientCredentials/nightly-agent-credentials": {"id": "agent", "keep": ["authenticationMethod"]},
            "ClientGrant/nightly-agent/7/production": {"id": "cgr_1"},
            "ResourceServer/7/production": {
                "id": "api-1",
                "keep": ["name", "subjectTypeAuthorization", "tokenLifetimeForWeb"],
            },
            "ResourceServerScopes/7/production-scopes": {"id": PRODUCTION, "keep": ["scopes"]},
        },
    }
    assert made.reading.clients[0].why == "It has a client grant for 7/production for itself."


def test_applications_of_others_are_left_alone_with_the_reason() -> None:
    others = [
        program("erp", "ERP"),
        program("tpc_1", "Registered"),
        program("cimd", "Document", external_client_id="https://claude.ai/client"),
        program("owned", "Owned", client_metadata={"flow_mcp_owner": "flow-mcp:globex"}),
        application("device", "Device", "password"),
        application("all", "All Applications", **{"global": True}),
    ]
    grants = [grant(f"cgr_{client}", client, PRODUCTION) for client in ("tpc_1", "cimd", "owned", "device")]
    assert proposal(content([_AGENT, *others], [_API], [_GRANT, *grants])).reading.others == (
        OtherClient("all", "Its name is All Applications. Auth0 creates it in every Auth0 tenant."),
        OtherClient(
            "cimd",
            "Its name is Document. It was imported from the metadata document https://claude.ai/client. "
            "Declare the document under registration.metadataDocuments after you removed the application.",
            True,
        ),
        OtherClient(
            "device",
            "Its name is Device. It has neither the grant authorization_code nor client_credentials (its "
            "grants: password), and a tenant's file declares no others.",
            True,
        ),
        OtherClient("erp", "Its name is ERP. It is not a client of the tenant."),
        OtherClient(
            "owned",
            "Its name is Owned. It was created by the stack of flow-mcp:globex, which manages it.",
            True,
        ),
        OtherClient(
            "tpc_1",
            "Its name is Registered. It registered itself. registration.dynamic gives access to such "
            "applications.",
            True,
        ),
    )


def test_a_named_client_is_the_tenants_even_without_a_grant() -> None:
    named = {"agent": "--client", "gone": "--client"}
    made = proposal(content([_AGENT], [_API]), client_ids=named)
    assert made.tenant["clients"]["nightly-agent"]["access"] == ["*"]
    assert made.reading.others == (
        OtherClient("gone", "The Auth0 tenant has no such application.", belongs=True),
    )
    assert made.imports.left == (
        Left("ClientGrant/nightly-agent/7/production", "Grants the permission mcp:access of 7/production."),
    )


def test_a_resource_without_an_api_gets_one_later() -> None:
    made = proposal(content([_AGENT], []), client_ids={"agent": "--client"}, workspaces={"7": ["production"]})
    assert [left.resource for left in made.imports.left] == [
        "ClientGrant/nightly-agent/7/production",
        "ResourceServer/7/production",
    ]


def test_people_are_those_with_a_role_if_the_api_enforces_roles() -> None:
    roles = _role("planners", (PRODUCTION, "mcp:access"), ("https://erp.example", "read"))
    enforcing = api("api-1", PRODUCTION, enforce_policies=True)
    made = proposal(content([_DESKTOP], [enforcing], [_user_grant("cgr_1", PRODUCTION)], **roles))
    assert made.tenant["clients"]["desktop"]["people"] == {"groups": ["planners"]}
    assert made.tenant["adopted"]["RolePermission/7/production:planners"] == {
        "id": f"rol_planners::{PRODUCTION}::mcp:access"
    }
    made = proposal(content([_DESKTOP], [_API], [_user_grant("cgr_1", PRODUCTION)], **roles))
    assert made.tenant["clients"]["desktop"]["people"] == "everyone"


def test_resources_that_a_client_joins_have_the_people_of_all_of_them() -> None:
    planners = _role("planners", (PRODUCTION, "mcp:access"))
    apis = [api("api-1", PRODUCTION, enforce_policies=True), api("api-2", TEST, enforce_policies=True)]
    grants = [_user_grant("cgr_1", PRODUCTION), _user_grant("cgr_2", TEST)]
    made = proposal(content([_DESKTOP], apis, grants, **planners))
    assert made.tenant["clients"]["desktop"]["people"] == {"groups": ["planners"]}
    assert made.reading.clients[0].remarks == (
        "Its resources are declared with the same people, because clients reach them together.",
    )
    assert made.tenant["adopted"]["RolePermission/7/test:planners"] == {"leave": True}


def test_an_open_api_admits_named_clients_of_people_only() -> None:
    made = proposal(content([_DESKTOP], [_API]), client_ids={"desktop": "--client"})
    assert made.tenant["clients"]["desktop"]["access"] == ["7/production"]
    assert made.reading.clients[0].remarks == (
        "It has no client grant. The APIs of 7/production admit every application of people.",
    )
    made = proposal(content([_AGENT, _DESKTOP], [_API], [_GRANT]))
    assert [client.client_id for client in made.reading.clients] == ["agent"]
    assert made.reading.remarks == (
        "The APIs of 7/production admit every application of people without a client grant. Applications "
        "without one are chosen only if --client or Flow's settings name them.",
    )


def test_two_applications_with_one_name_get_different_names() -> None:
    twin = program("agent-2", "Nightly agent")
    made = proposal(content([twin, _AGENT], [_API], [_GRANT, grant("cgr_2", "agent-2", PRODUCTION)]))
    assert {client.name: client.client_id for client in made.reading.clients} == {
        "nightly-agent": "agent",
        "nightly-agent-2": "agent-2",
    }


def test_the_proposal_does_not_depend_on_the_servers_order() -> None:
    clients = [_AGENT, _DESKTOP, program("agent-2", "Nightly agent"), program("agent-3", "Nightly agent")]
    grants = [_GRANT, _user_grant("cgr_2", PRODUCTION), grant("cgr_3", "agent-2", PRODUCTION)]
    apis = [_API, api("api-2", TEST)]
    made = proposal(content(clients, apis, grants))
    reverse = proposal(content(clients[::-1], apis[::-1], grants[::-1]))
    assert (made.tenant, made.reading, made.imports) == (reverse.tenant, reverse.reading, reverse.imports)


def test_an_api_with_nearly_the_url_of_an_mcp_server_is_reported() -> None:
    made = proposal(
        content([_AGENT], [_API, api("api-2", f"{TEST}/")], [_GRANT, grant("cgr_2", "agent", f"{TEST}/")])
    )
    assert made.tenant["workspaces"] == {"7": {"environments": ["production"]}}
    assert f"It has a client grant for the API {TEST}/ for itself." in made.reading.clients[0].remarks[0]


@pytest.mark.parametrize(
    ("more", "obstacle"),
    [
        (
            {"client_authentication_methods": {"private_key_jwt": {"credentials": [{"id": "cred_1"}]}}},
            "It authenticates with a private key JWT, and Auth0 does not return the public key.",
        ),
        (
            {"client_authentication_methods": {"tls_client_auth": {}}},
            "It authenticates with tls_client_auth, which a tenant's file cannot declare.",
        ),
        (
            {"signed_request_object": {"required": True}},
            "It signs its authorization requests with a key that Auth0 does not return.",
        ),
    ],
)
def test_a_client_with_a_key_is_listed_only(more: dict[str, Any], obstacle: str) -> None:
    made = proposal(content([{**_AGENT, **more}], [_API], [_GRANT]))
    assert made.tenant["manualRegistrations"] == {
        "nightly-agent": {"clientId": "agent", "grant": "client-credentials", "access": ["7/production"]}
    }
    assert made.reading.clients[0].remarks[0].startswith(obstacle)


def test_a_client_that_a_tenants_file_cannot_declare_is_listed_with_its_client_id() -> None:
    bad = {**_DESKTOP, "callbacks": []}
    made = proposal(content([bad], [_API], [_user_grant("cgr_1", PRODUCTION)]))
    assert made.tenant["manualRegistrations"] == {
        "desktop": {"clientId": "desktop", "grant": "authorization-code", "access": ["7/production"]}
    }


def test_empty_lists_that_the_plugin_cannot_keep_are_left() -> None:
    made = proposal(
        content(
            [_AGENT], [api("api-1", PRODUCTION, scopes=[])], [grant("cgr_1", "agent", PRODUCTION, scope=[])]
        )
    )
    assert made.imports.left == (
        Left(
            "ClientGrant/nightly-agent/7/production",
            "Delete cgr_1, which grants nothing. The stack then grants mcp:access.",
        ),
        Left(
            "ResourceServerScopes/7/production-scopes",
            "Adds the permission mcp:access to the API of 7/production.",
        ),
    )
    assert "Remove the line ResourceServerScopes/7/production-scopes." in made.reading.remarks[0]


def test_a_tenant_without_apis_needs_its_workspaces() -> None:
    with pytest.raises(AdoptError, match="Name the workspaces and environments with --workspace"):
        proposal(content([_AGENT], []), client_ids={"agent": "--client"})


def test_applications_without_details_show_a_missing_permission() -> None:
    names_only = [{"client_id": "agent", "name": "Nightly agent", "app_type": "native"}]
    with pytest.raises(RightsError, match="Grant read:clients"):
        proposal(content(names_only, [_API], [_GRANT]))


def test_a_missing_domain_is_an_error_with_a_remedy() -> None:
    from flow_mcp.authorization_servers.adoption import AdoptionRequest

    with pytest.raises(AuthorizationServerError, match="--set domain="):
        Auth0Reader().read(AdoptionRequest("hooli", "https://app.example", {}), lambda _: None)


@pytest.mark.parametrize(
    ("authority", "domain"),
    [
        ("https://hooli.eu.auth0.com/", "hooli.eu.auth0.com"),
        ("https://hooli.eu.auth0.com", "hooli.eu.auth0.com"),
        ("https://login.hooli.example/", None),
        ("http://hooli.eu.auth0.com/", None),
        ("https://hooli.eu.auth0.com/realms/x", None),
        ("https://hooli.eu.auth0.com.example/", None),
        ("https://[", None),
    ],
)
def test_an_issuer_of_auth0_is_recognized(authority: str, domain: str | None) -> None:
    assert Auth0Reader().server_of(authority) == ({"domain": domain} if domain else None)


_KEYS = st.sampled_from(
    [
        *("client_id", "name", "description", "app_type", "grant_types", "callbacks", "web_origins"),
        *("allowed_origins", "is_first_party", "oidc_conformant", "jwt_configuration", "refresh_token"),
        *("client_metadata", "token_endpoint_auth_method", "client_authentication_methods", "addons"),
        *("organization_usage", "require_proof_of_possession", "signed_request_object", "global", "id"),
        *("identifier", "scopes", "enforce_policies", "token_lifetime", "token_dialect", "signing_alg"),
        *("subject_type_authorization", "allow_offline_access", "proof_of_possession", "audience", "scope"),
        *("subject_type", "allow_all_scopes", "default_for", "external_client_id", "custom_login_page"),
    ]
)
_ODD = st.dictionaries(_KEYS, JSON, max_size=5)


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.builds(lambda odd, base: {**base, **odd}, _ODD, st.sampled_from([_AGENT, _DESKTOP]))),
    st.lists(st.builds(lambda odd: {**_API, **odd}, _ODD), max_size=3),
    st.lists(st.builds(lambda odd: {**_GRANT, **odd}, _ODD), max_size=3),
    st.dictionaries(st.sampled_from(["id", "name", "permission_name"]), JSON, max_size=3),
    st.booleans(),
)
def test_a_tenant_of_any_shape_ends_in_a_proposal_or_an_error_with_a_remedy(
    clients: list[Any], apis: list[Any], grants: list[Any], odd: dict[str, Any], named: bool
) -> None:
    enforcing = api("api-2", TEST, enforce_policies=True)
    objects = content(
        [*clients, _AGENT, _DESKTOP],
        [*apis, _API, enforcing],
        [*grants, _GRANT, _user_grant("cgr_2", TEST)],
        **_role("planners", (TEST, "mcp:access")),
    )
    objects["/api/v2/roles"].append(odd)
    objects["/api/v2/roles/rol_planners/permissions"].append(odd)
    try:
        made = proposal(objects, client_ids={"agent": "--client"} if named else {})
    except FlowMcpError:
        return
    assert_shown_exactly(made)
