"""What the runtime answers to one call."""

from __future__ import annotations

from typing import Literal, NamedTuple

from flow_mcp.runtime.reason import ErrorCode, Reason, Status

Subject = Literal["person", "program"]


class Decision(NamedTuple):
    """One answer. Status and error code follow from the reason, so that they always agree.

    What was read from a token is set only after its signature held: a log entry made of a decision never
    repeats a stranger's claims.
    """

    reason: Reason
    challenge: str | None
    """Value of `WWW-Authenticate`; None when allowed. It tells nothing of the reason."""
    resource: str | None = None
    """URL of the protected resource, as the settings have it; None when there is none."""
    authority: str | None = None
    """Authorization server whose issuer the token names; proven only once `client` is there."""
    client: str | None = None
    """Client ID."""
    subject: str | None = None
    """`sub` of the token."""
    subject_kind: Subject | None = None
    """Whether the token was issued for a person who signed in, or for the program itself."""
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
        """Error code in the challenge (RFC 6750, 3.1); None where it has none."""
        return self.reason.error
