"""The runtime's decision about one call."""

from __future__ import annotations

from typing import Literal, NamedTuple

from flow_mcp.runtime.reason import ErrorCode, Reason, Status

Subject = Literal["person", "program"]


class Decision(NamedTuple):
    """The decision about one call. Status and error code are derived from the reason.

    Values from a token are set only after its signature was verified, so that logs never contain claims of a
    forged token.
    """

    reason: Reason
    challenge: str | None
    """Value of `WWW-Authenticate`; None when allowed. It does not reveal the reason."""
    resource: str | None = None
    """URL of the protected resource as in the settings; None if the address belongs to none."""
    authority: str | None = None
    """Authorization server whose issuer the token names; verified only if `client` is set."""
    client: str | None = None
    """Client ID."""
    subject: str | None = None
    """`sub` of the token."""
    subject_kind: Subject | None = None
    """`person` if the token was issued for a person who signed in, `program` if for the program itself."""
    expires_at: int | None = None
    """`exp` of the token, in seconds since 1970, rounded down; None unless allowed."""

    @property
    def allowed(self) -> bool:
        return self.reason is Reason.ALLOWED

    @property
    def status(self) -> Status:
        """HTTP status: 200, 401 or 403."""
        return self.reason.status

    @property
    def error(self) -> ErrorCode | None:
        """Error code in the challenge (RFC 6750, 3.1); None if it has none."""
        return self.reason.error
