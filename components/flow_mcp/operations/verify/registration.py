"""Checks of the registration methods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from flow_mcp.authorization_servers.http import json_object
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, bad, good, observe, skipped
from flow_mcp.operations.verify.registered import Registered, register
from flow_mcp.operations.verify.runtime import describe_decision, keys
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import describe_answer
from flow_mcp.settings import ProtectedResource

_MCP = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"
_KEYCLOAK = "https://www.keycloak.org/securing-apps/client-registration"
_UNTRUSTED_REDIRECT = "https://flow-mcp-verify.invalid/callback"
"""A host under a reserved domain, which cannot exist (RFC 2606)."""


@check(
    "V-DCR-001",
    "Declared dynamic client registration is advertised",
    meaning="Clients that require dynamic client registration (the Inspector, mcp-remote, older Claude and "
    "VS Code) do not find the endpoint and stop.",
    remedy="Enable registration at the server, or remove `registration.dynamic` from the tenant's file.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-2",
)
def advertised(target: Target) -> Iterator[Observation]:
    endpoint = target.metadata.get("registration_endpoint")
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
    else:
        yield observe("", f"registration_endpoint: {endpoint}", passed=isinstance(endpoint, str))


@check(
    "V-DCR-002",
    "Declared dynamic client registration works",
    meaning="Clients that require dynamic client registration cannot connect.",
    remedy="Run `pulumi up`. Keycloak: check the realm's client registration policies for anonymous "
    "access; the answer names the policy.",
    reference="https://www.rfc-editor.org/rfc/rfc7591#section-3.2",
)
def works(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    for subject, scope in _with_and_without_scopes(target):
        with _registered(target, {"redirect_uris": [_redirect(target)], **scope}) as (answer, registered):
            yield observe(subject, describe_answer(answer), passed=registered is not None)
            yield from _deletion(registered, subject)


@check(
    "V-DCR-003",
    "Undeclared dynamic client registration is closed",
    meaning="Anyone can register a client. The runtime rejects its tokens, but it can show people a "
    "consent page under this server's name, and fill the server with clients.",
    remedy="Disable anonymous registration at the server, or declare it with its access "
    "(`registration.dynamic`). Keycloak: restore the Trusted Hosts policy, or set `registration.manage: "
    "true`.",
    reference=_KEYCLOAK,
)
def closed(target: Target) -> Iterator[Observation]:
    if target.server.registration.dynamic:
        yield skipped("", "declared")
        return
    if not isinstance(target.metadata.get("registration_endpoint"), str):
        yield good("", "not advertised")
        return
    for redirect in ("http://127.0.0.1:53682/callback", _UNTRUSTED_REDIRECT):
        with _registered(target, {"redirect_uris": [redirect]}) as (answer, registered):
            yield observe(redirect, describe_answer(answer), passed=registered is None)
            yield from _deletion(registered, redirect)


@check(
    "V-DCR-004",
    "A client registered for client credentials gets no access",
    meaning="Anyone on the network can read the tenant's data without signing in.",
    remedy="Close registration now. Then run `pulumi up`, which restricts the scopes to a role.",
    reference="https://www.rfc-editor.org/rfc/rfc7591#section-5",
)
def without_data(target: Target) -> Iterator[Observation]:
    endpoint = target.metadata.get("registration_endpoint")
    if not isinstance(endpoint, str):
        yield good("", "registration is not advertised")
        return
    client_metadata = {
        "redirect_uris": [_redirect(target)],
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    for subject, scope in _with_and_without_scopes(target):
        with _registered(target, {**client_metadata, **scope}) as (answer, registered):
            if registered is None:
                yield good(subject, describe_answer(answer))
                continue
            for resource in target.settings.protected_resources:
                yield _attempt(target, registered, resource, subject)
            yield from _deletion(registered, subject)


@check(
    "V-DCR-005",
    "A registration with a redirect to an undeclared host is rejected",
    meaning="An attacker can register a client that looks legitimate and receive people's authorization "
    "codes at the attacker's site.",
    remedy="List the hosts in `registration.dynamic.redirectHosts`, then `pulumi up`.",
    reference=_KEYCLOAK,
)
def strange_redirect(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    if target.server.kind != "keycloak":
        yield skipped("", f"{target.server.kind} does not restrict redirect URIs")
        return
    with _registered(target, {"redirect_uris": [_UNTRUSTED_REDIRECT]}) as (answer, registered):
        yield observe(_UNTRUSTED_REDIRECT, describe_answer(answer), passed=registered is None)
        yield from _deletion(registered, _UNTRUSTED_REDIRECT)


@check(
    "V-DCR-006",
    "A client that registers as public stays public",
    severity="warning",
    meaning="A client that requested no secret receives one that it does not store (Keycloak before 26.6), "
    "and fails with invalid_client at the token endpoint.",
    remedy="Update Keycloak to 26.6 or later, or declare the client.",
    reference="https://github.com/keycloak/keycloak/issues/44403",
)
def stays_public(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    client_metadata = {"redirect_uris": [_redirect(target)], "token_endpoint_auth_method": "none"}
    with _registered(target, client_metadata) as (answer, registered):
        method = json_object(answer).get("token_endpoint_auth_method")
        seen = f"token_endpoint_auth_method: {method}" if registered else describe_answer(answer)
        yield observe("", seen, passed=method == "none")
        yield from _deletion(registered, "")


@check(
    "V-DCR-007",
    "A registration with unknown fields is accepted",
    severity="warning",
    meaning="Clients that send fields of newer drafts or their own fields cannot register. RFC 7591, "
    "section 2 lets servers ignore unknown fields.",
    remedy="Declare such clients, or let them use a metadata document. For Keycloak, follow the referenced "
    "issue.",
    reference="https://github.com/keycloak/keycloak/issues/51039",
)
def unknown_fields(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    client_metadata = {
        "redirect_uris": [_redirect(target)],
        "x_flow_mcp_verify": "a field that no server knows",
    }
    with _registered(target, client_metadata) as (answer, registered):
        yield observe("", describe_answer(answer), passed=registered is not None)
        yield from _deletion(registered, "")


@check(
    "V-CIMD-001",
    "Declared client ID metadata documents are advertised",
    meaning="Clients with a metadata document (Claude, VS Code) do not use it; they try dynamic client "
    "registration or stop.",
    remedy="Keycloak: start it with --features=cimd (26.6 and later). Auth0: enable it for the Auth0 tenant.",
    reference=f"{_MCP}#client-id-metadata-documents",
)
def documents_advertised(target: Target) -> Iterator[Observation]:
    supported = target.metadata.get("client_id_metadata_document_supported")
    if target.server.registration.metadata_documents:
        yield observe("", f"client_id_metadata_document_supported: {supported}", passed=supported is True)
    else:
        yield skipped("", "not declared")


@check(
    "V-CIMD-002",
    "A client ID metadata document is accepted if declared, else rejected",
    meaning="If declared: clients with a document cannot sign people in. If not declared: anyone can "
    "publish a document and use it as a client.",
    remedy="Run `pulumi up`. Check that the server can fetch the document, and that every host in it is "
    "declared.",
    reference="https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/",
)
def documents_work(target: Target) -> Iterator[Observation]:
    address = target.metadata_document
    if not address:
        yield skipped("", "provide a document that the server can fetch: --metadata-document URL")
        return
    document = target.web.json(address)
    redirects = document.get("redirect_uris")
    if document.get("client_id") != address or not isinstance(redirects, list) or not redirects:
        raise SkipError(f"{address} is not a metadata document: its client_id or redirect_uris are wrong")
    declared = target.server.registration.metadata_documents
    trusted = declared is not None and urlsplit(address).hostname in declared.domains
    answer = target.web.ask(
        "GET",
        str(target.metadata.get("authorization_endpoint")),
        params={
            "client_id": address,
            "redirect_uri": str(redirects[0]),
            "response_type": "code",
            "scope": " ".join(_document_scopes(target)),
            "state": "flow-mcp-verify",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        },
    )
    accepted = answer.status_code < 400 and "error=" not in answer.headers.get("location", "")
    seen = f"the authorization endpoint answered {answer.status_code}"
    yield observe(address, f"{seen}, {'accepted' if accepted else 'rejected'}", passed=accepted == trusted)


def _document_scopes(target: Target) -> tuple[str, ...]:
    documents = target.server.registration.metadata_documents
    access = documents.access if documents else ()
    resources = [resource for resource in target.settings.protected_resources if resource.key in access]
    return target.scopes(resources[0]) if resources else ()


def _with_and_without_scopes(target: Target) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield a registration without and one with scopes: stated scopes replace the server's defaults."""
    dynamic = target.server.registration.dynamic
    resources = target.settings.protected_resources
    accessible = [item for item in resources if dynamic is None or item.key in dynamic.access]
    scopes = dict.fromkeys(scope for resource in accessible for scope in target.scopes(resource))
    yield "without scopes", {}
    yield "with its scopes", {"scope": " ".join(scopes)}


