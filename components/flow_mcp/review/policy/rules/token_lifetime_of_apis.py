"""FLOWMCP-036: APIs at Auth0 and Scalekit issue short-lived access tokens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from flow_mcp.declaration.base import Duration, seconds
from flow_mcp.review.policy.resources.properties import must
from flow_mcp.review.policy.resources.types import AUTH0_API, SCALEKIT_CLIENT, SCALEKIT_SERVER
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

_LIFETIMES = {
    AUTH0_API: ("tokenLifetime", "tokenLifetimeForWeb"),
    SCALEKIT_SERVER: ("accessTokenSeconds",),
    SCALEKIT_CLIENT: ("accessTokenSeconds",),
}


class _Settings(RuleSettings):
    longest: Annotated[Duration, Field(description="Longest lifetime of an access token, such as 1h.")] = "1h"


class TokenLifetimeOfApis(Rule):
    """Limit the lifetime of access tokens for APIs at Auth0 and Scalekit.

    An access token cannot be revoked, and Auth0's default lifetime is a day.
    """

    id = "FLOWMCP-036"
    severity = Severity.MEDIUM
    message = (
        "Access tokens for an API at Auth0 or Scalekit must expire within an hour, unless configured "
        "otherwise."
    )
    remedy = "Set a lifetime of 1h or less, as tokens.access in the declaration does."
    references = (
        Reference("RFC 9700, section 2.2.1", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.2.1"),
        Reference(
            "Auth0: Update Access Token Lifetime",
            "https://auth0.com/docs/secure/tokens/access-tokens/update-access-token-lifetime",
        ),
        Reference("Scalekit: REST API", "https://docs.scalekit.com/apis/"),
    )
    settings = _Settings
    good = (
        Resource(
            SCALEKIT_CLIENT, inputs={"accessTokenSeconds": 300, "audience": ["https://acme.example/mcp"]}
        ),
    )
    bad = (
        Resource(AUTH0_API, inputs={"identifier": "https://acme.example/mcp"}),
        Resource(SCALEKIT_SERVER, inputs={"accessTokenSeconds": 86400, "url": "https://acme.example/mcp"}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:
        longest = context.settings_of(_Settings).longest
        for key in _LIFETIMES.get(resource.type, ()):
            yield from must(
                resource,
                (key,),
                lambda value: _is_within(value, seconds(longest)),
                f"is longer than the permitted {longest}, or not set",
            )


def _is_within(value: Any, longest: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= longest
