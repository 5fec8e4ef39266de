"""FLOWMCP-032: MCP servers at Scalekit accept only declared registration methods."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import KEYCLOAK, SCALEKIT
from flow_mcp.review.policy.resources.types import SCALEKIT_CLIENT, SCALEKIT_SERVER
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.scalekit_servers import ScalekitServers
from tests.unit.policies.judging import Findings, context, of_declaration, of_inputs

RULE = ScalekitServers()
WHOLE_HOST = "accepts every document on that host, whoever published it"
OPEN = Violation(
    ("dynamicRegistration",), "lets anyone register clients, which the declaration does not permit"
)
UNDECLARED = "reports that registration at Scalekit differs from the declaration"


def server(*, made_by_component: bool = False, **inputs: Any) -> Findings:
    return of_inputs(
        RULE, SCALEKIT_SERVER, inputs, context=context(RULE), made_by_component=made_by_component
    )


def declared(*documents: str) -> Findings:
    registration = {
        "metadataDocuments": {"documents": list(documents), "access": ["*"], "people": "everyone"}
    }
    scalekit = {"scalekit": {**SCALEKIT["scalekit"], "registration": registration}}
    workspaces = {"456": {"environments": ["production"]}}
    return of_declaration(RULE, scalekit, context=context(RULE), workspaces=workspaces)


def test_documents_and_their_folders_are_accepted() -> None:
    documents = ("https://claude.ai/oauth/*", "https://acme.example/client.json")
    assert declared(*documents) == []
    assert server(metadataDocuments=list(documents)) == []


def test_an_allowlist_entry_for_a_whole_host_is_rejected() -> None:
    path = ("authorizationServer", "scalekit", "registration", "metadataDocuments", "documents")
    assert declared("https://acme.github.example/*", "https://claude.ai/oauth/*") == [
        Violation(path, WHOLE_HOST)
    ]


@pytest.mark.parametrize(
    "document",
    [
        "*",
        "https://*",
        "https://acme.example/*",
        "https://*.acme.example/x",
        "http://acme.example/x",
        "https://[/x",
        7,
        None,
    ],
)
def test_wider_allowlist_entries_are_rejected(document: Any) -> None:
    assert server(metadataDocuments=[document]) == [Violation(("metadataDocuments", 0), WHOLE_HOST)]


def test_other_servers_are_ignored() -> None:
    assert of_declaration(RULE, KEYCLOAK, context=context(RULE)) == []
    assert (
        of_declaration(RULE, SCALEKIT, context=context(RULE), workspaces={"1": {"environments": ["a"]}}) == []
    )
    assert of_inputs(RULE, SCALEKIT_CLIENT, {"dynamicRegistration": True}, context=context(RULE)) == []


@pytest.mark.parametrize(("value", "expected"), [(False, []), (None, []), (True, [OPEN]), ("true", [OPEN])])
def test_open_registration_is_rejected_outside_the_component_only(value: Any, expected: Findings) -> None:
    assert server(dynamicRegistration=value) == expected
    assert server(dynamicRegistration=value, made_by_component=True) == []


def test_deviations_at_scalekit_are_rejected() -> None:
    assert server(deviations=[]) == []
    assert server(deviations=["a", "b"], made_by_component=True) == [
        Violation(("deviations", index), UNDECLARED) for index in (0, 1)
    ]
    assert server(deviations=Unknown("d")) == [Unknown("d")]
    assert server(deviations=Unknown("d"), made_by_component=True) == []
