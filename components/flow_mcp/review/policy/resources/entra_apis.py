"""What makes an application in Entra an API, for which tokens are issued."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.review.policy.resources.values import at

_EXPOSED = (("identifierUris",), ("appRoles",), ("api", "oauth2PermissionScopes"))


def exposes(values: Mapping[str, Any]) -> bool:
    """Whether an application has a name, scopes or roles for tokens, as far as its own values say."""
    return any(bool(at(values, *path)) for path in _EXPOSED)
