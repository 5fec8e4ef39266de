"""The errors of calls to an authorization server."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class AuthorizationServerError(FlowMcpError):
    """An authorization server rejected a request or could not carry it out."""


class UnreachableError(AuthorizationServerError):
    """The authorization server does not answer, or a different server answers at its address."""


class CredentialsError(AuthorizationServerError):
    """The administrator's credentials are missing or were rejected."""


class RightsError(AuthorizationServerError):
    """The administrator lacks a permission that the operation requires."""


class OwnedByOthersError(AuthorizationServerError):
    """An object that the stack should create exists already and belongs to a different owner."""


class MetadataError(AuthorizationServerError):
    """The authorization server's metadata is missing, unusable, or names another issuer."""
