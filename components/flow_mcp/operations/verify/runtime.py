"""What the runtime decides of a token, in words."""

from __future__ import annotations

import time
from collections.abc import Mapping

from joserfc.jwk import KeySet

from flow_mcp.operations.verify.target import SkipError, Target
from flow_mcp.runtime import Decision, KeysUnavailableError, decide, fetch_keys
from flow_mcp.settings import ProtectedResource


def keys(target: Target) -> Mapping[str, KeySet]:
    """The server's keys.

    Raises:
        SkipError: they cannot be had.
    """
    try:
        client = target.web.client(target.server.authority)
        return {target.server.authority: fetch_keys(target.server, client)}
    except KeysUnavailableError as error:
        raise SkipError(f"no keys to check a token with (V-KEYS-001): {error}") from error


def decision_words(
    target: Target, resource: ProtectedResource, token: str, known: Mapping[str, KeySet]
) -> tuple[Decision, str]:
    """Decide a call of a resource now, and say what came of it."""
    decision = decide(target.settings, resource.url, token, known, int(time.time()))
    if decision.allowed:
        return decision, f"allows it ({decision.subject_kind})"
    return decision, f"answers {decision.status}: {decision.reason} ({decision.reason.meaning})"
