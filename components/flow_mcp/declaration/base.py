"""The base class of all models of a declaration, and the types of their fields."""

from __future__ import annotations

from flow_mcp.common.strict_model import StrictModel
from flow_mcp.declaration.texts import ClientId, Day, Duration, Form, Identifier, Name, Text, seconds
from flow_mcp.declaration.urls import (
    ClientRedirectUri,
    Host,
    IssuerUrl,
    Origin,
    PrivateUseUri,
    RedirectUri,
    ServerUrl,
    is_loopback,
    secure_url,
    split_url,
)

__all__ = [
    "ClientId",
    "ClientRedirectUri",
    "Day",
    "Declared",
    "Duration",
    "Form",
    "Host",
    "Identifier",
    "IssuerUrl",
    "Name",
    "Origin",
    "PrivateUseUri",
    "RedirectUri",
    "ServerUrl",
    "Text",
    "is_loopback",
    "seconds",
    "secure_url",
    "split_url",
]


class Declared(StrictModel):
    """Base class of a declaration's models. It rejects unknown keys, which may be misspelt restrictions."""
