"""A token of another issuer in a file, with which a verification authenticates a client or a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.runtime.compact import parse_token
from flow_mcp.runtime.reason import Refused

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_SVID = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"
_MAX_BYTES = 16 * 1024


class ClientTokenError(FlowMcpError):
    """A file has no signed JWT."""

    exit_code = 2


@dataclass(frozen=True)
class ClientToken:
    """A signed JWT of another issuer. It is sent to the authorization server and never shown."""

    value: str = field(repr=False)
    subject: str
    audiences: frozenset[str] = frozenset()

    @classmethod
    def read(cls, file: Path) -> Self:
        """Read the token from a file.

        Raises:
            ClientTokenError: the file has no signed JWT.
        """
        try:
            with file.open("rb") as stream:
                text = stream.read(_MAX_BYTES).decode("ascii", "replace").strip()
        except OSError as error:
            raise ClientTokenError(f"{file} cannot be read: {error.strerror or error}") from None
        try:
            claims = parse_token(text).claims
        except Refused:
            raise ClientTokenError(f"{file} has no signed JWT in compact form.") from None
        named = claims.get("aud")
        audiences = named if isinstance(named, list) else [named]
        return cls(text, str(claims.get("sub")), frozenset(str(audience) for audience in audiences))

    def parameters(self) -> dict[str, str]:
        """Return the parameters that authenticate a client with this token (RFC 7523, section 2.2).

        A JWT-SVID has an assertion type of its own (draft-ietf-oauth-spiffe-client-auth).
        """
        kind = _SVID if self.subject.startswith("spiffe://") else _BEARER
        return {"client_assertion_type": kind, "client_assertion": self.value}
