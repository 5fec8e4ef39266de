"""Reading of Scalekit environments, with representations of any shape."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flow_mcp.authorization_servers.adoption import (
    AdoptionRequest,
    Difference,
    Imports,
    OtherClient,
    TakenOver,
)
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.scalekit.adoption.reader import ScalekitReader
from flow_mcp.common.errors import FlowMcpError
from tests.engine.scalekit import URL
from tests.engine.scalekit_by_hand import client, mcp_server, scopes
from tests.unit.authorization_servers.odd_content import assert_shown_exactly
from tests.unit.authorization_servers.scalekit.adoption.environment import ENVIRONMENT_URL, FLOW, proposal

_SERVER = {"id": "res_1", **mcp_server(scopes=scopes("flow:mcp"))}
_AGENT = {"client_id": "m2m_1", **client("agent", scopes=["flow:mcp"], audience=[URL])}
_SECRETS = (
    "Scalekit returns a client's secret once, when it creates the client. The clients' secrets stay valid, "
    "and the stack's output clientSecrets does not contain them."
)


def test_a_client_of_the_tenants_mcp_server_is_taken_over() -> None:
    made = proposal([_SERVER], {"res_1": [_AGENT]})
    assert made.tenant == {
        "id": "umbrella",
        "workspaces": {"7": {"environments": ["production"]}},
        "authorizationServer": {
            "scalekit": {"environmentUrl": ENVIRONMENT_URL, "tokens": {"access": "1h"}},
        },
        "clients": {"agent": {"grant": "client-credentials", "access": ["7/production"]}},
        "adopted": {
            "ScalekitClient/agent": {"id": f"{ENVIRONMENT_URL}/res_1/m2m_1", "keep": ["name", "owner"]},
            "ScalekitResource/7/production": {
                "id": f"{ENVIRONMENT_URL}/res_1",
                "keep": ["name", "owner"],
            },
        },
    }
    assert made.imports == Imports(
        (
            TakenOver(
                "ScalekitClient/agent",
                f"{ENVIRONMENT_URL}/res_1/m2m_1",
                (
                    Difference("name", "agent", "flow-mcp-umbrella-agent"),
                    Difference("owner", "", "flow-mcp:umbrella:agent"),
                ),
            ),
            TakenOver(
                "ScalekitResource/7/production",
                f"{ENVIRONMENT_URL}/res_1",
                (
                    Difference("name", "Flow", "Flow umbrella: workspace 7, production"),
                    Difference("owner", "Made in the dashboard", "flow-mcp:umbrella"),
                ),
            ),
        ),
        (),
    )
    assert (made.reading.others, made.reading.remarks) == ((), (_SECRETS,))


def test_open_registration_is_declared_or_kept() -> None:
    opened = {
        **_SERVER,
        "disable_dynamic_client_registration": False,
        "enable_cimd": True,
        "cimd_client_allowlist": [{"type": "URL", "value": "https://claude.ai/*/code"}],
        "access_token_expiry": "0",
    }
    made = proposal([opened], {"res_1": [_AGENT]})
    assert made.tenant["authorizationServer"]["scalekit"] == {
        "environmentUrl": ENVIRONMENT_URL,
        "registration": {"dynamic": {"access": ["7/production"], "people": "everyone"}},
    }
    assert made.tenant["adopted"]["ScalekitResource/7/production"]["keep"] == [
        *("accessTokenSeconds", "deviations", "metadataDocuments", "name", "owner")
    ]
    assert made.reading.remarks == (
        "The lifetime of its access tokens cannot be declared.",
        "Its list of metadata documents cannot be declared. It stays, and the runtime rejects the clients of "
        "these documents.",
        "Every metadata document is accepted: the allowlist is off. That cannot be declared and stays; the "
        "runtime rejects clients whose metadata document is not declared.",
        _SECRETS,
    )


@pytest.mark.parametrize(
    ("of_client", "declared", "remarks"),
    [
        (["mcp:read"], {"scopes": ["mcp:read"]}, ()),
        (["mcp:read", "mcp:write"], {"scopes": ["mcp:read", "mcp:write"]}, ()),
        (
            [],
            {},
            (
                "The MCP server and its clients have no scope in common that a tenant's file can declare. "
                "The runtime rejects their tokens until the stack sets the scope flow:mcp. Remove scopes "
                "from the kept properties of the MCP server.",
            ),
        ),
    ],
)
def test_the_scopes_that_all_clients_have_are_declared(
    of_client: list[str], declared: dict[str, Any], remarks: tuple[str, ...]
) -> None:
    server = {**_SERVER, "scopes": scopes("mcp:read", "mcp:write")}
    made = proposal([server], {"res_1": [{**_AGENT, "scopes": of_client}]})
    lifetime = {"environmentUrl": ENVIRONMENT_URL, "tokens": {"access": "1h"}}
    assert made.tenant["authorizationServer"]["scalekit"] == {**lifetime, **declared}
    assert made.reading.remarks == (*remarks, _SECRETS)


def test_only_named_clients_are_the_tenants() -> None:
    other = {**_AGENT, "client_id": "m2m_2", "name": "crm"}
    named = {"m2m_2": "window.csv", "m2m_3": "window.csv"}
    made = proposal([_SERVER], {"res_1": [_AGENT, other]}, client_ids=named)
    assert [(item.client_id, item.why) for item in made.reading.clients] == [
        ("m2m_2", "It is named by window.csv.")
    ]
    assert made.reading.others == (
        OtherClient("m2m_1", "It is not one of the clients that were named."),
        OtherClient("m2m_3", "The MCP server res_1 has no such client.", belongs=True),
    )


def test_the_authority_chooses_an_mcp_server_with_another_url() -> None:
    other = {**_SERVER, "id": "res_2", "resource_uri": f"{URL}/"}
    made = proposal([_SERVER, other], {}, resource_id="res_2", workspaces={"7": ["production"]})
    entry = made.tenant["adopted"]["ScalekitResource/7/production"]
    assert entry == {"id": f"{ENVIRONMENT_URL}/res_2", "keep": ["name", "owner", "url"]}


@pytest.mark.parametrize(
    ("servers", "request_", "message"),
    [
        ([], {}, "No MCP server of Scalekit at .* has the URL of an MCP server of the tenant umbrella"),
        ([_SERVER], {"resource_id": "res_2"}, "has no MCP server res_2. Correct the authority"),
        (
            [{**_SERVER, "id": "res_2"}, _SERVER],
            {},
            r"several MCP servers of the tenant \(res_1 for 7/production, res_2 for 7/production\)",
        ),
        (
            [{**_SERVER, "resource_uri": "https://erp.example"}],
            {"resource_id": "res_1"},
            "has the URL https://erp.example, which is not that of an MCP server of the tenant",
        ),
        (
            [{**_SERVER, "description": "flow-mcp:umbrella"}],
            {},
            "created by the stack of flow-mcp:umbrella, which manages it",
        ),
    ],
)
def test_an_environment_without_one_mcp_server_of_the_tenant_is_an_error_with_a_remedy(
    servers: list[Any], request_: dict[str, Any], message: str
) -> None:
    with pytest.raises(AuthorizationServerError, match=message):
        proposal(servers, {}, **request_)


@pytest.mark.parametrize(
    "url", ["http://acme.scalekit.com", "https://acme.scalekit.com@evil.example", "acme.scalekit.com", None]
)
def test_credentials_are_not_sent_to_an_address_that_a_tenant_cannot_declare(url: str | None) -> None:
    def connect(address: str) -> NoReturn:
        pytest.fail(f"connected to {address}")

    request = AdoptionRequest("umbrella", FLOW, {"environmentUrl": url} if url else {})
    with pytest.raises(AuthorizationServerError, match=r"environmentUrl: .* Give --set environmentUrl="):
        ScalekitReader(connect).read(request, lambda _: None)


@pytest.mark.parametrize(
    ("authority", "environment_url"),
    [
        ("https://acme.scalekit.com/resources/res_1", "https://acme.scalekit.com"),
        ("https://id.acme.example/resources/res_1/", "https://id.acme.example"),
        ("https://acme.scalekit.dev/", "https://acme.scalekit.dev"),
        ("https://id.acme.example/", None),
        ("https://scalekit.com.example/", None),
        ("http://acme.scalekit.com", None),
        ("https://id.example/realms/acme", None),
    ],
)
def test_an_issuer_of_scalekit_is_recognized(authority: str, environment_url: str | None) -> None:
    expected = {"environmentUrl": environment_url} if environment_url else None
    assert ScalekitReader().server_of(authority) == expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(max_size=20),
    lambda parts: st.lists(parts, max_size=3) | st.dictionaries(st.text(max_size=20), parts, max_size=3),
    max_leaves=6,
)
_CLIENT_KEYS = st.sampled_from([*_AGENT, "custom_claims"])
_URIS = st.lists(
    st.sampled_from(["*", "/x", "https://a.example/*", "a:/b", "http://127.0.0.1/cb", "\u202e", ""])
    | st.text(max_size=30),
    max_size=4,
)


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from([*_SERVER]), _JSON, max_size=4),
    st.lists(
        st.builds(
            lambda odd, uris, name: {**_AGENT, "name": name, "redirect_uris": uris, **odd},
            st.dictionaries(_CLIENT_KEYS, _JSON, max_size=4),
            _URIS,
            st.text(max_size=20),
        )
        | _JSON,
        max_size=3,
    ),
    st.booleans(),
)
def test_an_environment_of_any_shape_ends_in_a_proposal_or_an_error_with_a_remedy(
    odd: dict[str, Any], clients: list[Any], named: bool
) -> None:
    request: dict[str, Any] = {"client_ids": {"m2m_1": "--client"}} if named else {}
    try:
        made = proposal([{**_SERVER, **odd}], {"res_1": clients}, **request)
    except FlowMcpError:
        return
    assert_shown_exactly(made)
