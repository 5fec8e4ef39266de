"""Checks of enterprise-managed authorization: what clients can discover, and the redemption of assertions."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from flow_mcp.declaration.enterprise import ID_JAG, JWT_BEARER
from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.operations.token_client import TokenRefusedError
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.minting import request_token
from flow_mcp.operations.verify.observation import Observation, bad, observe, skipped
from flow_mcp.operations.verify.runtime import describe_decision, keys
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.runtime.compact import parse_token
from flow_mcp.settings import Client, TokenRequest

_EXTENSION = "https://modelcontextprotocol.io/extensions/auth/enterprise-managed-authorization"
_DRAFT = "https://datatracker.ietf.org/doc/draft-ietf-oauth-identity-assertion-authz-grant/"


@check(
    "V-EMA-001",
    "The metadata lists the grant with which clients redeem identity assertions",
    meaning="Clients with enterprise-managed authorization do not redeem their assertions, or the server "
    "rejects them.",
    remedy="Keycloak: start it with --features=identity-assertion-jwt (26.7 and later).",
    reference=_DRAFT,
)
def grant_advertised(target: Target) -> Iterator[Observation]:
    yield from _listed(target, "grant_types_supported", JWT_BEARER)


@check(
    "V-EMA-002",
    "The metadata lists the grant profile of identity assertions",
    severity="warning",
    meaning="Clients that look for the profile ask people to sign in, although they could redeem an "
    "assertion.",
    remedy="Keycloak 26.7 does not publish the profile, and this cannot be changed; the MCP servers' "
    "metadata has it. Configure enterprise-managed authorization in the client.",
    reference=_EXTENSION,
)
def profile_advertised(target: Target) -> Iterator[Observation]:
    yield from _listed(target, "authorization_grant_profiles_supported", ID_JAG)


@check(
    "V-EMA-003",
    "A given identity assertion becomes a token that the runtime allows",
    meaning="The person's application cannot call the MCP server with enterprise-managed authorization.",
    remedy="Compare the assertion's iss, aud, client_id, resource and scope with the settings. Check "
    "that its sub is a linked person who is in a declared group.",
    reference=f"{_DRAFT}#section-4.4",
)
def redeemed(target: Target) -> Iterator[Observation]:
    for client in _clients(target):
        if client.name not in target.assertions:
            yield skipped(
                client.name,
                "only a company's identity provider issues assertions; provide one with "
                f"`--assertion {client.name}=FILE`",
            )
        else:
            try:
                yield _redeemed(target, client)
            except SkipError as error:
                yield skipped(client.name, str(error))


def _listed(target: Target, name: str, value: str) -> Iterator[Observation]:
    if _clients(target):
        values = target.metadata.get(name)
        listed = isinstance(values, list) and value in values
        yield observe("", f"{name}: {value} is {'listed' if listed else 'not listed'}", passed=listed)


def _redeemed(target: Target, client: Client) -> Observation:
    assertion = target.assertions[client.name]
    target.hide(assertion.value)
    request = _request(client, parse_token(assertion.value).claims.get("resource"))
    if request is None:
        return bad(client.name, "the assertion's resource is no protected resource of the client")
    resource = target.resource(request.resource)
    subject = f"{client.name} for {resource.key}"
    dpop = DpopKey() if client.binding else None
    _require_proof(target, client)
    redeeming = {"parameters": {**request.parameters, "assertion": assertion.value}}
    try:
        token = request_token(target, client, request.model_copy(update=redeeming), dpop=dpop)
    except TokenRefusedError as error:
        return bad(subject, f"no token: {target.shown(f'{error.code} {error.description}')[:300]}")
    except (httpx.HTTPError, NoAnswerError) as error:
        return bad(subject, f"no answer: {error or type(error).__name__}")
    decision, description = describe_decision(target, resource, token, keys(target), dpop)
    return observe(subject, f"the runtime {description}", passed=decision.allowed)


def _require_proof(target: Target, client: Client) -> None:
    """Raise a `SkipError` if the user gave nothing with which the client can authenticate."""
    if client.authentication == "private-key-jwt" and client.name not in target.client_keys:
        raise SkipError(f"provide the client's private key with `--key {client.name}=FILE`")
    if client.authentication == "federated" and client.name not in target.client_tokens:
        raise SkipError(f"provide its issuer's token with `--token {client.name}=FILE`")


def _request(client: Client, resource: object) -> TokenRequest | None:
    requests = client.identity_assertion.token_requests if client.identity_assertion else ()
    return next((request for request in requests if request.resource == resource), None)


def _clients(target: Target) -> list[Client]:
    """Return the clients that may redeem assertions; the checks yield nothing for other tenants."""
    return [client for client in target.server.clients if client.identity_assertion]
