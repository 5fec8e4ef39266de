"""Places of redirect URIs in clients, for every authorization server."""

from __future__ import annotations

from flow_mcp.review.policy.resources.keycloak_types import KEYCLOAK_CLIENT, REGISTERED_CLIENT
from flow_mcp.review.policy.resources.provider_types import AUTH0_CLIENT, ENTRA_APPLICATION, SCALEKIT_CLIENT
from flow_mcp.review.policy.resources.shared_properties import EACH, Places
from flow_mcp.review.policy.rule import SETTINGS

REDIRECT_URIS: Places = {
    SETTINGS: (("tenant", "clients", EACH, "redirectUris", EACH),),
    KEYCLOAK_CLIENT: (("validRedirectUris", EACH),),
    ENTRA_APPLICATION: (
        ("web", "redirectUris", EACH),
        ("singlePageApplication", "redirectUris", EACH),
        ("publicClient", "redirectUris", EACH),
    ),
    "azuread:index/applicationRedirectUris:ApplicationRedirectUris": (("redirectUris", EACH),),
    AUTH0_CLIENT: (("callbacks", EACH),),
    "auth0:index/clientCimd:ClientCimd": (("callbacks", EACH),),
    REGISTERED_CLIENT: (("redirectUris", EACH),),
    SCALEKIT_CLIENT: (("redirectUris", EACH),),
}
