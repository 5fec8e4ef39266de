"""Checks of the authorization server's metadata and keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.error_texts import translate
from flow_mcp.operations.verify.observation import Observation, bad, good, observe, skipped
from flow_mcp.operations.verify.target import Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.runtime import discovery_addresses
from flow_mcp.runtime.jwks import public_keys
from flow_mcp.settings import Grant

_MCP = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"


@check(
    "V-DISCOVERY-001",
    "The metadata is at the address in the settings",
    meaning="The runtime cannot fetch the keys and answers every call with 401.",
    remedy="Check that the server runs, that its address is right, and that a proxy passes /.well-known. "
    "Then run `pulumi up`.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-3",
)
def named_address(target: Target) -> Iterator[Observation]:
    address = target.server.metadata_url
    document = target.documents[address]
    yield good(address, "answered") if isinstance(document, dict) else _unusable(address, document)


@check(
    "V-DISCOVERY-002",
    "The metadata is at every address that MCP clients request",
    severity="warning",
    meaning="Clients that request only this address do not find the server. Clients that follow the "
    "specification try the next address.",
    remedy="Let the proxy route the host's root /.well-known to the server (Keycloak 26.4 and later serves "
    "it). Entra and Scalekit do not serve all addresses, and this cannot be changed.",
    reference=f"{_MCP}#authorization-server-metadata-discovery",
)
def usual_addresses(target: Target) -> Iterator[Observation]:
    usual = _usual(target)
    for address in usual:
        document = target.documents[address]
        # OpenID Connect with the path inserted is second in the specification; few servers have it.
        optional = address in usual[1:-1] and isinstance(target.documents[usual[-1]], dict)
        if isinstance(document, dict):
            yield good(address, "answered")
        elif optional:
            yield good(address, f"{document}; not required, because {usual[-1]} answered")
        else:
            yield _unusable(address, document)


@check(
    "V-DISCOVERY-003",
    "The metadata is at one or more of these addresses",
    meaning="No MCP client finds the authorization server.",
    remedy="Let the proxy route the host's root /.well-known to the server.",
    reference=f"{_MCP}#authorization-server-metadata-discovery",
)
def any_address(target: Target) -> Iterator[Observation]:
    addresses = _usual(target)
    answered = sum(isinstance(target.documents[address], dict) for address in addresses)
    yield observe("", f"{answered} of {len(addresses)} answered", passed=answered > 0)


@check(
    "V-ISSUER-001",
    "The metadata's issuer is the authority, byte for byte",
    meaning="Clients reject the server (RFC 8414, 3.3), or register with another issuer than the token's. "
    "The runtime does not use its keys.",
    remedy="Declare the authority exactly as in the server's metadata, including a final slash. Do not use "
    "a template such as Entra's `common`.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-3.3",
)
def issuer(target: Target) -> Iterator[Observation]:
    for address, document in target.documents.items():
        if isinstance(document, dict):
            stated = document.get("issuer")
            yield observe(address, f"issuer {stated!r:.200}", passed=stated == target.server.authority)


@check(
    "V-ENDPOINT-001",
    "The endpoints in the settings equal those in the metadata",
    meaning="Clients configured from the settings use other endpoints than clients that use discovery.",
    remedy="Run `pulumi up` to update the endpoints in the settings.",
    reference="https://www.rfc-editor.org/rfc/rfc8414#section-2",
)
def endpoints(target: Target) -> Iterator[Observation]:
    metadata = target.metadata
    requests = [request for client in target.server.clients for request in client.token_requests]
    configured = {
        "token_endpoint": {request.token_endpoint for request in requests},
        "authorization_endpoint": {
            request.authorization_endpoint for request in requests if request.authorization_endpoint
        },
    }
    for name, urls in configured.items():
        for url in sorted(urls):
            seen = f"settings: {url}, metadata: {metadata.get(name)}"
            yield observe(name, seen, passed=metadata.get(name) == url)


@check(
    "V-PKCE-001",
    "PKCE with S256 is advertised",
    severity="warning",
    meaning="MCP clients that follow the specification refuse to sign people in. Claude, the Inspector and "
    "the SDKs differ in how strictly they check it.",
    remedy="Enable S256 at the server. Entra supports PKCE but does not advertise it, and this cannot be "
    "changed: use clients that do not require it, or client credentials.",
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
        yield skipped("", "no client and no registration method lets people sign in")
    else:
        yield observe(
            "",
            f"code_challenge_methods_supported: {_listed(methods)}",
            passed=isinstance(methods, list) and "S256" in methods,
        )


_METHODS = {
    "none": {"none"},
    "client-secret": {"client_secret_basic"},
    "private-key-jwt": {"private_key_jwt"},
}


@check(
    "V-AUTH-001",
    "The clients' authentication methods are advertised",
    severity="warning",
    meaning="Clients select a method from the metadata. Claude ignores metadata documents if `none` is "
    "missing; other clients request no token if their method is missing.",
    remedy="Enable the method at the server. Keycloak advertises `none` from version 26.6.",
    reference="https://github.com/keycloak/keycloak/issues/49730",
)
def authentication_methods(target: Target) -> Iterator[Observation]:
    # RFC 8414, section 2: the default is client_secret_basic.
    offered = target.metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    required = {
        method for client in target.managed for method in _METHODS.get(client.authentication or "", ())
    }
    if target.server.registration.dynamic or target.server.registration.metadata_documents:
        required.add("none")
    for method in sorted(required):
        right = isinstance(offered, list) and method in offered
        yield observe(method, f"advertised: {_listed(offered)}", passed=right)


@check(
    "V-SCOPE-003",
    "The metadata lists the resources' scopes, or no scopes",
    severity="warning",
    meaning="Clients that read scopes from the authorization server's metadata and not from the challenge "
    "request the wrong ones (older releases of the MCP Python SDK).",
    remedy="Keycloak: include the client scope in the metadata. Entra lists its own scopes only, and this "
    "cannot be changed: use clients that read the challenge.",
    reference="https://github.com/modelcontextprotocol/python-sdk/issues/1307",
)
def listed_scopes(target: Target) -> Iterator[Observation]:
    listed = target.metadata.get("scopes_supported")
    for resource in target.settings.protected_resources:
        missing = [
            scope for scope in target.scopes(resource) if isinstance(listed, list) and scope not in listed
        ]
        seen = "no scopes_supported" if listed is None else f"missing: {', '.join(missing) or 'none'}"
        yield observe(resource.key, seen, passed=not missing)


@check(
    "V-KEYS-001",
    "The key set has a key that the runtime can use",
    meaning="No signature can be verified, and every call is answered 401.",
    remedy="Configure an asymmetric algorithm of the token profile (RS256, with RSA keys of 2048 bits or "
    "more). Auth0: set the API's signing algorithm to RS256, not HS256.",
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
        yield observe(address, seen, passed=bool(usable))


@check(
    "V-KEYS-002",
    "The key set has no private and no symmetric key",
    meaning="An attacker can issue tokens that look like the server's. The runtime does not use such a key.",
    remedy="Replace the key at once, and inform the server's operator.",
    reference="https://www.rfc-editor.org/rfc/rfc7517#section-9.3",
)
def published_secrets(target: Target) -> Iterator[Observation]:
    for address, keys in _key_set(target):
        listed = keys.get("keys")
        for key in listed if isinstance(listed, list) else []:
            if isinstance(key, dict) and not {"d", "k", "p", "q"}.isdisjoint(key):
                yield bad(address, f"{_kind(key)} with its private part")
                return
        yield good(address, "none")


def _key_set(target: Target) -> Iterator[tuple[str, dict[str, Any]]]:
    address = target.metadata.get("jwks_uri")
    if not isinstance(address, str):
        raise NoAnswerError("the metadata has no jwks_uri")
    try:
        yield address, target.web.json(address)
    except NoAnswerError as error:
        raise NoAnswerError(f"{address:.200}: {error}") from error


def _fits(key_type: str, algorithms: tuple[str, ...]) -> bool:
    prefixes = {"RSA": ("RS", "PS"), "EC": ("ES",), "OKP": ("Ed",)}.get(key_type, ())
    return any(algorithm.startswith(prefix) for algorithm in algorithms for prefix in prefixes)


def _kind(key: object) -> str:
    if not isinstance(key, dict):
        return "an entry that is not a key"
    return " ".join(str(key[name])[:20] for name in ("kty", "alg", "use") if name in key)


def _listed(values: object) -> str:
    return (
        ", ".join(map(str, values))
        if isinstance(values, list)
        else "missing"
        if values is None
        else "not a list"
    )


def _unusable(address: str, reason: str) -> Observation:
    known = translate(reason)
    explanation = f" — {known.server}: {known.meaning} ({known.source})" if known else ""
    return bad(address, f"{reason}{explanation}", known.remedy if known else None)


def _usual(target: Target) -> tuple[str, ...]:
    """Return the specification's addresses in its order, without an address that only the settings have."""
    appended = f"{target.server.authority.rstrip('/')}/.well-known/openid-configuration"
    last, *others = discovery_addresses(target.server.model_copy(update={"metadata_url": appended}))
    return (*others, last)
