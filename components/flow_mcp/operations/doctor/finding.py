"""A finding of `flow-mcp doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; it never contains the value of an environment variable.

    Attributes:
        subject: what was looked at, such as `Pulumi` or `credentials for keycloak`.
        status: a problem keeps `pulumi up` from working; a warning may.
        message: what was found.
        remedy: what to do; empty if there is nothing to do.
    """

    subject: str
    status: Status
    message: str
    remedy: str = ""
