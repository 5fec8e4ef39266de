"""Expresses an existing client as a client of a tenant's file, and says what cannot be expressed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from flow_mcp.authorization_servers.adoption import Expression
from flow_mcp.authorization_servers.declarable import ORIGIN, REDIRECT_URI, is_declarable
from flow_mcp.authorization_servers.keycloak.adoption import rejected_tokens
from flow_mcp.authorization_servers.keycloak.client_properties import DEFAULT_SCOPES
from flow_mcp.authorization_servers.keycloak.grants import allowed_grants
from flow_mcp.authorization_servers.representations import (
    Representation,
    flag,
    mapping,
    objects,
    text,
    texts,
)
from flow_mcp.settings import Grant

_NOT_READ = {
    "exclude.issuer.from.auth.response": "iss",
    "exclude.session.state.from.auth.response": "session_state",
}
"""Attributes that the plugin writes and does not read, with the parameter that each omits."""


def express(client: Representation) -> Expression:
    """Return a client as a declaration."""
    grant = _grant(client)
    if grant is None:
        return Expression(None, {}, "", ())
    declared: dict[str, Any] = {"grant": grant.value, "clientId": text(client, "clientId")}
    if grant is Grant.AUTHORIZATION_CODE:
        if not flag(client, "publicClient"):
            declared["clientType"] = "confidential"
        if uris := [uri for uri in texts(client, "redirectUris") if is_declarable(REDIRECT_URI, uri)]:
            declared["redirectUris"] = uris
        if origins := [origin for origin in texts(client, "webOrigins") if is_declarable(ORIGIN, origin)]:
            declared["webOrigins"] = origins
    credential, obstacle = _credential(client)
    declared |= credential
    return Expression(grant, declared, obstacle or _obstacle(client), tuple(_remarks(client, grant)))


def _grant(client: Representation) -> Grant | None:
    if flag(client, "bearerOnly"):
        return None
    if flag(client, "standardFlowEnabled"):
        return Grant.AUTHORIZATION_CODE
    return Grant.CLIENT_CREDENTIALS if flag(client, "serviceAccountsEnabled") else None


def _credential(client: Representation) -> tuple[dict[str, Any], str]:
    """Return the declared credential, and why there is none that the declaration can express."""
    method = text(client, "clientAuthenticatorType") or "client-secret"
    if flag(client, "publicClient") or method == "client-secret":
        return {}, ""
    attributes = mapping(client, "attributes")
    if method == "client-jwt":
        if flag(attributes, "use.jwks.url") and text(attributes, "jwks.url"):
            return {"privateKeyJwt": {"jwksUrl": text(attributes, "jwks.url")}}, ""
        if certificate := "".join(text(attributes, "jwt.credential.certificate").split()):
            lines = "\n".join(textwrap.wrap(certificate, 64))
            pem = f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"
            return {"privateKeyJwt": {"certificate": pem}}, ""
        return {}, "It signs its assertions with a key that is neither a certificate nor published at a URL."
    return {}, f"It authenticates by {method}, which a tenant's file cannot declare."


def _obstacle(client: Representation) -> str:
    """Return a setting that the plugin does not read, and that its first update would reset."""
    if flag(client, "authorizationServicesEnabled"):
        return "It has Keycloak's authorization services, which an update of the plugin would switch off."
    attributes = mapping(client, "attributes")
    omitted = [parameter for name, parameter in _NOT_READ.items() if flag(attributes, name)]
    if omitted:
        return (
            f"It omits {' and '.join(omitted)} in authentication responses, which an update of the plugin "
            "would undo."
        )
    return ""


def _remarks(client: Representation, grant: Grant) -> Iterator[str]:
    if not flag(client, "enabled"):
        yield "It is disabled and stays so: the property enabled is kept."
    extra = [name for name in grants_of(client) if name != _WORDS[grant]]
    if grant is Grant.AUTHORIZATION_CODE and "client credentials" in extra:
        extra.remove("client credentials")
        yield (
            "It also has the grant client-credentials. A declared client has one grant, and the runtime "
            "rejects the tokens that this client gets for itself. Register another client for the program."
        )
    if extra:
        yield f"It also has the grants {', '.join(extra)}, which a tenant's file cannot declare."
    if grant is Grant.AUTHORIZATION_CODE:
        if other := [uri for uri in texts(client, "redirectUris") if not is_declarable(REDIRECT_URI, uri)]:
            yield f"Its redirect URIs {', '.join(other)} are not exact https or loopback URIs."
        if other := [origin for origin in texts(client, "webOrigins") if not is_declarable(ORIGIN, origin)]:
            yield f"Its web origins {', '.join(other)} are not exact origins."
        if text(mapping(client, "attributes"), "pkce.code.challenge.method") != "S256":
            yield "It does not require PKCE with S256."
    elif texts(client, "redirectUris") or texts(client, "webOrigins"):
        yield (
            "It has redirect URIs or web origins, which a program does not use, and the plugin rejects an "
            "update of it with them. Remove validRedirectUris and webOrigins first from its kept properties."
        )
    if flag(client, "fullScopeAllowed"):
        yield "Its tokens have all roles of the user (full scope)."
    if other := sorted(set(texts(client, "defaultClientScopes")) - {*DEFAULT_SCOPES, "service_account"}):
        yield f"Every token of it has the default scopes {', '.join(other)}."
    yield from rejected_tokens.of_client(client)
    if mappers := sorted(text(mapper, "name") for mapper in objects(client, "protocolMappers")):
        yield f"It has mappers of its own ({', '.join(mappers)}). They stay, and are not managed."


def grants_of(client: Representation) -> list[str]:
    """Return the names of the grants that a client may use."""
    return allowed_grants({**client, "attributes": mapping(client, "attributes")})


def is_exact(client: Representation) -> bool:
    """Return whether all redirect URIs of a client can be declared."""
    return all(is_declarable(REDIRECT_URI, uri) for uri in texts(client, "redirectUris"))


_WORDS = {Grant.AUTHORIZATION_CODE: "authorization code", Grant.CLIENT_CREDENTIALS: "client credentials"}
"""The grants of a declaration, in the words of `allowed_grants`."""
