"""Checks of tokens that programs get, minted by the settings' own requests."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from flow_mcp.operations.token_client import TokenRefusedError, fetch_program_token
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.error_texts import translate
from flow_mcp.operations.verify.observation import Observation, bad, good, judged, skipped
from flow_mcp.operations.verify.runtime import decision_words, keys
from flow_mcp.operations.verify.target import Minted, SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.runtime.claims import all_hold
from flow_mcp.runtime.reason import Refused
from flow_mcp.settings import ClaimCondition, Client, Grant, ProtectedResource, TokenRequest

_RUNTIME = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#token-handling"
# What a token says of itself and of its client; never `jti`, names, e-mail addresses or anything unknown.
_SHOWN = ("iss", "aud", "azp", "appid", "client_id", "typ", "ver", "tid", "scope", "scp", "roles", "idtyp")


@check(
    "V-TOKEN-001",
    "Each program gets a token by the settings' request",
    meaning="The program cannot call: it fails before it reaches the MCP server.",
    remedy="Run `pulumi up`, and compare the client at the server with its declaration.",
    reference="https://www.rfc-editor.org/rfc/rfc6749#section-4.4",
)
def minted(target: Target) -> Iterator[Observation]:
    for client in target.server.clients:
        if client.grant is not Grant.CLIENT_CREDENTIALS:
            continue
        if reason := _unmintable(target, client):
            yield skipped(client.name, reason)
            continue
        for subject, outcome in _outcomes(target, client):
            if isinstance(outcome, Minted):
                yield good(subject, "a token")
            else:
                yield outcome


@check(
    "V-TOKEN-002",
    "The token is a signed JWT",
    meaning="The runtime cannot read an opaque or encrypted token: every call with it is answered 401.",
    remedy="Opaque or encrypted from Auth0: the request named no API (send `audience`), or encryption is on "
    "for "
    "the API. Elsewhere: let the server issue signed JWTs (RFC 9068) for this audience.",
    reference="https://github.com/modelcontextprotocol/inspector/issues/566",
)
def form(target: Target) -> Iterator[Observation]:
    for each in _all(target):
        try:
            header = each.parsed.header
        except Refused as refusal:
            yield bad(each.subject, f"{refusal.reason}: {refusal.reason.meaning}")
            continue
        profile = target.server.token_profile
        seen = f"alg {header.get('alg')!s:.20}, typ {header.get('typ')!s:.20}"
        kinds = {kind.lower().removeprefix("application/") for kind in profile.types}
        right = (
            header.get("alg") in profile.algorithms
            and str(header.get("typ")).lower().removeprefix("application/") in kinds
        )
        yield judged(each.subject, seen, right=right)


@check(
    "V-TOKEN-003",
    "The token's audience is the resource",
    meaning="The runtime refuses the token (401): it is for another API, or for none. Clients start the "
    "sign-in "
    "again and again.",
    remedy="Run `pulumi up`. Keycloak: the resource's client scope needs its audience mapper. Entra: the "
    "audience "
    "is the API's client ID in v2.0 tokens. Auth0: send `audience`.",
    reference="https://github.com/confirm/tino/issues/24",
)
def audience(target: Target) -> Iterator[Observation]:
    for each, claims in _claims(target):
        named = claims.get("aud")
        listed = named if isinstance(named, list) else [named]
        right = any(one in each.at.audiences for one in listed)
        yield judged(
            each.subject, f"aud {_brief(named)}, accepted: {', '.join(each.at.audiences)}", right=right
        )


@check(
    "V-TOKEN-004",
    "The token carries the resource's scopes or roles, in the settings' form",
    meaning="The runtime answers 403 insufficient_scope, and a new sign-in does not help.",
    remedy="Run `pulumi up`. Entra: tokens carry the short scope (`scp`) and programs the role (`roles`), "
    "while "
    "requests name the qualified one; the role must have been granted by an administrator.",
    reference="https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
)
def scope_form(target: Target) -> Iterator[Observation]:
    profile = target.server.token_profile
    for each, claims in _claims(target):
        roles = bool(each.at.app_roles)
        name = (profile.role_claim or "") if roles else profile.scope_claim
        needed = each.at.app_roles if roles else each.at.scopes_in_tokens
        value = claims.get(name)
        has = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
        yield judged(
            each.subject, f"{name} {_brief(value)}, needed: {' '.join(needed)}", right=set(needed) <= set(has)
        )


@check(
    "V-TOKEN-005",
    "The token's issuer and version are those of the settings",
    meaning="The runtime refuses the token (401): it is another issuer's, or of another kind or version.",
    remedy="Entra: set the API's requestedAccessTokenVersion to 2 (`pulumi up` does). Scalekit: both of its "
    "issuers are accepted; another one is not its.",
    reference="https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats",
)
def version(target: Target) -> Iterator[Observation]:
    profile = target.server.token_profile
    for each, claims in _claims(target):
        right = claims.get("iss") in target.server.issuers and all_hold(profile.conditions, claims)
        parts = [f"iss {_brief(claims.get('iss'))}"]
        parts += [f"{one.claim} {_brief(claims.get(one.claim))}, {_wish(one)}" for one in profile.conditions]
        yield judged(each.subject, "; ".join(parts), right=right)


@check(
    "V-TOKEN-006",
    "The runtime allows the call",
    meaning="The program is refused by the MCP server although it has a token.",
    remedy="The other V-TOKEN checks say which part of the token is wrong.",
    reference=_RUNTIME,
)
def allowed(target: Target) -> Iterator[Observation]:
    known = None
    for each in _all(target):
        known = known or keys(target)
        decision, words = decision_words(target, each.resource, each.token, known)
        yield judged(each.subject, f"{_shown(each)}: the runtime {words}", right=decision.allowed)


@check(
    "V-TOKEN-007",
    "The token opens no other resource",
    meaning="A client reaches an environment that it was not given, or one token fits them all.",
    remedy="Run `pulumi up`. Keycloak: audiences belong into optional client scopes, one a resource.",
    reference="https://www.rfc-editor.org/rfc/rfc8707#section-2",
)
def elsewhere(target: Target) -> Iterator[Observation]:
    known = None
    for each in _all(target):
        known = known or keys(target)
        for other in target.settings.protected_resources:
            if other.url == each.resource.url:
                continue
            decision, words = decision_words(target, other, each.token, known)
            foreign = _foreign_audiences(target, each, other)
            named = f"aud names {', '.join(foreign)}; " if foreign else ""
            yield judged(
                f"{each.subject}, at {other.key}",
                f"{named}the runtime {words}",
                right=not decision.allowed and not foreign,
            )


def _foreign_audiences(target: Target, each: Minted, other: ProtectedResource) -> list[str]:
    """Audiences of another resource that the token has: a client that was given both would reach both."""
    try:
        named = each.parsed.claims.get("aud")
    except Refused:
        return []
    listed = named if isinstance(named, list) else [named]
    theirs = {
        audience
        for at in other.authorization_servers
        if at.authority == target.server.authority
        for audience in at.audiences
    }
    return [one for one in listed if one in theirs - set(each.at.audiences)]


def _unmintable(target: Target, client: Client) -> str | None:
    if client.registration == "manual":
        return "registered by hand: its secret is not the stack's"
    if client.authentication == "private-key-jwt" and client.name not in target.client_keys:
        return f"has a key of its own: `--key {client.name}=FILE` asks with it"
    if client.authentication not in {"client-secret", "private-key-jwt"}:
        return f"authenticates by {client.authentication}, which only the client can"
    return None if client.token_requests else "has no token requests"


def _outcomes(target: Target, client: Client) -> Iterator[tuple[str, Minted | Observation]]:
    """What each of a client's requests gives; asked once a verification."""
    for request in client.token_requests:
        key = (client.client_id, request.resource)
        if key not in target.minted:
            target.minted[key] = _mint(target, client, request)
        yield f"{client.name} for {target.resource(request.resource).key}", target.minted[key]


