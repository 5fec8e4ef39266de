"""FLOWMCP-001: the authorization server is reached over https."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from flow_mcp.review.policy.rule import Context, Resource, RuleSettings, Unknown, Violation
from flow_mcp.review.policy.rules.authority_https import AuthorityHttps

SETTINGS = "flow-mcp:index:McpServerSettings"
STACK = "pulumi:pulumi:Stack"
PROVIDER = "pulumi:providers:keycloak"
REALM = "keycloak:index/realm:Realm"
PLAIN = "http://id.acme.example"
PROBLEM = "is neither an https address nor plain http to loopback: tokens can be read in transit"


def found(resource: Resource) -> list[Violation | Unknown]:
    return list(AuthorityHttps().in_resource(resource, Context(date(2026, 11, 1), RuleSettings())))


def plain_http(*paths: str) -> list[Violation]:
    """The problem at each path, written as in `a.b[0].c`."""
    parts = [re.findall(r"[^.\[\]]+", path) for path in paths]
    return [Violation(tuple(int(key) if key.isdigit() else key for key in keys), PROBLEM) for keys in parts]


def declared(server: Any) -> Mapping[str, Any]:
    return {"tenant": {"id": "acme", "authorizationServer": server}}


@pytest.mark.parametrize(
    "address",
    [
        "https://id.acme.example",
        "HTTPS://id.acme.example:8443/auth?tenant=a@b#c",
        "https://[2001:db8::1]/realms/acme",
        "http://localhost:8180",
        "HTTP://LOCALHOST/realms/acme",
        "http://127.0.0.1:8180/realms/acme",
        "http://127.255.255.254",
        "http://[::1]:8180",
        "http://[0:0:0:0:0:0:0:1]",
    ],
)
def test_https_and_loopback_are_accepted(address: str) -> None:
    assert found(Resource(PROVIDER, {"url": address})) == []


@pytest.mark.parametrize(
    "address",
    [
        "http://id.acme.example",
        "HTTP://id.acme.example",
        "hTTp://id.acme.example:8180/realms/acme",
        "http://10.0.0.7:8080",
        "http://0.0.0.0:8080",
        "http://[::]",
        "http://[2001:db8::1]",
        "http://localhost.acme.example",
        "http://localhost@id.acme.example",
        "http://127.0.0.1:8180@id.acme.example",
        "http://id.acme.example\\@localhost",
        "http://localhost\\.id.acme.example",
        "http://[::1]id.acme.example",
        "http://[::1",
        "http://127.0.0.1.nip.io",
        "http://127.1",
        "http://2130706433",
        "http://locaIhost",
        "http://ⓛocalhost",
        "http://localhost\n.id.acme.example",
        "http://localhost/\\realms",
        "https://id.acme.example/realms acme",
        " http://localhost",
        "http:/localhost",
        "http:localhost",
        "http://",
        "https://",
        "https:///id.acme.example",
        "https://admin:password@id.acme.example",
        "//id.acme.example",
        "id.acme.example",
        "ftp://id.acme.example",
        "[secret]",
        True,
        8180,
    ],
)
def test_every_other_address_is_rejected(address: Any) -> None:
    assert found(Resource(PROVIDER, {"url": address})) == plain_http("url")


def test_a_declared_server_is_searched_whatever_its_kind() -> None:
    server = {
        "keycloak": {"url": PLAIN, "adminUrl": PLAIN, "realm": {"name": "acme"}},
        "external": {"issuer": PLAIN, "metadata": [{"metadataUrl": PLAIN}, {"tokenEndpoint": PLAIN}]},
    }
    here = "tenant.authorizationServer"
    assert found(Resource(SETTINGS, declared(server))) == plain_http(
        f"{here}.keycloak.url",
        f"{here}.keycloak.adminUrl",
        f"{here}.external.issuer",
        f"{here}.external.metadata[0].metadataUrl",
        f"{here}.external.metadata[1].tokenEndpoint",
    )


@pytest.mark.parametrize("kind", [SETTINGS, STACK])
def test_the_authority_and_the_document_of_the_outputs_are_searched(kind: str) -> None:
    clients = [{"tokenRequests": [{"tokenEndpoint": PLAIN, "parameters": {"resource": PLAIN}}]}]
    server = {"authority": PLAIN, "issuers": ["https://a", PLAIN], "metadataUrl": PLAIN, "clients": clients}
    settings = json.dumps({"authorizationServers": [server], "protectedResources": [{"url": PLAIN}]})
    here = "settings.authorizationServers[0]"
    assert found(Resource(kind, outputs={"authority": PLAIN, "settings": settings})) == plain_http(
        "authority",
        f"{here}.authority",
        f"{here}.issuers[1]",
        f"{here}.metadataUrl",
        f"{here}.clients[0].tokenRequests[0].tokenEndpoint",
    )


@pytest.mark.parametrize("settings", ["not JSON", "[]", "7", '{"authorizationServers": null}', 7, None])
def test_an_output_that_is_no_settings_document_has_no_addresses(settings: Any) -> None:
    assert found(Resource(STACK, outputs={"settings": settings})) == []


def test_a_provider_is_searched_for_both_of_its_addresses() -> None:
    resource = Resource(PROVIDER, {"url": PLAIN, "adminUrl": PLAIN, "clientId": PLAIN})
    assert found(resource) == plain_http("adminUrl", "url")


def test_other_resources_of_our_package_are_searched() -> None:
    resource = Resource("flow-mcp:index:AuthorizationServerMetadata", {"authority": PLAIN, "realmId": PLAIN})
    assert found(resource) == plain_http("authority")


def test_a_realm_with_a_plain_http_frontend_or_without_required_ssl_is_rejected() -> None:
    inputs = {"realm": "acme", "attributes": {"frontendUrl": PLAIN, "note": PLAIN}, "sslRequired": "NONE"}
    assert found(Resource(REALM, inputs)) == [
        *plain_http("attributes.frontendUrl"),
        Violation(("sslRequired",), "allows plain http to the realm from any address"),
    ]


@pytest.mark.parametrize(
    "resource",
    [
        Resource(REALM, {"realm": "acme"}),
        Resource(REALM, outputs={"realm": "acme", "sslRequired": "none"}),
        Resource(REALM, {"realm": "none", "sslRequired": "all", "attributes": {"frontendUrl": ""}}),
        Resource(PROVIDER, {"url": None, "adminUrl": ""}),
        Resource(SETTINGS, {"tenant": None}),
        Resource(SETTINGS, {"tenant": "acme"}),
        Resource(SETTINGS, declared({"auth0": {"domain": "acme.eu.auth0.com"}})),
        Resource("azuread:index/application:Application", {"url": PLAIN}),
    ],
)
def test_a_resource_without_an_address_is_accepted(resource: Resource) -> None:
    assert found(resource) == []


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (Resource(SETTINGS, {"tenant": Unknown("tenant")}), "tenant"),
        (Resource(SETTINGS, declared(Unknown("tenant.authorizationServer"))), "tenant.authorizationServer"),
        (Resource(STACK, outputs={"authority": Unknown("authority")}), "authority"),
        (Resource(STACK, outputs={"settings": Unknown("settings")}), "settings"),
        (Resource(PROVIDER, {"url": Unknown("url")}), "url"),
        (Resource(REALM, {"attributes": Unknown("attributes")}), "attributes"),
        (Resource(REALM, {"sslRequired": Unknown("sslRequired")}), "sslRequired"),
    ],
)
def test_an_unknown_address_is_reported_as_unknown(resource: Resource, path: str) -> None:
    assert found(resource) == [Unknown(path)]


def test_an_unknown_value_hides_no_violation_beside_it() -> None:
    server = {"keycloak": {"url": Unknown("there"), "adminUrl": PLAIN}}
    assert found(Resource(SETTINGS, declared(server))) == [
        Unknown("there"),
        *plain_http("tenant.authorizationServer.keycloak.adminUrl"),
    ]
