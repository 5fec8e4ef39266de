"""FLOWMCP-019: tokens are short-lived."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from flow_mcp.declaration.base import Duration, seconds
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import AUTH0, KEYCLOAK, declares
from flow_mcp.review.policy.references import keycloak, mcp, oauth_2_1, rfc
from flow_mcp.review.policy.resources.properties import judged
from flow_mcp.review.policy.resources.property_paths import Places, found
from flow_mcp.review.policy.resources.types import AUTH0_CLIENT, KEYCLOAK_CLIENT, KEYCLOAK_REALM
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Resource, Rule, RuleSettings, Severity, Unknown, Violation

_ACCESS: Places = {
    KEYCLOAK_CLIENT: (("accessTokenLifespan",),),
    KEYCLOAK_REALM: (("accessTokenLifespan",),),
}
_REFRESH = ("refreshToken", "tokenLifetime")

_DURATION = re.compile(r"(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s?)?")
"""Seconds, or a duration in Go's notation: the formats of Keycloak's provider for clients and realms."""


class _Settings(RuleSettings):
    access: Annotated[Duration, Field(description="Longest lifetime of an access token, such as 1h.")] = "1h"
    refresh: Annotated[Duration, Field(description="Longest lifetime of a refresh token, such as 30d.")] = (
        "30d"
    )


class TokenLifetimes(Rule):
    """Limit the lifetimes of access and refresh tokens.

    An access token cannot be revoked: a stolen one is usable until it expires.
    """

    id = "FLOWMCP-019"
    severity = Severity.MEDIUM
    message = (
        "Access tokens must expire within an hour and refresh tokens within 30 days, unless configured "
        "otherwise."
    )
    remedy = "Declare shorter lifetimes; clients renew their tokens automatically."
    references = (
        oauth_2_1("7.1.3.5", "Issue short-lived bearer tokens"),
        rfc(9700, "4.14"),
        mcp("Token Theft"),
        keycloak("Session and token timeouts", "_timeouts"),
    )
    settings = _Settings
    good = (
        declares({"keycloak": {**KEYCLOAK["keycloak"], "tokens": {"access": "1h"}}}),
        Resource(KEYCLOAK_CLIENT, inputs={"accessTokenLifespan": "300", "fullScopeAllowed": False}),
    )
    bad = (
        declares({"keycloak": {**KEYCLOAK["keycloak"], "tokens": {"access": "2h"}}}),
        declares({"auth0": {**AUTH0["auth0"], "tokens": {"refresh": {"lifetime": "90d"}}}}),
        Resource(KEYCLOAK_CLIENT, inputs={"accessTokenLifespan": "86400", "fullScopeAllowed": False}),
        Resource(KEYCLOAK_REALM, inputs={"accessTokenLifespan": "24h0m0s"}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        settings, kind = context.settings_of(_Settings), declaration.kind
        for name, duration in declaration.server.lifetimes.items():
            longest = settings.access if name == "tokens.access" else settings.refresh
            if seconds(duration) > seconds(longest):
                path = ("authorizationServer", kind.key, *name.split("."))
                yield Violation(path, f"is longer than the permitted {longest}")

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        settings = context.settings_of(_Settings)
        for path, value in found(resource, _ACCESS):
            yield from _within(value, path, settings.access)
        grants = at(resource.values, "grantTypes")
        if resource.type == AUTH0_CLIENT and isinstance(grants, list) and "refresh_token" in grants:
            for path, value in found(resource, {AUTH0_CLIENT: (_REFRESH,)}):
                yield from _within(value, path, settings.refresh)


def _within(value: Any, path: Any, longest: str) -> Iterator[Violation | Unknown]:
    if value != "":  # the server's default
        yield from judged(
            value,
            path,
            lambda value: (lifetime := _seconds(value)) is not None and 0 < lifetime <= seconds(longest),
            f"is not a lifetime of at most {longest}",
        )


def _seconds(value: Any) -> float | None:
    """Return a lifetime in seconds; None if the value is not a lifetime."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest
