"""Expresses an existing application as a client of a tenant's file, and says what cannot be expressed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.declarable import REDIRECT_URI, is_declarable
from flow_mcp.authorization_servers.entra.adoption.content import roles_of, scopes_of
from flow_mcp.authorization_servers.entra.adoption.credentials import (
    Credential,
    credential_of,
    has_credential,
)
from flow_mcp.authorization_servers.entra.adoption.provider_limits import refused_by_provider
from flow_mcp.authorization_servers.entra.adoption.reach import Reached
from flow_mcp.authorization_servers.representations import Representation, flag, mapping, objects, text, texts
from flow_mcp.declaration.base import is_loopback
from flow_mcp.settings import Grant

_PLATFORMS = {"web": "web", "spa": "single-page", "publicClient": "native"}
"""The properties with redirect URIs in Microsoft Graph, and the names of their platforms."""


@dataclass(frozen=True)
class Expression:
    """An existing application as a declaration.

    Attributes:
        grant: the grant that the declaration names.
        declared: the values of `clients` besides access and people.
        credential: its credential.
        obstacle: why the stack cannot take the client over; empty if it can. One sentence.
        remarks: what the declaration does not express, one sentence each.
    """

    grant: Grant
    declared: Mapping[str, Any]
    credential: Credential
    obstacle: str
    remarks: tuple[str, ...]


def express(app: Representation, federated: Sequence[Representation], reached: Reached) -> Expression:
    """Return an application as a declaration.

    Args:
        app: the app registration.
        federated: its federated credentials.
        reached: its permissions at the tenant's APIs.
    """
    uris = {platform: texts(mapping(app, platform), "redirectUris") for platform in _PLATFORMS}
    grant = _grant(uris, reached)
    declared: dict[str, Any] = {"grant": grant.value}
    platform = ""
    if grant is Grant.AUTHORIZATION_CODE:
        platform = _platform(app, federated, uris)
        declared |= _redirects(uris[platform], platform) if platform else {}
    authenticates = grant is Grant.CLIENT_CREDENTIALS or platform == "web"
    credential = credential_of(app, federated) if authenticates else Credential({})
    if authenticates:
        declared |= credential.declared
        declared |= {"clientType": "confidential"} if platform == "web" else {}
    refused = refused_by_provider(app)
    reason = f"it has {refused}, which the azuread plugin rejects" if refused else credential.obstacle
    obstacle = f"The stack lists the client and does not manage it, because {reason}." if reason else ""
    remarks = (
        *_grants(uris, grant, reached),
        *_redirect_remarks(uris, platform, declared),
        *credential.remarks,
        *_unused_credentials(app, federated, authenticates=authenticates),
        *_settings(app),
    )
    return Expression(grant, declared, credential, obstacle, remarks)


def _grant(uris: Mapping[str, tuple[str, ...]], reached: Reached) -> Grant:
    """Return the grant of the permissions that an application has; both or none: by its redirect URIs."""
    if bool(reached.program) != bool(reached.person):
        return Grant.CLIENT_CREDENTIALS if reached.program else Grant.AUTHORIZATION_CODE
    return Grant.AUTHORIZATION_CODE if any(uris.values()) else Grant.CLIENT_CREDENTIALS


def _platform(
    app: Representation, federated: Sequence[Representation], uris: Mapping[str, tuple[str, ...]]
) -> str:
    """Return the platform that the declaration describes: the web application's if it can authenticate."""
    if uris["web"] and has_credential(app, federated):
        return "web"
    return next((platform for platform in ("spa", "publicClient", "web") if uris[platform]), "")


def _redirects(uris: Sequence[str], platform: str) -> dict[str, Any]:
    without_port: dict[str, str] = {}
    for uri in uris:
        if not is_declarable(REDIRECT_URI, uri):
            continue
        parts = urlsplit(uri)
        bare = f"{parts.scheme}://{parts.hostname}{parts.path}?{parts.query}"
        # Entra ignores the port of a loopback address, so two that differ in it are one.
        without_port.setdefault(bare if is_loopback(parts.hostname) else uri, uri)
    redirects: dict[str, Any] = {"redirectUris": sorted(without_port.values())} if without_port else {}
    if platform == "spa" and without_port:
        origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, without_port.values())}
        redirects["webOrigins"] = sorted(origins)
    return redirects


def _grants(uris: Mapping[str, tuple[str, ...]], grant: Grant, reached: Reached) -> Iterator[str]:
    if grant is Grant.AUTHORIZATION_CODE and reached.program:
        yield (
            "It also has app roles for programs. A declared client has one grant, and the runtime rejects "
            "the tokens that this client gets for itself. Register another client for the program."
        )
    if grant is Grant.CLIENT_CREDENTIALS and reached.person:
        yield "It also has delegated permissions, which a declared program does not have. They stay."
    if grant is Grant.CLIENT_CREDENTIALS and any(uris.values()):
        yield "It has redirect URIs, which a declared program does not have. They stay."


def _redirect_remarks(
    uris: Mapping[str, tuple[str, ...]], platform: str, declared: Mapping[str, Any]
) -> Iterator[str]:
    if not platform:
        return
    listed = declared.get("redirectUris", ())
    if other := [uri for uri in uris[platform] if uri not in listed]:
        yield (
            f"Its redirect URIs {', '.join(other)} are not exact https or loopback URIs, or differ in the "
            "port only."
        )
    for further, name in _PLATFORMS.items():
        if further != platform and uris[further]:
            yield (
                f"It also has the {name} redirect URIs {', '.join(uris[further])}. A declared client has one "
                "platform; they stay."
            )


def _unused_credentials(
    app: Representation, federated: Sequence[Representation], *, authenticates: bool
) -> Iterator[str]:
    if not authenticates and has_credential(app, federated):
        yield "It has credentials, although its declaration is that of a public client. They stay."


def _settings(app: Representation) -> Iterator[str]:
    grant = mapping(mapping(app, "web"), "implicitGrantSettings")
    if flag(grant, "enableAccessTokenIssuance") or flag(grant, "enableIdTokenIssuance"):
        yield "It has the implicit grant, which a tenant's file cannot declare."
    if flag(app, "isFallbackPublicClient"):
        yield "It allows public client flows (device code, password), which a tenant's file cannot declare."
    if (audience := text(app, "signInAudience")) not in ("", "AzureADMyOrg"):
        yield f"It is for accounts of other organizations too ({audience}); the runtime rejects their tokens."
    if any(objects(mapping(app, "optionalClaims"), key) for key in ("accessToken", "idToken", "saml2Token")):
        yield "It has optional claims. They stay, and are not managed."
    if text(app, "groupMembershipClaims"):
        yield "Its tokens can have the groups of the person. The setting stays, and is not managed."
    owned = [text(entry, "value") or text(entry, "id") for entry in (*scopes_of(app), *roles_of(app))]
    if owned:
        yield f"It is an API too, with the permissions {', '.join(owned)}. They stay, and are not managed."
    if len(owners := texts(app, "owners")) > 1:
        yield f"It has {len(owners)} owners, who can add credentials to it. They stay."
