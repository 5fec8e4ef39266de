"""FLOWMCP-004: redirect URIs and web origins contain no wildcards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flow_mcp.review.policy.references import mcp, oauth_2_1, rfc
from flow_mcp.review.policy.resources.properties import judged
from flow_mcp.review.policy.resources.property_paths import EACH, REDIRECT_URIS, Places, found
from flow_mcp.review.policy.resources.types import (
    AUTH0_CLIENT,
    KEYCLOAK_CLIENT,
    KEYCLOAK_REGISTRATION,
    REGISTERED_CLIENT,
)
from flow_mcp.review.policy.rule import (
    SETTINGS,
    Context,
    Reference,
    Resource,
    Rule,
    Severity,
    Unknown,
    Violation,
)

_HOSTS_AND_ORIGINS: Places = {
    SETTINGS: (("tenant", "clients", EACH, "webOrigins", EACH),),
    KEYCLOAK_CLIENT: (("webOrigins", EACH),),
    KEYCLOAK_REGISTRATION: (("redirectHosts", EACH), ("senderHosts", EACH), ("corsOrigins", EACH)),
    AUTH0_CLIENT: (("webOrigins", EACH), ("allowedOrigins", EACH)),
}

_PLACEHOLDER = re.compile(r"[*{}]|\+")
"""Wildcards of Keycloak (`*`, and `+` for the addresses of another setting) and placeholders of Auth0."""


class RedirectsExact(Rule):
    """Reject wildcards and placeholders in redirect URIs, redirect hosts and web origins.

    An attacker who controls any page that matches a wildcard receives the authorization codes sent there.
    """

    id = "FLOWMCP-004"
    severity = Severity.HIGH
    message = (
        "Redirect URIs, redirect hosts and web origins must be exact, without wildcards or placeholders."
    )
    remedy = "List each address in full."
    references = (
        oauth_2_1("2.3.1", "Registration Requirements"),
        rfc(9700, "4.1.3"),
        rfc(9700, "4.11"),
        mcp("Open Redirection"),
        Reference(
            "Auth0: Subdomain URL Placeholders",
            "https://auth0.com/docs/get-started/applications/wildcards-for-subdomains",
        ),
    )
    good = (
        Resource(
            REGISTERED_CLIENT, inputs={"redirectUris": ["https://portal.acme.example/callback?from=flow"]}
        ),
        Resource(KEYCLOAK_REGISTRATION, inputs={"redirectHosts": ["claude.ai", "127.0.0.1"]}),
    )
    bad = (
        Resource(REGISTERED_CLIENT, inputs={"redirectUris": ["https://portal.acme.example/*"]}),
        Resource(KEYCLOAK_CLIENT, inputs={"webOrigins": ["*"], "fullScopeAllowed": False}),
        Resource(KEYCLOAK_CLIENT, inputs={"webOrigins": ["+"], "fullScopeAllowed": False}),
        Resource(KEYCLOAK_REGISTRATION, inputs={"redirectHosts": ["*.acme.example"]}),
    )

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        for places in (REDIRECT_URIS, _HOSTS_AND_ORIGINS):
            for path, address in found(resource, places):
                yield from judged(
                    address,
                    path,
                    _is_exact,
                    "matches several addresses, one of which an attacker may control",
                )


def _is_exact(address: Any) -> bool:
    # Servers compare the query literally: `+` and `*` are ordinary characters there.
    return isinstance(address, str) and not _PLACEHOLDER.search(address.partition("?")[0])
