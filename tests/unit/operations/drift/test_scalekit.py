"""Unmanaged clients of an MCP server at Scalekit, and objects that were recreated there by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from flow_mcp.authorization_servers.adoption import Difference, TakenOver
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.recreated_on_scalekit import recreated_on_scalekit
from flow_mcp.operations.drift.drift import Appeared
from flow_mcp.operations.drift.refresh import Refreshed, Resource
from flow_mcp.operations.drift.scalekit import appeared, recreated
from flow_mcp.review.diff.change import Risk
from tests.engine.scalekit import URL
from tests.engine.scalekit_by_hand import client, mcp_server, scopes
from tests.unit.authorization_servers.scalekit.adoption.environment import EnvironmentInMemory
from tests.unit.declaration.access.samples import sample

UMBRELLA = sample("umbrella")
ENVIRONMENT_URL = "https://umbrella.scalekit.com"
NAME = "flow-mcp-umbrella-nightly-agent"
OURS = {"client_id": "m2m_1", **client(NAME, scopes=["flow:mcp"], audience=[URL])}
BY_HAND = {"client_id": "m2m_2", **client(NAME, scopes=["flow:mcp"], audience=[URL], expiry="300")}
RECREATED = {"id": "res_2", **mcp_server(scopes=scopes("flow:mcp"), access_token_expiry="300")}


def no_report(_: str) -> None:
    """Ignore the progress."""


def resource(type_: str, name: str, before: dict[str, str]) -> Resource:
    urn = f"urn:pulumi:umbrella::flow-mcp::flow-mcp:index:{type_}::{name}"
    return Resource(urn, "same", before, before, ())


SERVER = resource("ScalekitResource", "7/production", {"resourceId": "res_1", "url": URL})
AGENT = resource("ScalekitClient", "nightly-agent", {"clientId": "m2m_1", "name": NAME})


def environment(servers: list[Any], clients: dict[str, Any]) -> Any:
    return lambda _: EnvironmentInMemory(servers, clients)


def gone(item: Resource) -> Resource:
    return replace(item, op="delete", after=None)


def test_clients_of_the_stack_and_manual_registrations_are_not_listed() -> None:
    manual = {**OURS, "client_id": "m2m_10000000000000001"}
    connected = environment([], {"res_1": [OURS, manual]})
    assert appeared(Refreshed(UMBRELLA, (SERVER, AGENT)), connected) == ()


def test_other_clients_are_listed_with_what_they_open() -> None:
    uris = ["https://evil.example/cb"]
    clients = [
        OURS,
        {"client_id": "m2m_3", **client("intruder\n", scopes=["flow:mcp"], redirect_uris=uris)},
        {"client_id": "m2m_4", **client("idle")},
        {"client_id": "m2m_5", **client("claude", scopes=["flow:mcp"], redirect_uris=uris, is_cimd=True)},
        {"client_id": "m2m_6", **client("dcr", scopes=["flow:mcp"], is_dcr=True)},
    ]
    redirects = "Redirect URIs: https://evil.example/cb."
    people, program, key = ("authorization code",), ("client credentials",), ("7/production",)
    assert appeared(Refreshed(UMBRELLA, (SERVER, AGENT)), environment([], {"res_1": clients})) == (
        Appeared(
            "client",
            "m2m_3",
            "",
            f'm2m_3 ("intruder\\n"): It reaches 7/production. Grants: authorization code. {redirects}',
            Risk.HIGH,
            key,
            tuple(uris),
            people,
        ),
        Appeared(
            "client",
            "m2m_4",
            "",
            "m2m_4 (idle): It reaches no protected resource. Grants: client credentials.",
            Risk.LOW,
            (),
            (),
            program,
        ),
        Appeared(
            "client",
            "m2m_5",
            "",
            f"m2m_5 (claude): It reaches 7/production. Grants: authorization code. {redirects} A declared "
            "registration method allows it.",
            Risk.NONE,
            key,
            tuple(uris),
            people,
        ),
        Appeared(
            "client",
            "m2m_6",
            "",
            "m2m_6 (dcr): It reaches 7/production. Grants: client credentials.",
            Risk.HIGH,
            key,
            (),
            program,
        ),
    )


def test_a_recreated_mcp_server_is_taken_over_with_its_clients() -> None:
    comparison = Refreshed(UMBRELLA, (gone(SERVER), gone(AGENT)))
    connected = environment([RECREATED], {"res_2": [BY_HAND]})
    assert [*recreated(comparison, connected)] == ["MCP server 7/production"]
    assert recreated_on_scalekit(comparison, no_report, connected) == (
        TakenOver(
            "ScalekitResource/7/production",
            f"{ENVIRONMENT_URL}/res_2",
            (
                Difference("metadataDocuments", [], ["https://claude.ai/oauth/*"]),
                Difference("name", "Flow", "Flow umbrella: workspace 7, production"),
                Difference("owner", "Made in the dashboard", "flow-mcp:umbrella"),
            ),
        ),
        TakenOver(
            "ScalekitClient/nightly-agent",
            f"{ENVIRONMENT_URL}/res_2/m2m_2",
            (Difference("owner", "", "flow-mcp:umbrella:nightly-agent"),),
        ),
    )


def test_a_recreated_client_of_the_same_name_is_taken_over() -> None:
    comparison = Refreshed(UMBRELLA, (SERVER, gone(AGENT)))
    others = [
        {**BY_HAND, "client_id": "m2m_3", "description": "flow-mcp:globex:agent"},
        {**BY_HAND, "client_id": "m2m_4", "is_dcr": True},
    ]
    taken_over = recreated_on_scalekit(comparison, no_report, environment([], {"res_1": [*others, BY_HAND]}))
    assert [(item.resource, item.id) for item in taken_over] == [
        ("ScalekitClient/nightly-agent", f"{ENVIRONMENT_URL}/res_1/m2m_2")
    ]


def test_one_of_several_recreated_objects_is_not_chosen() -> None:
    comparison = Refreshed(UMBRELLA, (gone(SERVER),))
    connected = environment([RECREATED, {**RECREATED, "id": "res_3"}], {})
    with pytest.raises(AdoptError, match=r"several MCP servers .*: res_2, res_3. Delete all but one"):
        recreated_on_scalekit(comparison, no_report, connected)


def test_an_mcp_server_of_a_stack_is_not_taken_for_a_recreated_one() -> None:
    comparison = Refreshed(UMBRELLA, (gone(SERVER),))
    connected = environment([{**RECREATED, "description": "flow-mcp:umbrella"}], {})
    assert ([*recreated(comparison, connected)], recreated_on_scalekit(comparison, no_report, connected)) == (
        [],
        (),
    )
