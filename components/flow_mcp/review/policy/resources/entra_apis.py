"""Recognize applications in Entra that are APIs, for which tokens are issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.review.policy.resources.values import at

_EXPOSED = (("identifierUris",), ("appRoles",), ("api", "oauth2PermissionScopes"))


def exposes(values: Mapping[str, Any]) -> bool:
    """Return whether an application has an Application ID URI, scopes or roles in its own properties."""
    return any(bool(at(values, *path)) for path in _EXPOSED)
