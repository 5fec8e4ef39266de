"""Check clients and registration methods that name known applications."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.applications.entry import Application
from flow_mcp.declaration.applications.expansion import redirect_uris, registration_methods
from flow_mcp.declaration.base import is_loopback
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.urls import OWN_SCHEME, is_private_use
from flow_mcp.settings import Grant

_SEGMENT = re.compile(r"[A-Za-z0-9._~%-]+")


def check_clients(declaration: Declaration, catalogue: Mapping[str, Application]) -> Iterator[Finding]:
    """Yield the findings on the clients of an expanded declaration."""
    for name, client in declaration.tenant.clients.items():
        path: Path = ("clients", name)
        application = catalogue.get(client.application) if client.application else None
        if client.application and application is None:
            yield _unknown((*path, "application"), client.application, catalogue)
        if application:
            yield from _client(declaration, path, client, application)
        allowed = application.private_use_redirect_uris if application else ()
        for index, uri in enumerate(client.redirect_uris):
            if is_private_use(uri) and uri not in allowed:
                yield Finding((*path, "redirectUris", index), *OWN_SCHEME)


def check_registration(declaration: Declaration, catalogue: Mapping[str, Application]) -> Iterator[Finding]:
    """Yield the findings on the applications that registration methods name."""
    for key, method in registration_methods(declaration):
        named = getattr(method, "applications", None) or ()
        at = declaration.kind.registration_methods_at
        here = ("authorizationServer", declaration.kind.key, at, key, "applications")
        for index, name in enumerate(named):
            yield from _registration((*here, index), key, name, catalogue)


def _unknown(path: Path, name: str, catalogue: Mapping[str, Application]) -> Finding:
    return Finding(
        path,
        f"names {name}, which is not a known application",
        f"{did_you_mean(name, catalogue)} Known: {', '.join(sorted(catalogue))}; "
        "add others in applications.yaml beside the tenants' files.".strip(),
    )


def _client(
    declaration: Declaration, path: Path, client: Client, application: Application
) -> Iterator[Finding]:
    if client.grant is not Grant.AUTHORIZATION_CODE:
        yield Finding(
            (*path, "grant"),
            f"is for programs, but people sign in with {application.title}",
            "Remove the grant, or remove application.",
        )
        return
    kind = "confidential" if client.confidential else "public"
    if kind not in application.client_types:
        key = "clientType" if client.client_type or not client.credentials else client.credentials[0]
        yield Finding(
            (*path, key),
            f"makes the client {kind}, but {application.title} is {' or '.join(application.client_types)}",
            "Remove it, or remove application and declare the complete client.",
        )
    elif client.authentication in {"private-key-jwt", "federated"}:
        yield Finding(
            (*path, client.credentials[0]),
            f"is an authentication method that {application.title} is not known to support",
            "Remove it, or remove application and declare the complete client.",
        )
    for index, origin in enumerate(client.web_origins):
        if origin not in application.web_origins:
            yield Finding(
                (*path, "webOrigins", index),
                f"is not a web origin of {application.title}",
                "Remove it, or remove application and declare the complete client.",
            )
    yield from _redirects(declaration, path, client, application)


def _redirects(
    declaration: Declaration, path: Path, client: Client, application: Application
) -> Iterator[Finding]:
    known, callback = redirect_uris(declaration, client, application), application.callback
    if callback and not client.redirect_uris:
        yield Finding(
            (*path, "redirectUris"),
            f"is missing, because {application.title} creates one for each app or tool",
            f"{callback.where} Add it to redirectUris: {_listed(application)}.",
        )
    for index, uri in enumerate(client.redirect_uris):
        # check_clients reports private-use schemes.
        if is_private_use(uri) or any(_is_same(known_uri, uri) for known_uri in known):
            continue
        if not (callback and _is_below(callback.prefix, uri)):
            yield Finding(
                (*path, "redirectUris", index),
                f"is not a redirect URI of {application.title}",
                f"Copy it from the application: {_listed(application)}."
                if callback
                else f"Remove redirectUris to use the known ones: {', '.join(known)}.",
            )


def _listed(application: Application) -> str:
    """Return the forms of redirect URIs of an application that creates some of them, for a message."""
    created = f"{application.callback.prefix}…" if application.callback else ""
    return " or ".join((*application.redirect_uris, created))


def _is_below(prefix: str, uri: str) -> bool:
    return uri.startswith(prefix) and bool(_SEGMENT.fullmatch(uri.removeprefix(prefix)))


def _is_same(known: str, uri: str) -> bool:
    """Return whether a URI equals a known one; a loopback URI may add a port to one without a port."""
    if known == uri:
        return True
    parts, other = urlsplit(known), urlsplit(uri)
    return (
        is_loopback(parts.hostname)
        and parts.port is None
        and parts == other._replace(netloc=(other.hostname or "") if parts.hostname == other.hostname else "")
    )


def _registration(path: Path, key: str, name: str, catalogue: Mapping[str, Application]) -> Iterator[Finding]:
    if name not in catalogue:
        yield _unknown(path, name, catalogue)
        return
    application = catalogue[name]
    documents = key == "metadataDocuments"
    support = application.metadata_documents if documents else application.dynamic_registration
    what = "have a metadata document" if documents else "register dynamically"
    if support != "supported":
        known = "is not known to" if support == "unknown" else "does not"
        yield Finding(
            path, f"names {application.title}, which {known} {what}", "Remove it, and declare a client."
        )
    elif documents and not application.metadata_document:
        yield Finding(
            path,
            f"names {application.title}, whose metadata document has no known address",
            "Add metadataDocument to its entry in applications.yaml, or declare the document's host.",
        )
