"""FLOWMCP-011: client secrets are rotated before they expire."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Duration, seconds
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.declaration.secret import Secret
from flow_mcp.review.policy.examples import ENTRA, declares
from flow_mcp.review.policy.resources.component import made_by_component
from flow_mcp.review.policy.resources.types import ENTRA_PASSWORD, ENTRA_PRINCIPAL_PASSWORD
from flow_mcp.review.policy.resources.values import at, day_of
from flow_mcp.review.policy.rule import (
    Context,
    Reference,
    Resource,
    Rule,
    RuleSettings,
    Severity,
    Unknown,
    Violation,
)


class _Settings(RuleSettings):
    notice: Annotated[
        Duration, Field(description="How long before its expiry a secret is reported, such as 14d.")
    ] = "14d"


def _declares(issued: str, lifetime: str, **rotation: str) -> Resource:
    agent = {"grant": "client-credentials", "access": ["456/test"]}
    secret = {"issued": issued, "lifetime": lifetime, **rotation}
    return declares(ENTRA, clients={"agent": {**agent, "secret": secret}})


class SecretAge(Rule):
    """Report client secrets that have expired or expire soon, and rotations that are due or not finished.

    The severity is low: the server rejects an expired secret, so a program stops but nobody gains access.
    """

    id = "FLOWMCP-011"
    severity = Severity.LOW
    message = (
        "A client secret should be rotated at the age that its file declares, and at least 14 days before it "
        "expires, unless the configuration sets another notice."
    )
    remedy = (
        "Run flow-mcp rotate with --due, apply, and give the client its new secret; or use "
        "federatedCredential or privateKeyJwt instead."
    )
    references = (
        Reference(
            "NIST SP 800-57 Part 1, 5.3: Cryptoperiods",
            "https://doi.org/10.6028/NIST.SP.800-57pt1r5",
        ),
        Reference(
            "Microsoft Entra: Security best practices for application properties",
            "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
        ),
    )
    settings = _Settings
    good = (
        _declares("2026-11-01", "180d"),
        _declares("2026-11-01", "180d", rotateAfter="90d", overlap="30d", previous="2026-08-01"),
        Resource(ENTRA_PASSWORD, inputs={"endDate": "2027-01-30T00:00:00Z"}),
    )
    bad = (
        _declares("2026-04-01", "180d"),
        _declares("2026-10-20", "14d"),
        _declares("2026-08-01", "180d", rotateAfter="30d"),
        _declares("2026-10-20", "180d", rotateAfter="90d", overlap="7d", previous="2026-07-20"),
        Resource(ENTRA_PASSWORD, inputs={"endDate": "2026-10-30T00:00:00Z"}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        for name, client in declaration.tenant.clients.items():
            if client.secret:
                path = ("clients", name, "secret")
                yield from _expiry(path, day_of(client.secret.expires), context)
                yield from _rotation(path, client.secret, context)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        if resource.type not in (ENTRA_PASSWORD, ENTRA_PRINCIPAL_PASSWORD) or made_by_component(resource):
            return
        end = at(resource.values, "endDate")
        if isinstance(end, Unknown):
            yield end
        else:
            yield from _expiry(("endDate",), day_of(end), context)


def _rotation(path: Path, secret: Secret, context: Context) -> Iterator[Violation]:
    """Report a rotation that is due, whose day is unknown, or that is not finished."""
    if secret.rotate_after and not secret.issued:
        yield Violation(path, "has no recorded day of creation, so its age is unknown")
    elif secret.overlap_ends and secret.overlap_ends <= context.as_of:
        yield Violation(path, f"has a previous secret whose overlap ended on {secret.overlap_ends}")
    elif secret.due and secret.due <= context.as_of:
        yield Violation(path, f"has been due for rotation since {secret.due}")


def _expiry(path: Path, end: date | None, context: Context) -> Iterator[Violation]:
    """Report an expiry that has passed or is near; FLOWMCP-010 reports a missing one."""
    notice = context.settings_of(_Settings).notice
    if end is None:
        return
    if end <= context.as_of:
        yield Violation(
            path, f"expired by {context.as_of.isoformat()}: its client can no longer authenticate"
        )
    elif end - context.as_of <= timedelta(seconds=seconds(notice)):
        yield Violation(
            path,
            f"expires within {notice} of {context.as_of.isoformat()}; its client then cannot authenticate",
        )
