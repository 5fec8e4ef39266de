"""Checks of the ways to become a client without a declaration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from flow_mcp.authorization_servers.http import json_object
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, bad, good, judged, skipped
from flow_mcp.operations.verify.registered import Registered, register
from flow_mcp.operations.verify.runtime import decision_words, keys
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import answer_in_words
from flow_mcp.settings import ProtectedResource

_MCP = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"
_KEYCLOAK = "https://www.keycloak.org/securing-apps/client-registration"
_EVIL = "https://flow-mcp-verify.invalid/callback"
"""A host that nobody can have (RFC 2606)."""


@check(
    "V-DCR-001",
    "Declared Dynamic Client Registration is advertised",
    meaning="Clients that register themselves (the Inspector, mcp-remote, older Claude and VS Code) do not "
    "find "
    "where, and give up.",
    remedy="Switch registration on at the server, or take `registration.dynamic` out of the tenant's file.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-2",
)
def advertised(target: Target) -> Iterator[Observation]:
    endpoint = target.metadata.get("registration_endpoint")
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
    else:
        yield judged("", f"registration_endpoint: {endpoint}", right=isinstance(endpoint, str))


@check(
    "V-DCR-002",
    "Declared Dynamic Client Registration works",
    meaning="Clients that register themselves cannot connect at all.",
    remedy="Run `pulumi up`; Keycloak: look at the realm's client registration policies for anonymous "
    "access, "
    "whose name is in the answer.",
    reference="https://www.rfc-editor.org/rfc/rfc7591#section-3.2",
)
def works(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    for subject, more in _with_and_without_scopes(target):
        with _registered(target, {"redirect_uris": [_redirect(target)], **more}) as (answer, registered):
            yield judged(subject, answer_in_words(answer), right=registered is not None)
            yield from _deletion(registered, subject)


@check(
    "V-DCR-003",
    "Undeclared Dynamic Client Registration is closed",
    meaning="Anyone can make a client. The runtime refuses its tokens, but it can show people a consent page "
    "under this server's name, and fill the server with clients.",
    remedy="Switch anonymous registration off at the server, or declare it (`registration.dynamic`) with "
    "what "
    "it may reach; Keycloak: put the Trusted Hosts policy back, or set `registration.manage: true`.",
    reference=_KEYCLOAK,
)
def closed(target: Target) -> Iterator[Observation]:
    if target.server.registration.dynamic:
        yield skipped("", "declared")
        return
    if not isinstance(target.metadata.get("registration_endpoint"), str):
        yield good("", "not advertised")
        return
    for redirect in ("http://127.0.0.1:53682/callback", _EVIL):
        with _registered(target, {"redirect_uris": [redirect]}) as (answer, registered):
            yield judged(redirect, answer_in_words(answer), right=registered is None)
            yield from _deletion(registered, redirect)


@check(
    "V-DCR-004",
    "A client that registers for client credentials reaches no data",
    meaning="Anyone on the network gets at the tenant's data, without signing in.",
    remedy="Close registration now. Then run `pulumi up`, which gates the scopes by a role.",
    reference="https://www.rfc-editor.org/rfc/rfc7591#section-5",
)
def without_data(target: Target) -> Iterator[Observation]:
    endpoint = target.metadata.get("registration_endpoint")
    if not isinstance(endpoint, str):
        yield good("", "no registration is advertised")
        return
    wish = {
        "redirect_uris": [_redirect(target)],
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    for subject, more in _with_and_without_scopes(target):
        with _registered(target, {**wish, **more}) as (answer, registered):
            if registered is None:
                yield good(subject, answer_in_words(answer))
                continue
            for resource in target.settings.protected_resources:
                yield _attempt(target, registered, resource, subject)
            yield from _deletion(registered, subject)


@check(
    "V-DCR-005",
    "A registration with a redirect to a strange host is refused",
    meaning="A stranger's site can have people send it their authorization codes through a client that looks "
    "like any other.",
    remedy="List the hosts in `registration.dynamic.redirectHosts`, then `pulumi up`.",
    reference=_KEYCLOAK,
)
def strange_redirect(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    if target.server.kind != "keycloak":
        yield skipped("", f"{target.server.kind} does not restrict redirects")
        return
    with _registered(target, {"redirect_uris": [_EVIL]}) as (answer, registered):
        yield judged(_EVIL, answer_in_words(answer), right=registered is None)
        yield from _deletion(registered, _EVIL)


@check(
    "V-DCR-006",
    "A public client stays public when it registers",
    severity="warning",
    meaning="A client that asked for no secret gets one that it does not keep (Keycloak before 26.6), and "
    "fails "
    "with invalid_client at the token endpoint.",
    remedy="Update Keycloak to 26.6 or later, or declare the client.",
    reference="https://github.com/keycloak/keycloak/issues/44403",
)
def stays_public(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    wish = {"redirect_uris": [_redirect(target)], "token_endpoint_auth_method": "none"}
    with _registered(target, wish) as (answer, registered):
        method = json_object(answer).get("token_endpoint_auth_method")
        seen = f"token_endpoint_auth_method: {method}" if registered else answer_in_words(answer)
        yield judged("", seen, right=method == "none")
        yield from _deletion(registered, "")


@check(
    "V-DCR-007",
    "A registration with fields that the server does not know is accepted",
    severity="warning",
    meaning="Clients that send fields of newer drafts or of their own cannot register (RFC 7591, section 2 "
    "lets "
    "servers ignore them).",
    remedy="Declare such clients, or let them use a metadata document; follow the report for Keycloak.",
    reference="https://github.com/keycloak/keycloak/issues/51039",
)
def unknown_fields(target: Target) -> Iterator[Observation]:
    if not target.server.registration.dynamic:
        yield skipped("", "not declared")
        return
    wish = {"redirect_uris": [_redirect(target)], "x_flow_mcp_verify": "a field that no server knows"}
    with _registered(target, wish) as (answer, registered):
        yield judged("", answer_in_words(answer), right=registered is not None)
        yield from _deletion(registered, "")


@check(
    "V-CIMD-001",
    "Declared metadata documents are advertised",
    meaning="Clients that bring a metadata document (Claude, VS Code) do not try it; they fall back to "
    "registration or give up.",
    remedy="Keycloak: start it with --features=cimd (26.6 and later). Auth0: switch it on for the tenant.",
    reference=f"{_MCP}#client-id-metadata-documents",
)
def documents_advertised(target: Target) -> Iterator[Observation]:
    said = target.metadata.get("client_id_metadata_document_supported")
    if target.server.registration.metadata_documents:
        yield judged("", f"client_id_metadata_document_supported: {said}", right=said is True)
    else:
        yield skipped("", "not declared")


@check(
    "V-CIMD-002",
    "A metadata document is a client where that is declared, and only there",
    meaning="Declared: clients with a document cannot sign people in. Undeclared: anyone's document is a "
    "client.",
    remedy="Run `pulumi up`; check that the server reaches the document, and that every host in it is "
    "declared.",
    reference="https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/",
)
def documents_work(target: Target) -> Iterator[Observation]:
    address = target.metadata_document
    if not address:
        yield skipped("", "needs a document that the server can reach: --metadata-document URL")
        return
    document = target.web.json(address)
    redirects = document.get("redirect_uris")
    if document.get("client_id") != address or not isinstance(redirects, list) or not redirects:
        raise SkipError(f"{address} is no metadata document: its client_id or redirect_uris are not right")
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
    taken = answer.status_code < 400 and "error=" not in answer.headers.get("location", "")
    seen = f"the authorization endpoint answered {answer.status_code}"
    yield judged(address, f"{seen}, {'taken' if taken else 'refused'}", right=taken == trusted)


def _document_scopes(target: Target) -> tuple[str, ...]:
    documents = target.server.registration.metadata_documents
    keys_of = documents.access if documents else ()
    resources = [each for each in target.settings.protected_resources if each.key in keys_of]
    return target.scopes(resources[0]) if resources else ()


def _with_and_without_scopes(target: Target) -> Iterator[tuple[str, dict[str, str]]]:
    """Both kinds of clients: naming scopes replaces what the server would give by itself."""
    dynamic = target.server.registration.dynamic
    resources = target.settings.protected_resources
    reached = [each for each in resources if dynamic is None or each.key in dynamic.access]
    scopes = dict.fromkeys(scope for each in reached for scope in target.scopes(each))
    yield "naming no scopes", {}
    yield "naming its scopes", {"scope": " ".join(scopes)}


def _redirect(target: Target) -> str:
    """A redirect URI that the declaration admits."""
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
    target: Target, wish: Mapping[str, object]
) -> Iterator[tuple[httpx.Response, Registered | None]]:
    """Register, and delete again whatever happens."""
    if not isinstance(target.metadata.get("registration_endpoint"), str):
        raise SkipError("the server advertises no registration")
    answer, registered = register(target, wish)
    try:
        yield answer, registered
    finally:
        if registered:
            registered.delete()


def _deletion(registered: Registered | None, subject: str) -> Iterator[Observation]:
    if registered and not registered.delete():
        yield bad(
            subject,
            f"the client {registered.client_id} could not be deleted again",
            "Delete it by hand, or set KEYCLOAK_USER and KEYCLOAK_PASSWORD so that it can be done here.",
        )


def _attempt(
    target: Target, registered: Registered, resource: ProtectedResource, subject: str
) -> Observation:
    """Ask for a program's token for a resource in every usual way at once, and let the runtime judge it."""
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
        return good(subject, f"no token: {answer_in_words(answer)}")
    target.hide(token)
    decision, words = decision_words(target, resource, token, keys(target))
    return judged(subject, f"a token, and the runtime {words}", right=not decision.allowed)
