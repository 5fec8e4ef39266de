"""FLOWMCP-004: no wildcard in what a browser may be sent to or come from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flow_mcp.review.policy.references import mcp, oauth_2_1, rfc
from flow_mcp.review.policy.resources.keycloak_types import (
    KEYCLOAK_CLIENT,
    KEYCLOAK_REGISTRATION,
    REGISTERED_CLIENT,
)
from flow_mcp.review.policy.resources.properties import judged
from flow_mcp.review.policy.resources.provider_types import AUTH0_CLIENT
from flow_mcp.review.policy.resources.redirect_uris import REDIRECT_URIS
from flow_mcp.review.policy.resources.shared_properties import EACH, Places, found
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

_OTHERS: Places = {
    SETTINGS: (("tenant", "clients", EACH, "webOrigins", EACH),),
    KEYCLOAK_CLIENT: (("webOrigins", EACH),),
    KEYCLOAK_REGISTRATION: (("redirectHosts", EACH), ("senderHosts", EACH), ("corsOrigins", EACH)),
    AUTH0_CLIENT: (("webOrigins", EACH), ("allowedOrigins", EACH)),
}

_PLACEHOLDER = re.compile(r"[*{}]|\+")
"""Of Keycloak (`*`, and `+` for other settings' addresses) and Auth0 (`*` and `{organization_name}`)."""


class RedirectsExact(Rule):
    """Whoever has one page at any of the addresses that a wildcard means gets the codes of all people."""

    id = "FLOWMCP-004"
    severity = Severity.HIGH
    message = "Redirect URIs, their hosts and web origins must be exact: no wildcard and no placeholder."
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
        for places in (REDIRECT_URIS, _OTHERS):
            for path, address in found(resource, places):
                yield from judged(address, path, _is_exact, "stands for more than one address")


def _is_exact(address: Any) -> bool:
    # A plus is an ordinary character of a query; there, an address is compared as it is.
    return isinstance(address, str) and not _PLACEHOLDER.search(address.partition("?")[0])
