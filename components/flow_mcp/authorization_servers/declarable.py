"""Which values of an authorization server a tenant's file can declare."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter, ValidationError

from flow_mcp.declaration.base import ClientRedirectUri, Origin

REDIRECT_URI: TypeAdapter[Any] = TypeAdapter(ClientRedirectUri)
ORIGIN: TypeAdapter[Any] = TypeAdapter(Origin)


def is_declarable(adapter: TypeAdapter[Any], value: str) -> bool:
    """Return whether a value has the type of a setting of a tenant's file."""
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True
