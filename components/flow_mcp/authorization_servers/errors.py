"""What can go wrong at an authorization server."""

from __future__ import annotations

from flow_mcp.common.errors import FlowMcpError


class AuthorizationServerError(FlowMcpError):
    """An authorization server does not do what is asked of it."""


class UnreachableError(AuthorizationServerError):
    """It does not answer, or something else answers in its place."""


class CredentialsError(AuthorizationServerError):
    """The administrator's credentials are missing or refused."""


class RightsError(AuthorizationServerError):
    """The administrator may not do what is needed."""


class OwnedByOthersError(AuthorizationServerError):
    """What is to be made exists and is not this stack's."""


class MetadataError(AuthorizationServerError):
    """Its metadata is missing, unusable, or that of another issuer."""
