"""Differences between a stack's state and Keycloak that are no drift."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flow_mcp.authorization_servers.keycloak.names import SERVICE_ACCOUNT

_TYPE = "keycloak:openid/clientDefaultScopes:ClientDefaultScopes"


def is_expected(step: Mapping[str, Any]) -> bool:
    """Return whether a refresh found only the default scope that Keycloak adds to programs by itself.

    Args:
        step: a step of `pulumi refresh --json`.
    """
    before, after = (_default_scopes(step.get(state)) for state in ("oldState", "newState"))
    return (
        step.get("op") == "update"
        and before is not None
        and SERVICE_ACCOUNT not in before
        and after == before | {SERVICE_ACCOUNT}
    )


def _default_scopes(state: Any) -> frozenset[str] | None:
    """Return the default scopes in a client's state; None for another type of resource or an absent one."""
    if not isinstance(state, dict) or state.get("type") != _TYPE:
        return None
    return frozenset((state.get("outputs") or {}).get("defaultScopes") or ())
