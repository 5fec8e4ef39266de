"""Decide a call, in one pure function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flow_mcp.runtime import claims as token_claims
from flow_mcp.runtime.challenge import Scheme, bearer_challenge, challenges
from flow_mcp.runtime.clients import registered_client
from flow_mcp.runtime.compact import CompactToken, parse_token
from flow_mcp.runtime.decision import Decision, Subject
from flow_mcp.runtime.dpop import DpopCall, check_proof, token_binding
from flow_mcp.runtime.metadata import metadata_url
from flow_mcp.runtime.reason import Reason, Refused
from flow_mcp.runtime.resources import find_resource
from flow_mcp.runtime.signature import check_signature

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from flow_mcp.settings import (
        AuthorizationServer,
        Dpop,
        ProtectedResource,
        ResourceAtServer,
        SettingsDocument,
    )


@dataclass(slots=True)
class _CallFacts:
    """Values for the decision, set as far as the checks got."""

    at_server: ResourceAtServer | None = None
    client: str | None = None
    subject: str | None = None
    subject_kind: Subject | None = None
    expires_at: int | None = None


def decide(
    settings: SettingsDocument | None,
    resource: str,
    token: str | None,
    keys: Mapping[str, KeySet],
    now: int,
    dpop: DpopCall | None = None,
) -> Decision:
    """Decide one call, without clock, network or log: equal arguments give equal decisions.

    The first check that fails determines the answer, so the order is part of the contract:

    1. Settings, resource, token present: what a client must know before it can request a token.
    2. The token's form, then its issuer, header, key and signature. No claim is trusted earlier; the
       unverified `iss` only selects the server whose keys must verify the token.
    3. Binding, times and claims that make it an access token, and the proof of a bound token.
    4. The client: registered (401), access to this resource (403), and then the audience (401). A client
       without access cannot get a token with the right audience. If the audience were first, the client
       would receive `invalid_token` and request new tokens without end. This order reveals nothing to
       attackers, because the signature is verified.
    5. Scopes or roles last (403): only these can the client request from the authorization server.

    Args:
        settings: The tenant's document; None if the tenant is unknown or has none.
        resource: URL of the call by the server's configuration, without query.
        token: The token; None if the call has none.
        keys: Public keys by authority.
        now: Seconds since 1970.
        dpop: How the call proves possession of the token's key; None if it presents the token as Bearer.
    """
    if settings is None:
        return Decision(Reason.NO_SETTINGS, bearer_challenge())
    protected_resource = find_resource(settings.protected_resources, resource)
    if protected_resource is None:
        return Decision(Reason.UNKNOWN_RESOURCE, bearer_challenge())
    facts = _CallFacts()
    try:
        reason = _evaluate(settings, protected_resource, resource, token, keys, now, dpop, facts)
    except Refused as refusal:
        reason = refusal.reason
    return Decision(
        reason=reason,
        challenge=_challenge(reason, protected_resource, facts.at_server, "DPoP" if dpop else "Bearer"),
        resource=protected_resource.url,
        authority=facts.at_server.authority if facts.at_server else None,
        client=facts.client,
        subject=facts.subject,
        subject_kind=facts.subject_kind,
        expires_at=facts.expires_at if reason is Reason.ALLOWED else None,
    )


def _evaluate(
    settings: SettingsDocument,
    resource: ProtectedResource,
    address: str,
    token: str | None,
    keys: Mapping[str, KeySet],
    now: int,
    dpop: DpopCall | None,
    facts: _CallFacts,
) -> Reason:
    if token is None:
        return Reason.NO_TOKEN
    if dpop is not None and not any(server.dpop for server in resource.authorization_servers):
        return Reason.NO_TOKEN
    parsed = parse_token(token)
    server, facts.at_server = _issuer(settings, resource, parsed)
    profile = server.token_profile
    token_claims.check_header(parsed.header, profile)
    if server.authority not in keys:
        return Reason.KEYS_UNAVAILABLE
    check_signature(parsed, keys[server.authority])

    claims = parsed.claims
    binding = token_binding(claims, dpop, facts.at_server.dpop)
    facts.expires_at = token_claims.check_times(claims, now, profile.clock_skew_seconds)
    client = token_claims.required_text(claims, profile.client_claim)
    facts.subject = token_claims.required_text(claims, "sub")
    facts.client = client
    audiences = token_claims.audiences(claims)
    if not token_claims.all_hold(profile.conditions, claims):
        return Reason.NOT_AN_ACCESS_TOKEN
    if binding is not None:
        check_proof(binding, token, address, now, profile.clock_skew_seconds)
    facts.subject_kind = "person" if token_claims.all_hold(profile.person, claims) else "program"

    registered = registered_client(server, client, facts.subject_kind)
    if registered.binding is not None and binding is None:
        return Reason.UNBOUND_TOKEN
    if resource.key not in registered.access:
        return Reason.RESOURCE_NOT_GIVEN
    if audiences.isdisjoint(facts.at_server.audiences):
        return Reason.WRONG_AUDIENCE
    if facts.subject_kind == "program" and facts.at_server.app_roles:
        granted = token_claims.roles(claims, profile.role_claim)
        return Reason.ALLOWED if granted.issuperset(facts.at_server.app_roles) else Reason.MISSING_ROLE
    granted = token_claims.scopes(claims, profile.scope_claim)
    return Reason.ALLOWED if granted.issuperset(facts.at_server.scopes_in_tokens) else Reason.MISSING_SCOPE


def _issuer(
    settings: SettingsDocument, resource: ProtectedResource, token: CompactToken
) -> tuple[AuthorizationServer, ResourceAtServer]:
    """Return the resource's first authorization server whose issuer equals `iss`, byte for byte."""
    issuer = token.claims.get("iss")
    for at_server in resource.authorization_servers:
        for server in settings.authorization_servers:
            if server.authority == at_server.authority and issuer in server.issuers:
                return server, at_server
    raise Refused(Reason.UNKNOWN_ISSUER)


def _challenge(
    reason: Reason, resource: ProtectedResource, at_server: ResourceAtServer | None, scheme: Scheme
) -> str | None:
    """Return the challenge with all scopes (MCP authorization 2026-07-28, Scope Challenge Handling).

    A client without access to the resource receives neither `scope` nor `error`. RFC 6750, 3.1 has the code
    `insufficient_scope` for it, but that code makes clients request more scopes; without `scope` they request
    `scopes_supported`. They would receive the same token and be denied again.
    """
    if reason is Reason.ALLOWED:
        return None
    if at_server is None or reason.error != "insufficient_scope":
        at_server = resource.authorization_servers[0]
    return challenges(
        _schemes(reason, at_server.dpop, scheme),
        error=reason.error,
        resource_metadata=metadata_url(resource.url),
        scopes=() if reason is Reason.RESOURCE_NOT_GIVEN else at_server.scopes_advertised,
        algorithms=at_server.dpop.algorithms if at_server.dpop else (),
    )


def _schemes(reason: Reason, accepted: Dpop | None, scheme: Scheme) -> tuple[Scheme, ...]:
    """Return the schemes to offer: that of the call, or those with which the next call can succeed."""
    if accepted is None:
        return ("Bearer",)
    if accepted.required or reason in _NEEDS_PROOF:
        return ("DPoP",)
    return ("Bearer", "DPoP") if reason is Reason.NO_TOKEN else (scheme,)


_NEEDS_PROOF = frozenset({Reason.BOUND_TOKEN, Reason.UNBOUND_TOKEN})
