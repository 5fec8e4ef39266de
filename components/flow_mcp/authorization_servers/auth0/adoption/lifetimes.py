"""Derives the token lifetimes of a tenant's file from the APIs and clients of an Auth0 tenant."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flow_mcp.authorization_servers.auth0.adoption.expression import has_rotating_refresh_tokens
from flow_mcp.authorization_servers.auth0.checks import MAXIMUM_ACCESS_SECONDS, MAXIMUM_REFRESH_SECONDS
from flow_mcp.authorization_servers.auth0.declaration import Tokens
from flow_mcp.authorization_servers.representations import Representation, flag, mapping
from flow_mcp.declaration.base import seconds

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_LARGEST_NUMBER = 999_999


def tokens(apis: Iterable[Representation], clients: Iterable[Representation]) -> dict[str, Any]:
    """Return the value of `tokens`: the lifetimes that all APIs and all clients with refresh tokens share.

    Args:
        apis: the tenant's APIs.
        clients: the tenant's clients of people.
    """
    apis = tuple(apis)
    declared: dict[str, Any] = {}
    access = _shared(api.get("token_lifetime") for api in apis)
    default = seconds(Tokens().access)
    if access != default and (duration := _duration(access, MAXIMUM_ACCESS_SECONDS)):
        declared["access"] = duration
    settings = [mapping(client, "refresh_token") for client in clients if has_rotating_refresh_tokens(client)]
    total = _shared(setting.get("token_lifetime") for setting in settings)
    idle = _shared(setting.get("idle_token_lifetime") for setting in settings)
    lifetime, unused = _duration(total, MAXIMUM_REFRESH_SECONDS), _duration(idle, total or 0)
    if lifetime and unused and apis and all(flag(api, "allow_offline_access") for api in apis):
        declared["refresh"] = {"lifetime": lifetime, "idle": unused}
    return declared


def _shared(values: Iterable[Any]) -> int | None:
    """Return the number that all entries share; None if they differ or there are none."""
    numbers = [value if isinstance(value, int) and not isinstance(value, bool) else 0 for value in values]
    return numbers[0] if numbers and len(set(numbers)) == 1 else None


def _duration(total: int | None, maximum: int) -> str:
    """Return a duration as a tenant's file has it; empty if it cannot be declared."""
    if not total or not 0 < total <= maximum:
        return ""
    unit, size = next((unit, size) for unit, size in _UNITS.items() if total % size == 0)
    return f"{total // size}{unit}" if total // size <= _LARGEST_NUMBER else ""
