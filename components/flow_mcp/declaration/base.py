"""What every part of a declaration has in common, and the small types that its fields use."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from flow_mcp.declaration.texts import ClientId, Day, Duration, Form, Identifier, Name, Text, seconds
from flow_mcp.declaration.urls import (
    Host,
    IssuerUrl,
    Origin,
    RedirectUri,
    ServerUrl,
    is_loopback,
    secure_url,
    split_url,
)

__all__ = [
    "ClientId",
    "Day",
    "Declared",
    "Duration",
    "Form",
    "Host",
    "Identifier",
    "IssuerUrl",
    "Name",
    "Origin",
    "RedirectUri",
    "ServerUrl",
    "Text",
    "is_loopback",
    "seconds",
    "secure_url",
    "split_url",
]


class Declared(BaseModel):
    """Part of a declaration. Unknown keys are refused: a misspelt restriction must not be ignored."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )
