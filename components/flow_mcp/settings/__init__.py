"""The settings document, version 1: the contract between this project and the Flow runtime."""

from __future__ import annotations

from flow_mcp.settings.document import (
    AuthorizationServer,
    ClaimCondition,
    Client,
    DynamicRegistration,
    Grant,
    IdentityAssertion,
    MetadataDocuments,
    ProtectedResource,
    Registration,
    ResourceAtServer,
    SettingsDocument,
    TokenProfile,
    TokenRequest,
)
from flow_mcp.settings.envelope import SettingsEnvelope

__all__ = [
    "AuthorizationServer",
    "ClaimCondition",
    "Client",
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