def _redirect(target: Target) -> str:
    """Return a redirect URI that the declaration allows."""
    loopback = "http://127.0.0.1:53682/callback"
    declaration = target.declaration
    server = None if isinstance(declaration, str) else declaration.server
    if not isinstance(server, Keycloak) or not server.registration.dynamic:
        return loopback
    hosts = server.registration.dynamic.redirect_hosts
    if "127.0.0.1" in hosts:
        return loopback
    return (
        "http://localhost:53682/callback"
        if "localhost" in hosts
        else f"https://{hosts[0].lstrip('*.')}/callback"
    )


@contextmanager
def _registered(
    target: Target, client_metadata: Mapping[str, object]
) -> Iterator[tuple[httpx.Response, Registered | None]]:
    """Register a client, and delete it even after an error."""
    if not isinstance(target.metadata.get("registration_endpoint"), str):
        raise SkipError("the server does not advertise registration")
    answer, registered = register(target, client_metadata)
    try:
        yield answer, registered
    finally:
        if registered:
            registered.delete()


def _deletion(registered: Registered | None, subject: str) -> Iterator[Observation]:
    if registered and not registered.delete():
        yield bad(
            subject,
            f"the client {registered.client_id} could not be deleted",
            "Delete it by hand, or set KEYCLOAK_USER and KEYCLOAK_PASSWORD and verify again.",
        )


def _attempt(
    target: Target, registered: Registered, resource: ProtectedResource, subject: str
) -> Observation:
    """Request a token for a resource with all usual parameters, and let the runtime decide on it."""
    subject = f"{resource.key}, {subject}"
    answer = target.web.ask(
        "POST",
        str(target.metadata.get("token_endpoint")),
        data={
            "grant_type": "client_credentials",
            "scope": " ".join(target.scopes(resource)),
            "resource": resource.url,
            "audience": resource.url,
        },
        auth=(registered.client_id, registered.secret),
    )
    token = json_object(answer).get("access_token")
    if not isinstance(token, str):
        return good(subject, f"no token: {describe_answer(answer)}")
    target.hide(token)
    decision, description = describe_decision(target, resource, token, keys(target))
    return observe(subject, f"token received, and the runtime {description}", passed=not decision.allowed)
