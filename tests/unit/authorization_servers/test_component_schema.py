"""The package schema, from which the SDKs of other languages are generated."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.component_schema import plugin_schema, restore_keys
from flow_mcp.engine.plugin.schema_types import to_identifier

SCHEMA = plugin_schema("1.2.3")
COMPONENT = SCHEMA["resources"]["flow-mcp:index:McpServerSettings"]


def test_inputs_are_typed_plain_and_required() -> None:
    inputs = {
        name: (value.get("$ref"), value["plain"]) for name, value in COMPONENT["inputProperties"].items()
    }
    assert inputs == {
        "tenant": ("#/types/flow-mcp:index:Tenant", True),
        "instance": ("#/types/flow-mcp:index:Instance", True),
        "applications": (None, True),
    }
    assert COMPONENT["requiredInputs"] == ["instance", "tenant"]
    assert SCHEMA["types"]["flow-mcp:index:Tenant"]["required"] == ["id", "workspaces"]


def test_client_secrets_are_the_only_secret_outputs() -> None:
    assert [name for name, output in COMPONENT["properties"].items() if output.get("secret")] == [
        "clientSecrets",
        "otherClientSecrets",
    ]


def test_every_type_and_every_property_of_the_component_has_a_description() -> None:
    types: dict[str, Any] = SCHEMA["types"]
    silent = [token for token, value in types.items() if not value.get("description")]
    silent += [
        f"{token}.{name}"
        for token, value in types.items()
        for name, member in value.get("properties", {}).items()
        if not {**types.get(member.get("$ref", "").removeprefix("#/types/"), {}), **member}.get("description")
    ]
    silent += [
        name
        for part in ("inputProperties", "properties")
        for name, value in COMPONENT[part].items()
        if not value.get("description")
    ]
    assert silent == []


def test_every_reference_leads_to_a_type() -> None:
    text = json.dumps(SCHEMA)
    referenced = {part.split('"')[0] for part in text.split('"#/types/')[1:]}
    assert referenced == set(SCHEMA["types"])


def test_every_kind_of_authorization_server_can_be_written_in_every_language() -> None:
    choice = SCHEMA["types"]["flow-mcp:index:AuthorizationServerChoice"]["properties"]
    assert list(choice) == [to_identifier(kind) for kind in KINDS]
    assert all(
        name.isidentifier() for value in SCHEMA["types"].values() for name in value.get("properties", {})
    )


def request(**inputs: Any) -> provider_pb2.ConstructRequest:
    created = provider_pb2.ConstructRequest()
    created.inputs.update(inputs)
    return created


def test_names_of_sdks_become_the_declarations_keys() -> None:
    sent = request(tenant={"authorizationServer": {"flowEntra": {"preauthorized": {}}}})
    restore_keys(sent.inputs)
    assert sent == request(tenant={"authorizationServer": {"flow-entra": {"preauthorized": {}}}})


@pytest.mark.parametrize(
    "inputs",
    [{}, {"tenant": "acme"}, {"tenant": {}}, {"tenant": {"authorizationServer": "keycloak"}}],
    ids=str,
)
def test_inputs_of_another_shape_are_left_to_the_validation(inputs: dict[str, Any]) -> None:
    sent = request(**inputs)
    restore_keys(sent.inputs)
    assert sent == request(**inputs)
