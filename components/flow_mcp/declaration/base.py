"""What every part of a declaration has in common, and the small types that its fields use."""

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
    """Part of a declaration. Unknown keys are refused: a misspelt restriction must not be ignored."""
