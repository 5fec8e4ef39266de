"""Checks that clients that need bound tokens get no others (RFC 9449, DPoP)."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from flow_mcp.operations.token_client import TokenRefusedError
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.keycloak_clients import present
from flow_mcp.operations.verify.minting import programs, request_token
from flow_mcp.operations.verify.observation import Observation, bad, good, observe, skipped
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError

_ATTRIBUTE = "dpop.bound.access.tokens"


@check(
    "V-CLIENT-007",
    "Each managed client requires DPoP exactly if it is declared",
    meaning="Without the requirement, a client gets unbound tokens, which the runtime rejects. With an "
    "undeclared one, a client without DPoP gets no tokens.",
    remedy="Run `pulumi refresh` and `pulumi up`. Find out who changed the client by hand.",
    reference="https://www.keycloak.org/docs/latest/server_admin/#_dpop-bound-tokens",
)
def required_of_clients(target: Target) -> Iterator[Observation]:
    for client, registered in present(target):
        required = (registered.get("attributes") or {}).get(_ATTRIBUTE) == "true"
        yield observe(
            client.name,
            f"DPoP {'required' if required else 'not required'}; declared: {client.binding or 'none'}",
            passed=required == (client.binding is not None),
        )


@check(
    "V-TOKEN-008",
    "A program that needs bound tokens gets none without a proof",
    meaning="The authorization server issues unbound tokens, which the runtime rejects (401).",
    remedy="Run `pulumi up`. Manual registrations: require DPoP at the authorization server.",
    reference="https://www.rfc-editor.org/rfc/rfc9449#section-5",
)
def required_for_tokens(target: Target) -> Iterator[Observation]:
    for client in programs(target):
        if client.binding is None:
            continue
        try:
            request_token(target, client, client.token_requests[0])
        except TokenRefusedError as error:
            yield good(client.name, f"refused: {error.code or 'no error code'}")
        except SkipError as error:
            yield skipped(client.name, str(error))
        except (httpx.HTTPError, NoAnswerError) as error:
            yield bad(client.name, f"no answer: {error or type(error).__name__}")
        else:
            yield bad(client.name, "received a token without a proof")
