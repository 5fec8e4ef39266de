"""Expresses an existing application as a client of a tenant's file, and says what cannot be expressed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.authorization_servers.adoption import Expression
from flow_mcp.authorization_servers.auth0.adoption.differences import ordered
from flow_mcp.authorization_servers.declarable import ORIGIN, REDIRECT_URI, is_declarable
from flow_mcp.authorization_servers.representations import Representation, flag, mapping, text
from flow_mcp.settings import Grant

_GRANTS = {Grant.AUTHORIZATION_CODE: "authorization_code", Grant.CLIENT_CREDENTIALS: "client_credentials"}
_ROTATING = {"rotation_type": "rotating", "expiration_type": "expiring"}


def express(client: Representation) -> Expression:
    """Return an application as a declaration."""
    grant = next((grant for grant, name in _GRANTS.items() if name in ordered(client, "grant_types")), None)
    if grant is None:
        return Expression(None, {}, "", ())
    declared: dict[str, Any] = {"grant": grant.value}
    if grant is Grant.AUTHORIZATION_CODE:
        if is_confidential(client):
            declared["clientType"] = "confidential"
        if uris := [uri for uri in ordered(client, "callbacks") if is_declarable(REDIRECT_URI, uri)]:
            declared["redirectUris"] = uris
        if origins := [origin for origin in ordered(client, "web_origins") if is_declarable(ORIGIN, origin)]:
            declared["webOrigins"] = origins
    if flag(client, "require_proof_of_possession"):
        declared["tokens"] = {"binding": "dpop"}
    return Expression(grant, declared, _obstacle(client), tuple(_remarks(client, grant)))


def is_confidential(client: Representation) -> bool:
    """Return whether an application authenticates at the token endpoint."""
    method = text(client, "token_endpoint_auth_method")
    return method != "none" if method else text(client, "app_type") not in ("native", "spa")


def is_exact(client: Representation) -> bool:
    """Return whether all callbacks of an application can be declared."""
    return all(is_declarable(REDIRECT_URI, uri) for uri in ordered(client, "callbacks"))


def has_rotating_refresh_tokens(client: Representation) -> bool:
    """Return whether an application has refresh tokens of the kind that a tenant's file declares."""
    settings = mapping(client, "refresh_token")
    infinite = flag(settings, "infinite_token_lifetime") or flag(settings, "infinite_idle_token_lifetime")
    return (
        "refresh_token" in ordered(client, "grant_types")
        and not infinite
        and all(text(settings, key) == value for key, value in _ROTATING.items())
    )


def _obstacle(client: Representation) -> str:
    """Return a credential that the plugin does not read, so that its update would remove it."""
    methods = mapping(client, "client_authentication_methods")
    if "private_key_jwt" in methods:
        return "It authenticates with a private key JWT, and Auth0 does not return the public key."
    if methods:
        return f"It authenticates with {', '.join(sorted(methods))}, which a tenant's file cannot declare."
    if mapping(client, "signed_request_object"):
        return "It signs its authorization requests with a key that Auth0 does not return."
    if mapping(client, "token_vault_privileged_access"):
        return "It has privileged access to Auth0's token vault with a key that Auth0 does not return."
    return ""


def _remarks(client: Representation, grant: Grant) -> Iterator[str]:
    extra = sorted({*ordered(client, "grant_types")} - {_GRANTS[grant], "refresh_token"})
    if grant is Grant.AUTHORIZATION_CODE and "client_credentials" in extra:
        extra.remove("client_credentials")
        yield (
            "It also has the grant client-credentials. A declared client has one grant, and the runtime "
            "rejects the tokens that this client gets for itself. Register another client for the program."
        )
    if extra:
        yield f"It also has the grants {', '.join(extra)}, which a tenant's file cannot declare."
    if grant is Grant.AUTHORIZATION_CODE:
        if other := [uri for uri in ordered(client, "callbacks") if not is_declarable(REDIRECT_URI, uri)]:
            yield f"Its callbacks {', '.join(other)} are not exact https or loopback URIs."
        if other := [
            origin for origin in ordered(client, "web_origins") if not is_declarable(ORIGIN, origin)
        ]:
            yield f"Its web origins {', '.join(other)} are not exact origins."
        if "refresh_token" in ordered(client, "grant_types") and not has_rotating_refresh_tokens(client):
            yield "Its refresh tokens are not rotated, or do not expire. The stack does not change that."
    if not flag(client, "is_first_party"):
        yield "It is a third-party application, so its users must consent. The stack does not change that."
    if not flag(client, "oidc_conformant"):
        yield "It is not OIDC-conformant, so Auth0 permits its former endpoints to it."
    if flag(client, "cross_origin_authentication") or flag(client, "cross_origin_auth"):
        yield "It may send people's passwords from its own pages (cross-origin authentication)."
    if (usage := text(client, "organization_usage")) in ("allow", "require"):
        yield f"It signs people in for organizations ({usage}), which a tenant's file cannot declare."
    if metadata := sorted(mapping(client, "client_metadata")):
        yield f"Its metadata {', '.join(metadata)} stays, so it has no owner mark of the stack."
