"""Checks of programs' tokens, which are requested with the requests of the settings document."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from flow_mcp.operations.token_client import TokenRefusedError, fetch_program_token
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.error_texts import translate
from flow_mcp.operations.verify.observation import Observation, bad, good, observe, skipped
from flow_mcp.operations.verify.runtime import describe_decision, keys
from flow_mcp.operations.verify.target import Minted, SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.runtime.claims import all_hold
from flow_mcp.runtime.reason import Refused
from flow_mcp.settings import ClaimCondition, Client, Grant, ProtectedResource, TokenRequest

_RUNTIME = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization#token-handling"
# The claims that reports show; never `jti`, names, e-mail addresses or unknown claims.
_SHOWN = ("iss", "aud", "azp", "appid", "client_id", "typ", "ver", "tid", "scope", "scp", "roles", "idtyp")


@check(
    "V-TOKEN-001",
    "Each program gets a token with the settings' request",
    meaning="The program cannot get a token, so it cannot call the MCP server.",
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
                yield good(subject, "token received")
            else:
                yield outcome


@check(
    "V-TOKEN-002",
    "The token is a signed JWT",
    meaning="The runtime cannot read an opaque or encrypted token and answers every call with 401.",
    remedy="Auth0: send `audience`, because a request without an API gets an opaque token; disable "
    "encryption for the API. Other servers: issue signed JWTs (RFC 9068) for this audience.",
    reference="https://github.com/modelcontextprotocol/inspector/issues/566",
)
def form(target: Target) -> Iterator[Observation]:
    for minted_token in _minted_tokens(target):
        try:
            header = minted_token.parsed.header
        except Refused as refusal:
            yield bad(minted_token.subject, f"{refusal.reason}: {refusal.reason.meaning}")
            continue
        profile = target.server.token_profile
        seen = f"alg {header.get('alg')!s:.20}, typ {header.get('typ')!s:.20}"
        kinds = {kind.lower().removeprefix("application/") for kind in profile.types}
        right = (
            header.get("alg") in profile.algorithms
            and str(header.get("typ")).lower().removeprefix("application/") in kinds
        )
        yield observe(minted_token.subject, seen, passed=right)


@check(
    "V-TOKEN-003",
    "The token's audience is the resource",
    meaning="The runtime rejects the token (401), because it is for another API or for none. Clients "
    "repeat the sign-in without end.",
    remedy="Run `pulumi up`. Keycloak: the resource's client scope needs its audience mapper. Entra: the "
    "audience of v2.0 tokens is the API's client ID. Auth0: send `audience`.",
    reference="https://github.com/confirm/tino/issues/24",
)
def audience(target: Target) -> Iterator[Observation]:
    for minted_token, claims in _claims(target):
        stated = claims.get("aud")
        listed = stated if isinstance(stated, list) else [stated]
        right = any(entry in minted_token.at_server.audiences for entry in listed)
        yield observe(
            minted_token.subject,
            f"aud {_brief(stated)}, accepted: {', '.join(minted_token.at_server.audiences)}",
            passed=right,
        )


@check(
    "V-TOKEN-004",
    "The token has the resource's scopes or roles as in the settings",
    meaning="The runtime answers 403 insufficient_scope, and another sign-in does not help.",
    remedy="Run `pulumi up`. Entra: requests have the qualified scope; tokens have the short scope "
    "(`scp`), or for programs the role (`roles`), which an administrator must have granted.",
    reference="https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference",
)
def scope_form(target: Target) -> Iterator[Observation]:
    profile = target.server.token_profile
    for minted_token, claims in _claims(target):
        roles = bool(minted_token.at_server.app_roles)
        name = (profile.role_claim or "") if roles else profile.scope_claim
        required = minted_token.at_server.app_roles if roles else minted_token.at_server.scopes_in_tokens
        value = claims.get(name)
        granted = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
        yield observe(
            minted_token.subject,
            f"{name} {_brief(value)}, required: {' '.join(required)}",
            passed=set(required) <= set(granted),
        )


@check(
    "V-TOKEN-005",
    "The token's issuer and version are as in the settings",
    meaning="The runtime rejects the token (401), because it has another issuer, kind or version.",
    remedy="Entra: set the API's requestedAccessTokenVersion to 2 with `pulumi up`. Scalekit: both of its "
    "issuers are accepted; a third one is not Scalekit's.",
    reference="https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats",
)
def version(target: Target) -> Iterator[Observation]:
    profile = target.server.token_profile
    for minted_token, claims in _claims(target):
        right = claims.get("iss") in target.server.issuers and all_hold(profile.conditions, claims)
        parts = [f"iss {_brief(claims.get('iss'))}"]
        parts += [
            f"{condition.claim} {_brief(claims.get(condition.claim))}, {_requirement(condition)}"
            for condition in profile.conditions
        ]
        yield observe(minted_token.subject, "; ".join(parts), passed=right)


@check(
    "V-TOKEN-006",
    "The runtime allows the call",
    meaning="The MCP server rejects the program's calls although it has a token.",
    remedy="See the other V-TOKEN checks for the part of the token that is wrong.",
    reference=_RUNTIME,
)
def allowed(target: Target) -> Iterator[Observation]:
    key_sets = None
    for minted_token in _minted_tokens(target):
        key_sets = key_sets or keys(target)
        decision, description = describe_decision(target, minted_token.resource, minted_token.token, key_sets)
        yield observe(
            minted_token.subject,
            f"{_shown(minted_token)}: the runtime {description}",
            passed=decision.allowed,
        )


@check(
    "V-TOKEN-007",
    "The token gives access to no other resource",
    meaning="A client reaches an environment to which it has no access, or one token is valid for all of "
    "them.",
    remedy="Run `pulumi up`. Keycloak: audiences belong into optional client scopes, one for each resource.",
    reference="https://www.rfc-editor.org/rfc/rfc8707#section-2",
)
def elsewhere(target: Target) -> Iterator[Observation]:
    key_sets = None
    for minted_token in _minted_tokens(target):
        key_sets = key_sets or keys(target)
        for other_resource in target.settings.protected_resources:
            if other_resource.url == minted_token.resource.url:
                continue
            decision, description = describe_decision(target, other_resource, minted_token.token, key_sets)
            foreign = _foreign_audiences(target, minted_token, other_resource)
            prefix = f"aud has {', '.join(foreign)}; " if foreign else ""
            yield observe(
                f"{minted_token.subject}, at {other_resource.key}",
                f"{prefix}the runtime {description}",
                passed=not decision.allowed and not foreign,
            )


def _foreign_audiences(target: Target, minted_token: Minted, other_resource: ProtectedResource) -> list[str]:
    """Return the token's audiences that belong to another resource, which the token would open too."""
    try:
        stated = minted_token.parsed.claims.get("aud")
    except Refused:
        return []
    listed = stated if isinstance(stated, list) else [stated]
    foreign = {
        audience
        for at_server in other_resource.authorization_servers
        if at_server.authority == target.server.authority
        for audience in at_server.audiences
    }
    return [entry for entry in listed if entry in foreign - set(minted_token.at_server.audiences)]