def _mint(target: Target, client: Client, request: TokenRequest) -> Minted | Observation:
    resource = target.resource(request.resource)
    subject = f"{client.name} for {resource.key}"
    here = [a for a in resource.authorization_servers if a.authority == target.server.authority]
    if not here:
        return bad(subject, "the settings do not name this resource at this server")
    secret = None
    if client.authentication == "private-key-jwt":
        request = _signed(target, client, request)
    elif (secret := target.secret(client.name)) is None:
        return skipped(subject, "the stack has no secret of this client")
    try:
        token = fetch_program_token(target.web.client(request.token_endpoint), client, request, secret)
    except TokenRefusedError as error:
        # Before it is cut: half of what must not be shown would not be known again.
        said = target.shown(f"{error.code or ''} {error.description or ''}".strip())
        known = translate(said)
        means = f" — {known.server}: {known.meaning} ({known.source})" if known else ""
        return bad(subject, f"no token: {said[:300] or error}{means}", known.remedy if known else None)
    except (httpx.HTTPError, NoAnswerError) as error:
        return bad(subject, f"no answer: {error or type(error).__name__}")
    target.hide(token)
    return Minted(client, resource, here[0], token)


def _signed(target: Target, client: Client, request: TokenRequest) -> TokenRequest:
    """The request with an assertion by the client's own key."""
    proof = target.client_keys[client.name].parameters(client.client_id, target.server.authority)
    target.hide(proof["client_assertion"])
    return request.model_copy(update={"parameters": {**request.parameters, **proof}})


def _all(target: Target) -> Iterator[Minted]:
    found = False
    for client in target.server.clients:
        if client.grant is Grant.CLIENT_CREDENTIALS and not _unmintable(target, client):
            for _, outcome in _outcomes(target, client):
                if isinstance(outcome, Minted):
                    found = True
                    yield outcome
    if not found:
        raise SkipError("there is no token to look at (V-TOKEN-001)")


def _claims(target: Target) -> Iterator[tuple[Minted, Mapping[str, Any]]]:
    for each in _all(target):
        try:
            yield each, each.parsed.claims
        except Refused:
            continue


def _shown(each: Minted) -> str:
    try:
        claims = each.parsed.claims
    except Refused as refusal:
        return str(refusal.reason)
    shown = {name: claims[name] for name in _SHOWN if name in claims}
    if isinstance(claims.get("exp"), int) and isinstance(claims.get("iat"), int):
        shown["valid for"] = f"{claims['exp'] - claims['iat']} s"
    return ", ".join(f"{name} {_brief(value)}" for name, value in shown.items())


def _wish(condition: ClaimCondition) -> str:
    return " ".join(["must be", condition.must, *condition.values])


def _brief(value: object) -> str:
    return "not there" if value is None else json.dumps(value, ensure_ascii=True)[:200]
