"""FLOWMCP-015: client ID metadata documents come from named hosts of one publisher."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK, SCALEKIT
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.metadata_documents import MetadataDocuments
from tests.unit.policies.findings import findings_of
from tests.unit.policies.judging import Findings, context, of_declaration

RULE = MetadataDocuments()
PROFILE = "keycloak:index/realmClientPolicyProfile:RealmClientPolicyProfile"
POLICY = "keycloak:index/realmClientPolicyProfilePolicy:RealmClientPolicyProfilePolicy"
DOCUMENT = "auth0:index/clientCimd:ClientCimd"
SCALEKIT_SERVER = "flow-mcp:index:ScalekitResource"
PUBLIC = "is on a public hosting platform, where anyone can publish a document"
NO_HOST = "does not name a single host"


def declared(
    server: dict[str, Any], key: str, *values: str, people: Any = "everyone", **configured: Any
) -> Findings:
    ((kind, own),) = server.items()
    documents = {key: list(values), "access": ["*"], "people": people}
    return of_declaration(
        RULE,
        {kind: {**own, "registration": {"metadataDocuments": documents}}},
        context=context(RULE, **configured),
        workspaces={"456": {"environments": ["production"]}},
    )


def refused(kind: str, key: str, entry: str) -> Findings:
    path = ("authorizationServer", kind, "registration", "metadataDocuments", key, entry)
    return [Violation(path, PUBLIC)]


def test_domains_of_an_application_are_accepted() -> None:
    assert declared(KEYCLOAK, "domains", "claude.ai", "notgithub.io", "vercel.app.acme.example") == []


@pytest.mark.parametrize(
    "domain", ["github.io", "acme.github.io", "a.b.vercel.app", "storage.googleapis.com"]
)
def test_public_hosting_and_its_subdomains_are_rejected(domain: str) -> None:
    assert declared(KEYCLOAK, "domains", "claude.ai", domain) == refused("keycloak", "domains", domain)


@pytest.mark.parametrize("server", [AUTH0, SCALEKIT])
def test_the_hosts_of_document_urls_are_checked(server: dict[str, Any]) -> None:
    ((kind, _),) = server.items()
    right, wrong = "https://claude.ai/oauth/client", "https://acme.github.io/client.json"
    assert declared(server, "documents", right) == []
    assert declared(server, "documents", right, wrong) == refused(kind, "documents", wrong)


def test_the_list_of_public_hosting_is_configurable() -> None:
    assert declared(KEYCLOAK, "domains", "acme.github.io", publicHosting=["sites.acme.example"]) == []
    found = declared(KEYCLOAK, "domains", "x.sites.acme.example", publicHosting=["sites.acme.example"])
    assert found == refused("keycloak", "domains", "x.sites.acme.example")


def profile(hosts: Any) -> dict[str, Any]:
    return {"executors": [{"configuration": {"cimd-allow-permitted-domains": hosts}}]}


@pytest.mark.parametrize(
    ("hosts", "problem"),
    [
        (json.dumps(["claude.ai", "127.0.0.1"]), None),
        (json.dumps(["*.acme.example"]), NO_HOST),
        (json.dumps(["claude.ai", "acme.github.io"]), PUBLIC),
        (json.dumps("ACME.GITHUB.IO"), PUBLIC),
        (json.dumps([7]), NO_HOST),
        (["pages.dev"], PUBLIC),
        ("not JSON", None),
        ("", NO_HOST),
        (7, NO_HOST),
        ("[" * 100_000, None),
    ],
)
def test_the_hosts_in_keycloaks_client_profiles_are_checked(hosts: Any, problem: str | None) -> None:
    path = ("executors", 0, "configuration", "cimd-allow-permitted-domains")
    assert findings_of(RULE, PROFILE, profile(hosts)) == ([Violation(path, problem)] if problem else [])


def test_the_hosts_in_client_policies_imported_documents_and_allowlists_are_checked() -> None:
    condition = {"client-id-uri-allow-permitted-domains": '["acme.github.io"]'}
    path = ("conditions", 0, "configuration", "client-id-uri-allow-permitted-domains")
    assert findings_of(RULE, POLICY, {"conditions": [{"configuration": condition}]}) == [
        Violation(path, PUBLIC)
    ]
    found = findings_of(RULE, DOCUMENT, {"externalClientId": "https://acme.github.io/client.json"})
    assert found == [Violation(("externalClientId",), PUBLIC)]
    found = findings_of(
        RULE, SCALEKIT_SERVER, {"metadataDocuments": ["https://claude.ai/oauth/*", "pages.dev"]}
    )
    assert found == [Violation(("metadataDocuments", 1), NO_HOST)]


def test_an_unknown_value_is_reported_as_unknown() -> None:
    assert findings_of(RULE, PROFILE, profile(Unknown("there"))) == [Unknown("there")]
    assert findings_of(RULE, SCALEKIT_SERVER, {"metadataDocuments": [Unknown("there")]}) == [Unknown("there")]
