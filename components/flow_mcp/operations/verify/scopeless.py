"""Check of what programs get that send no `scope` in their token request."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.operations.token_client import TokenRefusedError
from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.minting import programs, request_token
from flow_mcp.operations.verify.observation import Observation, bad, good, observe, skipped
from flow_mcp.operations.verify.runtime import describe_decision, keys
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.settings import Client


@check(
    "V-TOKEN-009",
    "Programs that send no scope get what is declared",
    meaning="A client with `requestsScope: false` gets tokens that the runtime rejects. Other clients must "
    "send the scope; those that do not end with 401 after a successful authentication.",
    remedy="Run `pulumi up`. Configure the scope in clients that can send one: `flow-mcp connect` shows it.",
    reference="https://www.rfc-editor.org/rfc/rfc6749#section-3.3",
)
def without_scope(target: Target) -> Iterator[Observation]:
    key_sets = None
    for client in programs(target):
        request = client.token_requests[0]
        if "scope" not in request.parameters:
            yield skipped(client.name, "its token requests have no scope")
            continue
        resource = target.resource(request.resource)
        subject, scope = f"{client.name} for {resource.key}", request.parameters["scope"]
        dpop = DpopKey() if client.binding else None
        unasked = _gets_scope_unasked(target, client)
        try:
            token = request_token(target, client, request, without=("scope",), dpop=dpop)
            key_sets = key_sets or keys(target)
        except TokenRefusedError as error:
            text = f"without scope, the server answers {error.code or error.description or 'an error'}"
            yield observe(subject, f"{text}; configure the scope {scope}", passed=not unasked)
            continue
        except SkipError as error:
            yield skipped(subject, str(error))
            continue
        except (httpx.HTTPError, NoAnswerError) as error:
            yield bad(subject, f"no answer: {error or type(error).__name__}")
            continue
        decision, description = describe_decision(target, resource, token, key_sets, dpop)
        if decision.allowed:
            yield good(subject, f"without scope, the runtime {description}")
        else:
            text = f"without scope, there is a token, but the runtime {description}"
            yield observe(subject, f"{text}; configure the scope {scope}", passed=not unasked)


def _gets_scope_unasked(target: Target, client: Client) -> bool:
    if not isinstance(target.declaration, Declaration):
        return False
    declared = target.declaration.tenant.clients.get(client.name)
    return declared is not None and declared.gets_scope_unasked