def _unmintable(target: Target, client: Client) -> str | None:
    if client.registration == "manual":
        return "registered by hand, so the stack does not have its secret"
    if client.authentication == "private-key-jwt" and client.name not in target.client_keys:
        return f"the stack does not have its private key; provide it with `--key {client.name}=FILE`"
    if client.authentication == "federated" and client.name not in target.client_tokens:
        return f"only its issuer signs its tokens; provide one with `--token {client.name}=FILE`"
    if client.authentication not in {"client-secret", "private-key-jwt", "federated"}:
        return f"authenticates with {client.authentication}, which only the client itself can do"
    return None if client.token_requests else "has no token requests"


def _outcomes(target: Target, client: Client) -> Iterator[tuple[str, Minted | Observation]]:
    """Yield the result of each of a client's token requests, which are sent once per verification."""
    for request in client.token_requests:
        key = (client.client_id, request.resource)
        if key not in target.minted:
            target.minted[key] = _mint(target, client, request)
        yield f"{client.name} for {target.resource(request.resource).key}", target.minted[key]


def _mint(target: Target, client: Client, request: TokenRequest) -> Minted | Observation:
    resource = target.resource(request.resource)
    subject = f"{client.name} for {resource.key}"
    at_servers = [at for at in resource.authorization_servers if at.authority == target.server.authority]
    if not at_servers:
        return bad(subject, "the settings do not list this authorization server for the resource")
    secret = None
    if client.authentication in {"private-key-jwt", "federated"}:
        request = _signed(target, client, request)
    elif (secret := target.secret(client.name)) is None:
        return skipped(subject, "the stack has no secret for this client")
    try:
        token = fetch_program_token(target.web.client(request.token_endpoint), client, request, secret)
    except TokenRefusedError as error:
        # Secrets are masked before the text is cut: a part of a secret would not be recognized.
        message = target.shown(f"{error.code or ''} {error.description or ''}".strip())
        known = translate(message)
        explanation = f" — {known.server}: {known.meaning} ({known.source})" if known else ""
        return bad(
            subject, f"no token: {message[:300] or error}{explanation}", known.remedy if known else None
        )
    except (httpx.HTTPError, NoAnswerError) as error:
        return bad(subject, f"no answer: {error or type(error).__name__}")
    target.hide(token)
    return Minted(client, resource, at_servers[0], token)


def _signed(target: Target, client: Client, request: TokenRequest) -> TokenRequest:
    """Return the request with an assertion of the client's key, or with the other issuer's token."""
    if client.authentication == "federated":
        proof = target.client_tokens[client.name].parameters()
    else:
        proof = target.client_keys[client.name].parameters(client.client_id, target.server.authority)
    target.hide(proof["client_assertion"])
    return request.model_copy(update={"parameters": {**request.parameters, **proof}})


def _minted_tokens(target: Target) -> Iterator[Minted]:
    any_token = False
    for client in target.server.clients:
        if client.grant is Grant.CLIENT_CREDENTIALS and not _unmintable(target, client):
            for _, outcome in _outcomes(target, client):
                if isinstance(outcome, Minted):
                    any_token = True
                    yield outcome
    if not any_token:
        raise SkipError("there is no token to check (V-TOKEN-001)")


def _claims(target: Target) -> Iterator[tuple[Minted, Mapping[str, Any]]]:
    for minted_token in _minted_tokens(target):
        try:
            yield minted_token, minted_token.parsed.claims
        except Refused:
            continue


def _shown(minted_token: Minted) -> str:
    try:
        claims = minted_token.parsed.claims
    except Refused as refusal:
        return str(refusal.reason)
    shown = {name: claims[name] for name in _SHOWN if name in claims}
    if isinstance(claims.get("exp"), int) and isinstance(claims.get("iat"), int):
        shown["valid for"] = f"{claims['exp'] - claims['iat']} s"
    return ", ".join(f"{name} {_brief(value)}" for name, value in shown.items())


def _requirement(condition: ClaimCondition) -> str:
    return " ".join(["must be", condition.must, *condition.values])


def _brief(value: object) -> str:
    return "missing" if value is None else json.dumps(value, ensure_ascii=True)[:200]
