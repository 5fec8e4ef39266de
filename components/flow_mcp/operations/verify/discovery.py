"""Checks of the authorization server's metadata and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.error_texts import translate
from flow_mcp.operations.verify.observation import Observation, bad, good, judged, skipped
from flow_mcp.operations.verify.target import Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.runtime import discovery_addresses
from flow_mcp.runtime.jwks import public_keys
from flow_mcp.settings import Grant

_MCP = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"


@check(
    "V-DISCOVERY-001",
    "The metadata is at the address that the settings name",
    meaning="The runtime does not find the keys, so every call of every client is answered 401.",
    remedy="Check that the server runs, that its address is right and that a proxy lets /.well-known "
    "through; "
    "then `pulumi up`.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-3",
)
def named_address(target: Target) -> Iterator[Observation]:
    address = target.server.metadata_url
    found = target.documents[address]
    yield good(address, "answered") if isinstance(found, dict) else _unread(address, found)


@check(
    "V-DISCOVERY-002",
    "Each address at which MCP clients look has the metadata",
    severity="warning",
    meaning="Clients that look at this address only do not find the server; those that follow the "
    "specification go on to the next one.",
    remedy="Let the proxy route the host's root /.well-known to the server (Keycloak: 26.4 and later has "
    "it); "
    "Entra and Scalekit do not offer all of them: nothing can be done there.",
    reference=f"{_MCP}#authorization-server-metadata-discovery",
)
def usual_addresses(target: Target) -> Iterator[Observation]:
    usual = _usual(target)
    for address in usual:
        found = target.documents[address]
        # OpenID Connect with the path inserted: second in the specification, and hardly any server has it.
        needless = address in usual[1:-1] and isinstance(target.documents[usual[-1]], dict)
        if isinstance(found, dict):
            yield good(address, "answered")
        elif needless:
            yield good(address, f"{found}, and not needed: {usual[-1]} answered")
        else:
            yield _unread(address, found)


@check(
    "V-DISCOVERY-003",
    "At least one of these addresses has the metadata",
    meaning="No MCP client finds the authorization server.",
    remedy="Let the proxy route the host's root /.well-known to the server.",
    reference=f"{_MCP}#authorization-server-metadata-discovery",
)
def any_address(target: Target) -> Iterator[Observation]:
    addresses = _usual(target)
    found = sum(isinstance(target.documents[address], dict) for address in addresses)
    yield judged("", f"{found} of {len(addresses)} answered", right=found > 0)


@check(
    "V-ISSUER-001",
    "The metadata's issuer is the authority, byte for byte",
    meaning="Clients refuse the server (RFC 8414, 3.3), or bind their registration to another issuer than "
    "the "
    "token's; the runtime does not take its keys.",
    remedy="Declare the authority exactly as the server calls itself, the slash at the end included; never a "
    "template such as Entra's `common`.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-3.3",
)
def issuer(target: Target) -> Iterator[Observation]:
    for address, found in target.documents.items():
        if isinstance(found, dict):
            named = found.get("issuer")
            yield judged(address, f"issuer {named!r:.200}", right=named == target.server.authority)


@check(
    "V-ENDPOINT-001",
    "The settings' endpoints are those of the metadata",
    meaning="Clients that were set up by the settings talk to another address than those that discover.",
    remedy="Run `pulumi up`, so that the settings name the server's present endpoints.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-2",
)
def endpoints(target: Target) -> Iterator[Observation]:
    metadata = target.metadata
    requests = [request for client in target.server.clients for request in client.token_requests]
    used = {
        "token_endpoint": {request.token_endpoint for request in requests},
        "authorization_endpoint": {
            request.authorization_endpoint for request in requests if request.authorization_endpoint
        },
    }
    for name, urls in used.items():
        for url in sorted(urls):
            seen = f"settings: {url}, metadata: {metadata.get(name)}"
            yield judged(name, seen, right=metadata.get(name) == url)


@check(
    "V-PKCE-001",
    "PKCE with S256 is advertised",
    severity="warning",
    meaning="MCP clients that follow the specification refuse to sign people in; Claude, the Inspector and "
    "the "
    "SDKs differ in how strict they are.",
    remedy="Nothing can be done with Entra, which supports PKCE and does not say so: use clients that go on, "
    "or client credentials. Elsewhere, switch S256 on.",
    reference=f"{_MCP}#authorization-code-protection",
)
def pkce(target: Target) -> Iterator[Observation]:
    methods = target.metadata.get("code_challenge_methods_supported")
    registration = target.server.registration
    if not (
        any(client.grant is Grant.AUTHORIZATION_CODE for client in target.server.clients)
        or registration.dynamic
        or registration.metadata_documents
    ):
        yield skipped("", "no client signs people in")
    else:
        yield judged(
            "",
            f"code_challenge_methods_supported: {_listed(methods)}",
            right=isinstance(methods, list) and "S256" in methods,
        )


_METHODS = {
    "none": {"none"},
    "client-secret": {"client_secret_basic"},
    "private-key-jwt": {"private_key_jwt"},
}


@check(
    "V-AUTH-001",
    "The clients' ways to authenticate are advertised",
    severity="warning",
    meaning="Clients choose their way by the metadata: one that does not find `none` skips metadata "
    "documents "
    "(Claude), one that does not find its own does not ask for a token.",
    remedy="Switch the method on at the server; Keycloak lists `none` from 26.6 on.",
    reference="https://github.com/keycloak/keycloak/issues/49730",
)
def authentication_methods(target: Target) -> Iterator[Observation]:
    # RFC 8414, section 2: left out, it means client_secret_basic.
    offered = target.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    wanted = {method for c in target.managed for method in _METHODS.get(c.authentication or "", ())}
    if target.server.registration.dynamic or target.server.registration.metadata_documents:
        wanted.add("none")
    for method in sorted(wanted):
        right = isinstance(offered, list) and method in offered
        yield judged(method, f"advertised: {_listed(offered)}", right=right)


@check(
    "V-SCOPE-003",
    "The metadata lists the resources' scopes, or none at all",
    severity="warning",
    meaning="Clients that take their scopes from the authorization server's metadata, not from the "
    "challenge, ask "
    "for the wrong ones (older releases of the MCP Python SDK).",
    remedy="Nothing can be done with Entra, which lists its own scopes only: use clients that take the "
    "challenge's. Keycloak: include the client scope in the metadata.",
    reference="https://github.com/modelcontextprotocol/python-sdk/issues/1307",
)
def listed_scopes(target: Target) -> Iterator[Observation]:
    listed = target.metadata.get("scopes_supported")
    for resource in target.settings.protected_resources:
        missing = [
            scope for scope in target.scopes(resource) if isinstance(listed, list) and scope not in listed
        ]
        seen = "no scopes_supported" if listed is None else f"missing: {', '.join(missing) or 'none'}"
        yield judged(resource.key, seen, right=not missing)


@check(
    "V-KEYS-001",
    "There is a key that the runtime can use",
    meaning="No token can be checked, so every call is answered 401.",
    remedy="Let the server sign with an asymmetric algorithm of the token profile (RS256; RSA keys of at "
    "least "
    "2048 bits). Auth0: set the API's signing algorithm to RS256, not HS256.",
    reference="https://www.rfc-editor.org/rfc/rfc7517#section-4",
)
def usable_keys(target: Target) -> Iterator[Observation]:
    algorithms = target.server.token_profile.algorithms
    for address, keys in _key_set(target):
        listed = keys.get("keys")
        kinds = [_kind(key) for key in listed] if isinstance(listed, list) else []
        try:
            usable = [
                key
                for key in public_keys(keys).keys
                if key.alg in (None, *algorithms) and _fits(key.key_type, algorithms)
            ]
        except ValueError as error:
            yield bad(address, str(error))
            continue
        seen = f"{len(usable)} usable of {len(kinds)}: {', '.join(kinds) or 'none'}"
        yield judged(address, seen, right=bool(usable))


@check(
    "V-KEYS-002",
    "No private or shared key is published",
    meaning="Anyone can make tokens that look like the server's; the runtime does not use such a key.",
    remedy="Replace the key at once, and tell whoever runs the server.",
    reference="https://www.rfc-editor.org/rfc/rfc7517#section-9.3",
)
def published_secrets(target: Target) -> Iterator[Observation]:
    for address, keys in _key_set(target):
        listed = keys.get("keys")
        for key in listed if isinstance(listed, list) else []:
            if isinstance(key, dict) and not {"d", "k", "p", "q"}.isdisjoint(key):
                yield bad(address, f"{_kind(key)} with its secret part")
                return
        yield good(address, "none")


def _key_set(target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    address = target.metadata.get("jwks_uri")
    if not isinstance(address, str):
        raise NoAnswerError("the metadata names no jwks_uri")
    try:
        yield address, target.web.json(address)
    except NoAnswerError as error:
        raise NoAnswerError(f"{address:.200}: {error}") from error


def _fits(key_type: str, algorithms: tuple[str, ...]) -> bool:
    prefixes = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("Ed",)}.get(key_type, ())
    return any(algorithm.startswith(prefix) for algorithm in algorithms for prefix in prefixes)


def _kind(key: object) -> str:
    if not isinstance(key, dict):
        return "something that is no key"
    return " ".join(str(key[name])[:20] for name in ("kty", "alg", "use") if name in key)


def _listed(values: object) -> str:
    return (
        ", ".join(map(str, values))
        if isinstance(values, list)
        else "not there"
        if values is None
        else "no list"
    )


def _unread(address: str, reason: str) -> Observation:
    known = translate(reason)
    means = f" — {known.server}: {known.meaning} ({known.source})" if known else ""
    return bad(address, f"{reason}{means}", known.remedy if known else None)


def _usual(target: Target) -> tuple[str, ...]:
    """The specification's addresses in its order, without one that only the settings name."""
    appended = f"{target.server.authority.rstrip('/')}/.well-known/openid-configuration"
    last, *others = discovery_addresses(target.server.model_copy(update={"metadata_url": appended}))
    return (*others, last)
