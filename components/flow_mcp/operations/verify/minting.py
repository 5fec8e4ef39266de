"""Request the tokens of programs with the requests of the settings document, once per verification."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.operations.token_client import TokenRefusedError, fetch_program_token
from flow_mcp.operations.verify.error_texts import translate
from flow_mcp.operations.verify.observation import Observation, bad, skipped
from flow_mcp.operations.verify.target import Minted, SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.settings import Client, Grant, TokenRequest


def unmintable(target: Target, client: Client) -> str | None:
    """Return why no token of a program can be requested here; None if one can."""
    if client.registration == "manual":
        return "registered by hand, so the stack does not have its secret"
    if client.authentication == "private-key-jwt" and client.name not in target.client_keys:
        return f"the stack does not have its private key; provide it with `--key {client.name}=FILE`"
    if client.authentication == "federated" and client.name not in target.client_tokens:
        return f"only its issuer signs its tokens; provide one with `--token {client.name}=FILE`"
    if client.authentication not in {"client-secret", "private-key-jwt", "federated"}:
        return f"authenticates with {client.authentication}, which only the client itself can do"
    return None if client.token_requests else "has no token requests"


def outcomes(target: Target, client: Client) -> Iterator[tuple[str, Minted | Observation]]:
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
    dpop = DpopKey() if client.binding else None
    try:
        token = request_token(target, client, request, dpop=dpop)
    except SkipError as error:
        return skipped(subject, str(error))
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
    return Minted(client, resource, at_servers[0], token, dpop)


def request_token(
    target: Target,
    client: Client,
    request: TokenRequest,
    *,
    without: tuple[str, ...] = (),
    dpop: DpopKey | None = None,
) -> str:
    """Request a token of a program with its secret or its key, and mask the token in reports.

    Args:
        target: the tenant at one of its authorization servers.
        client: a client that `programs` yields.
        request: one of its token requests.
        without: names of the request's parameters to omit.
        dpop: the key to which the token is bound; None for a request without a proof.

    Raises:
        SkipError: the stack has no secret for this client.
        TokenRefusedError: the server answered without a token.
        httpx.HTTPError: the server did not answer.
        NoAnswerError: the address may not be requested.
    """
    secret = None
    if client.authentication in {"private-key-jwt", "federated"}:
        request = _signed(target, client, request)
    elif (secret := target.secret(client.name)) is None:
        raise SkipError("the stack has no secret for this client")
    http = target.web.client(request.token_endpoint)
    token = fetch_program_token(http, client, request, secret, without=without, dpop=dpop)
    target.hide(token)
    return token


def programs(target: Target) -> Iterator[Client]:
    """Yield the programs for which a token can be requested here."""
    for client in target.server.clients:
        if client.grant is Grant.CLIENT_CREDENTIALS and not unmintable(target, client):
            yield client


def _signed(target: Target, client: Client, request: TokenRequest) -> TokenRequest:
    """Return the request with an assertion of the client's key, or with the other issuer's token."""
    if client.authentication == "federated":
        proof = target.client_tokens[client.name].parameters()
    else:
        proof = target.client_keys[client.name].parameters(client.client_id, target.server.authority)
    target.hide(proof["client_assertion"])
    return request.model_copy(update={"parameters": {**request.parameters, **proof}})


def minted_tokens(target: Target) -> Iterator[Minted]:
    """Yield the tokens of all programs.

    Raises:
        SkipError: no program received one.
    """
    any_token = False
    for client in programs(target):
        for _, outcome in outcomes(target, client):
            if isinstance(outcome, Minted):
                any_token = True
                yield outcome
    if not any_token:
        raise SkipError("there is no token to check (V-TOKEN-001)")
