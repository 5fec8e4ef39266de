"""Decide on tokens with the reference runtime, and describe the decisions."""

from __future__ import annotations

import time
from collections.abc import Mapping

from joserfc.jwk import KeySet

from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.runtime import Decision, DpopCall, KeysUnavailableError, decide, fetch_keys
from flow_mcp.settings import ProtectedResource


def keys(target: Target) -> Mapping[str, KeySet]:
    """Fetch the server's keys.

    Raises:
        SkipError: they cannot be fetched.
    """
    try:
        client = target.web.client(target.server.authority)
        return {target.server.authority: fetch_keys(target.server, client)}
    except KeysUnavailableError as error:
        raise SkipError(f"the signature keys are unavailable (V-KEYS-001): {error}") from error


def describe_decision(
    target: Target,
    resource: ProtectedResource,
    token: str,
    key_sets: Mapping[str, KeySet],
    dpop: DpopKey | None = None,
) -> tuple[Decision, str]:
    """Decide a call of a resource now; return the decision and its description.

    Args:
        target: the tenant at one of its authorization servers.
        resource: the resource that is called.
        token: the token of the call.
        key_sets: the authorization server's keys by authority.
        dpop: the key that the token is bound to; None for a call with the scheme Bearer.
    """
    proof = None
    if dpop is not None:
        proof = DpopCall((dpop.proof("POST", resource.url, token=token),), "POST", lambda _: True)
    decision = decide(target.settings, resource.url, token, key_sets, int(time.time()), proof)
    if decision.allowed:
        return decision, f"allows it ({decision.subject_kind})"
    return decision, f"answers {decision.status}: {decision.reason} ({decision.reason.meaning})"
