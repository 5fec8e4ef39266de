"""FLOWMCP-010: client secrets expire in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Duration, seconds
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.examples import ENTRA, declares
from flow_mcp.review.policy.resources.types import (
    ENTRA_APPLICATION,
    ENTRA_PASSWORD,
    ENTRA_PRINCIPAL_PASSWORD,
)
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

_A_DAY = timedelta(days=1)
"""Tolerance for time zones: elsewhere it may already be tomorrow."""


class _Settings(RuleSettings):
    longest: Annotated[Duration, Field(description="Longest lifetime of a client secret, such as 180d.")] = (
        "180d"
    )


def _declares(lifetime: str) -> Resource:
    agent = {"grant": "client-credentials", "access": ["456/test"]}
    return declares(
        ENTRA, clients={"agent": {**agent, "secret": {"issued": "2026-11-01", "lifetime": lifetime}}}
    )


class SecretLifetime(Rule):
    """Limit the lifetime of client secrets.

    A leaked secret can be used until it expires.
    """

    id = "FLOWMCP-010"
    severity = Severity.MEDIUM
    message = "A client secret must expire within 180 days, unless the configuration sets another limit."
    remedy = (
        "Declare a shorter lifetime and rotate the secret, or use federatedCredential or privateKeyJwt "
        "instead."
    )
    references = (
        Reference("RFC 9700, section 2.5", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.5"),
        Reference(
            "Microsoft Entra: Security best practices for application properties",
            "https://learn.microsoft.com/entra/identity-platform/security-best-practices-for-app-registration",
        ),
    )
    settings = _Settings
    good = (
        _declares("180d"),
        Resource(
            ENTRA_PASSWORD, inputs={"startDate": "2026-11-01T00:00:00Z", "endDate": "2027-01-30T00:00:00Z"}
        ),
    )
    bad = (
        _declares("365d"),
        Resource(ENTRA_PASSWORD, inputs={"displayName": "without an expiry"}),
        Resource(ENTRA_PASSWORD, outputs={"endDate": "2299-12-31T00:00:00Z"}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        longest = context.settings_of(_Settings).longest
        for name, client in declaration.tenant.clients.items():
            if client.secret is None:
                continue
            path = ("clients", name, "secret")
            if client.secret.lifetime and seconds(client.secret.lifetime) > seconds(longest):
                yield Violation((*path, "lifetime"), f"is longer than the permitted {longest}")
            elif client.secret.issued and date.fromisoformat(client.secret.issued) - context.as_of > _A_DAY:
                yield Violation(
                    (*path, "issued"), "is in the future, so the secret would live longer than declared"
                )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        here: Path
        if resource.type in (ENTRA_PASSWORD, ENTRA_PRINCIPAL_PASSWORD):
            here, password = (), resource.values
        elif resource.type == ENTRA_APPLICATION and "password" in resource.values:
            here, password = ("password",), resource.values["password"]
        else:
            return
        longest = context.settings_of(_Settings).longest
        start, end = at(password, "startDate"), at(password, "endDate")
        if isinstance(end, Unknown):
            yield end
        elif (last := day_of(end)) is None:
            yield Violation(
                (*here, "endDate"), "is missing or not a timestamp, so the server chooses the expiry"
            )
        elif last - (day_of(start) or context.as_of) > timedelta(seconds=seconds(longest)) + _A_DAY:
            yield Violation((*here, "endDate"), f"makes the secret live longer than the permitted {longest}")
