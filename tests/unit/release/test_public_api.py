"""The names that other programs may import. A name that is missing here is an incompatible change."""

from __future__ import annotations

import inspect
import json

import flow_mcp.runtime
import flow_mcp.settings
from flow_mcp.authorization_servers.mcp_server_settings import McpServerSettings, McpServerSettingsArgs
from tests.unit.release.test_distributions import REPOSITORY

RUNTIME = [
    "Decision",
    "DpopCall",
    "KeyCache",
    "KeysUnavailableError",
    "ProofNonces",
    "Readiness",
    "Reason",
    "ResourceMetadata",
    "SettingsDirectory",
    "SettingsDirectoryError",
    "Tenants",
    "Validator",
    "bearer_challenge",
    "decide",
    "discovery_addresses",
    "fetch_keys",
    "metadata_documents",
    "metadata_url",
    "resource_metadata",
]
SETTINGS = [
    "AuthorizationServer",
    "ClaimCondition",
    "Client",
    "Dpop",
    "DynamicRegistration",
    "Grant",
    "IdentityAssertion",
    "MetadataDocuments",
    "ProtectedResource",
    "Registration",
    "ResourceAtServer",
    "SettingsDocument",
    "SettingsEnvelope",
    "TokenProfile",
    "TokenRequest",
]


def test_the_runtime_exports_its_names() -> None:
    assert flow_mcp.runtime.__all__ == RUNTIME
    assert [name for name in RUNTIME if not hasattr(flow_mcp.runtime, name)] == []


def test_the_settings_document_exports_its_names() -> None:
    assert sorted(flow_mcp.settings.__all__) == SETTINGS
    assert [name for name in SETTINGS if not hasattr(flow_mcp.settings, name)] == []


def test_the_component_has_its_arguments_and_outputs() -> None:
    assert sorted(McpServerSettingsArgs.__annotations__) == ["applications", "instance", "tenant"]
    assert sorted(McpServerSettings.__annotations__) == [
        "authority",
        "client_ids",
        "client_secrets",
        "hand_over",
        "other_client_secrets",
        "other_server",
        "settings",
    ]
    assert list(inspect.signature(McpServerSettings).parameters) == ["name", "args", "opts"]


def test_the_decision_has_its_arguments() -> None:
    parameters = list(inspect.signature(flow_mcp.runtime.decide).parameters)
    assert parameters == ["settings", "resource", "token", "keys", "now", "dpop"]


def test_the_pulumi_package_has_its_members() -> None:
    schema = json.loads((REPOSITORY / "docs" / "schemas" / "pulumi-package.schema.json").read_text("utf-8"))
    component = schema["resources"]["flow-mcp:index:McpServerSettings"]
    assert component["requiredInputs"] == ["instance", "tenant"]
    assert sorted(component["properties"]) == [
        "authority",
        "clientIds",
        "clientSecrets",
        "handOver",
        "otherClientSecrets",
        "otherServer",
        "settings",
    ]
