"""Find the creations and deletions of a failed update whose results are unknown.

If a server carries out a request and stops before it answers, the provider reports an error. Pulumi records
the operation as failed, and not as interrupted: its state lacks the object that the server has created, or
keeps the one that it has deleted. After such an update by another command, such as `pulumi up`, the next one
fails because the object exists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from flow_mcp.engine.fleet.interrupted import Operation
from flow_mcp.review.preview.engine import Event, Run
from flow_mcp.review.preview.errors import PreviewError, UnansweredError
from flow_mcp.review.preview.run_result import require_completed
from flow_mcp.review.preview.values import SECRET, plain

# A transport error of Keycloak's provider (keycloak/keycloak_client.go) and of the plugin
# (authorization_servers/http.py), and the status codes of a proxy whose server does not answer.
_NO_ANSWER = re.compile(r"error sending request|cannot be reached|: 50[234] ")
# The object was deleted by a request that was sent again, or by an earlier one.
_NOT_FOUND = re.compile(r": 404 ")
_EXISTS = re.compile(r": 409 ")
# The stack's owner mark distinguishes these from objects that somebody else created.
_MARKED = frozenset({"keycloak:openid/client:Client"})
_CREATIONS = frozenset({"create", "create-replacement"})
_DELETIONS = frozenset({"delete", "delete-replaced"})


def require_answered(run: Run) -> None:
    """Check that an update or a destruction completed; one that policies stopped has completed too.

    Raises:
        UnansweredError: it failed because the authorization server did not answer.
        PreviewError: it failed for another reason, or ended early.
    """
    try:
        require_completed(run, preview=False)
    except PreviewError as error:
        if operations := unanswered(run.events):
            raise UnansweredError(str(error), operations) from error
        raise


def unanswered(events: Iterable[Event]) -> tuple[Operation, ...]:
    """Return the operations that the server may have carried out, although Pulumi recorded a failure.

    The inputs of their resources contain no secrets.

    Args:
        events: the events of an update.
    """
    messages: dict[str, str] = {}
    failed: list[dict[str, Any]] = []
    for event in events:
        diagnostic = event.get("diagnosticEvent", {})
        if diagnostic.get("severity") == "error":
            urn = diagnostic.get("urn", "")
            messages[urn] = messages.get(urn, "") + diagnostic.get("message", "")
        if "resOpFailedEvent" in event:
            failed.append(event["resOpFailedEvent"]["metadata"])
    return tuple(
        operation
        for metadata in failed
        if (operation := _operation(metadata, messages.get(metadata["urn"], "")))
    )


def _operation(metadata: dict[str, Any], message: str) -> Operation | None:
    exists = metadata["type"] in _MARKED and _EXISTS.search(message)
    if metadata["op"] in _CREATIONS and (exists or _NO_ANSWER.search(message)):
        return Operation("creating", _resource(metadata["new"]))
    if metadata["op"] in _DELETIONS and (_NO_ANSWER.search(message) or _NOT_FOUND.search(message)):
        return Operation("deleting", _resource(metadata["old"]))
    return None


def _resource(described: dict[str, Any]) -> dict[str, Any]:
    """Return a resource of an event as a state contains it; `refresh` reads what is missing."""
    inputs = {
        name: value
        for name, value in plain(described.get("inputs") or {}).items()
        if SECRET not in json.dumps(value)
    }
    kept = ("urn", "type", "custom", "parent", "provider")
    return {**{key: described[key] for key in kept if key in described}, "inputs": inputs}
