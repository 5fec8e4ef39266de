"""FLOWMCP-010: client secrets end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Duration, seconds
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.examples import ENTRA, declares
from flow_mcp.review.policy.resources.dates import day_of
from flow_mcp.review.policy.resources.provider_types import (
    ENTRA_APPLICATION,
    ENTRA_PASSWORD,
    ENTRA_PRINCIPAL_PASSWORD,
)
from flow_mcp.review.policy.resources.values import at
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
"""Of difference is let pass: elsewhere it is tomorrow already."""


class _Settings(RuleSettings):
    longest: Annotated[Duration, Field(description="How long a client secret may live, such as 180d.")] = (
        "180d"
    )


def _declares(lifetime: str) -> Resource:
    agent = {"grant": "client-credentials", "access": ["456/test"]}
    return declares(
        ENTRA, clients={"agent": {**agent, "secret": {"issued": "2026-11-01", "lifetime": lifetime}}}
    )


class SecretLifetime(Rule):
    """A secret that leaks unnoticed is of use until its end."""

    id = "FLOWMCP-010"
    severity = Severity.MEDIUM
    message = (
        "A client secret must end, after 180 days at the latest unless the configuration says otherwise."
    )
    remedy = "Declare a shorter lifetime and rotate, or use federatedCredential or privateKeyJwt instead."
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
        Resource(ENTRA_PASSWORD, inputs={"displayName": "it never was given an end"}),
        Resource(ENTRA_PASSWORD, outputs={"endDate": "2299-12-31T00:00:00Z"}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        longest = context.settings_of(_Settings).longest
        for name, client in declaration.tenant.clients.items():
            if client.secret is None:
                continue
            path = ("clients", name, "secret")
            if seconds(client.secret.lifetime) > seconds(longest):
                yield Violation((*path, "lifetime"), f"is longer than {longest}")
            elif date.fromisoformat(client.secret.issued) - context.as_of > _A_DAY:
                yield Violation(
                    (*path, "issued"), "is a day to come, so that the secret lives longer than declared"
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
            yield Violation((*here, "endDate"), "is missing or no time, so that the server chooses the end")
        elif last - (day_of(start) or context.as_of) > timedelta(seconds=seconds(longest)) + _A_DAY:
            yield Violation((*here, "endDate"), f"lets the secret live longer than {longest}")
