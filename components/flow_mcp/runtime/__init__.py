"""The reference implementation of the runtime: validates calls by a settings document and a token.

It needs neither Pulumi nor the command line:

    validator = Validator(SettingsDocument.from_json(text))
    decision = validator.decide(resource_url, token)
    decision.status, decision.challenge   # the answer
    decision.reason, decision.client      # for the log only

Import `flow_mcp.runtime.asgi` for ASGI applications and `flow_mcp.runtime.mcp_sdk` for the official MCP SDK
separately: they need more packages.
"""

from __future__ import annotations

from flow_mcp.runtime.challenge import bearer_challenge
from flow_mcp.runtime.decide import decide
from flow_mcp.runtime.decision import Decision
from flow_mcp.runtime.directory import SettingsDirectory, SettingsDirectoryError
from flow_mcp.runtime.discovery import KeysUnavailableError, discovery_addresses, fetch_keys
from flow_mcp.runtime.dpop import DpopCall
from flow_mcp.runtime.keys import KeyCache
from flow_mcp.runtime.metadata import ResourceMetadata, metadata_documents, metadata_url, resource_metadata
from flow_mcp.runtime.proofs import ProofNonces
from flow_mcp.runtime.reason import Reason
from flow_mcp.runtime.tenants import Readiness, Tenants
from flow_mcp.runtime.validator import Validator

__all__ = [
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
