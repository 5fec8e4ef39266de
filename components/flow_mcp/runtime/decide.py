"""The decision, as one pure function."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flow_mcp.runtime import claims as read
from flow_mcp.runtime.challenge import bearer_challenge
from flow_mcp.runtime.clients import access_of
from flow_mcp.runtime.compact import CompactToken, parse_token
from flow_mcp.runtime.decision import Decision, Subject
from flow_mcp.runtime.metadata import metadata_url
from flow_mcp.runtime.reason import Reason, Refused
from flow_mcp.runtime.resources import find_resource
from flow_mcp.runtime.signature import check_signature

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

    from flow_mcp.settings import AuthorizationServer, ProtectedResource, ResourceAtServer, SettingsDocument


@dataclass(slots=True)
class _Known:
    """What is known of a call so far."""

    at: ResourceAtServer | None = None
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
) -> Decision:
    """Decide one call: no clock, no network, no log; the same arguments give the same decision.

    The order of the checks is part of the contract, for the first that fails gives the answer:

    1. Settings, resource, token present: what a client must know before it can ask for a token.
    2. The token's form, then its issuer, header, key and signature. Nothing that it says is believed
       earlier; the unverified `iss` only chooses whose keys must verify it.
    3. Times and claims that make it an access token.
    4. The client: registered (401), given this resource (403), and only then the audience (401). A client
       that was not given a resource cannot get its audience from an honest server: were the audience first,
       it would be told that its token is bad, and would fetch new ones for ever. Nothing is given away, for
       the signature held.
    5. Scopes or roles last (403): only for those does it help to ask the authorization server for more.

    Args:
        settings: The tenant's document; None if the tenant is unknown or has none.
        resource: URL of the call as the server knows itself, without query.
        token: The bearer token; None if the call has none.
        keys: Public keys by authority.
        now: Seconds since 1970.
    """
    if settings is None:
        return Decision(Reason.NO_SETTINGS, bearer_challenge())
    found = find_resource(settings.protected_resources, resource)
    if found is None:
        return Decision(Reason.UNKNOWN_RESOURCE, bearer_challenge())
    known = _Known()
    try:
        reason = _judge(settings, found, token, keys, now, known)
    except Refused as refusal:
        reason = refusal.reason
    return Decision(
        reason=reason,
        challenge=_challenge(reason, found, known.at),
        resource=found.url,
        authority=known.at.authority if known.at else None,
        client=known.client,
        subject=known.subject,
        subject_kind=known.subject_kind,
        expires_at=known.expires_at if reason is Reason.ALLOWED else None,
    )


def _judge(
    settings: SettingsDocument,
    resource: ProtectedResource,
    token: str | None,
    keys: Mapping[str, KeySet],
    now: int,
    known: _Known,
) -> Reason:
    if token is None:
        return Reason.NO_TOKEN
    parsed = parse_token(token)
    server, known.at = _issuer(settings, resource, parsed)
    profile = server.token_profile
    read.check_header(parsed.header, profile)
    if server.authority not in keys:
        return Reason.KEYS_UNAVAILABLE
    check_signature(parsed, keys[server.authority])

    claims = parsed.claims
    if "cnf" in claims:
        return Reason.BOUND_TOKEN
    known.expires_at = read.check_times(claims, now, profile.clock_skew_seconds)
    client = read.required_text(claims, profile.client_claim)
    known.subject = read.required_text(claims, "sub")
    known.client = client
    audiences = read.audiences(claims)
    if not read.all_hold(profile.conditions, claims):
        return Reason.NOT_AN_ACCESS_TOKEN
    known.subject_kind = "person" if read.all_hold(profile.person, claims) else "program"

    if resource.key not in access_of(server, client, known.subject_kind):
        return Reason.RESOURCE_NOT_GIVEN
    if audiences.isdisjoint(known.at.audiences):
        return Reason.WRONG_AUDIENCE
    if known.subject_kind == "program" and known.at.app_roles:
        held = read.roles(claims, profile.role_claim)
        return Reason.ALLOWED if held.issuperset(known.at.app_roles) else Reason.MISSING_ROLE
    held = read.scopes(claims, profile.scope_claim)
    return Reason.ALLOWED if held.issuperset(known.at.scopes_in_tokens) else Reason.MISSING_SCOPE


def _issuer(
    settings: SettingsDocument, resource: ProtectedResource, token: CompactToken
) -> tuple[AuthorizationServer, ResourceAtServer]:
    """Choose the first authorization server of the resource that accepts `iss`, byte for byte."""
    issuer = token.claims.get("iss")
    for at in resource.authorization_servers:
        for server in settings.authorization_servers:
            if server.authority == at.authority and issuer in server.issuers:
                return server, at
    raise Refused(Reason.UNKNOWN_ISSUER)


def _challenge(reason: Reason, resource: ProtectedResource, at: ResourceAtServer | None) -> str | None:
    """Build the challenge, all scopes at once (MCP authorization 2026-07-28, Scope Challenge Handling).

    A client that was not given the resource gets neither `scope` nor `error`. `insufficient_scope` would
    be the code by RFC 6750, 3.1, but it is what starts a client's step-up, and clients that find no
    `scope` beside it take `scopes_supported` instead: they would ask, get the same token and be refused
    again.
    """
    if reason is Reason.ALLOWED:
        return None
    if reason is Reason.RESOURCE_NOT_GIVEN:
        return bearer_challenge(resource_metadata=metadata_url(resource.url))
    if at is None or reason.error != "insufficient_scope":
        at = resource.authorization_servers[0]
    return bearer_challenge(
        error=reason.error, resource_metadata=metadata_url(resource.url), scopes=at.scopes_advertised
    )
