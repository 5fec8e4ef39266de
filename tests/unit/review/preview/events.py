"""Events as the engine writes them, in the form of Pulumi 3.256."""

from __future__ import annotations

from typing import Any

STACK = "urn:pulumi:acme::flow-mcp::pulumi:pulumi:Stack::flow-mcp-acme"
SETTINGS = "flow-mcp:index:McpServerSettings"
URN = f"urn:pulumi:acme::flow-mcp::{SETTINGS}::acme"


def in_order(*events: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    return tuple({"sequence": number, **event} for number, event in enumerate(events))


def summary(result: str = "succeeded", *, preview: bool = True) -> dict[str, Any]:
    return {"summaryEvent": {"result": result, "isPreview": preview}}


CANCEL: dict[str, Any] = {"cancelEvent": {}}


def diagnostic(message: str, severity: str = "error", urn: str = "") -> dict[str, Any]:
    about = {"urn": urn} if urn else {}
    return {"diagnosticEvent": {**about, "message": f"{message}\n", "severity": severity}}


def policy(
    name: str = "FLOWMCP-001", message: str = "is wrong", level: str = "mandatory", urn: str = URN
) -> dict[str, Any]:
    return {
        "policyEvent": {
            "policyName": name,
            "message": message,
            "enforcementLevel": level,
            "severity": "high",
            "resourceUrn": urn,
        }
    }


def pre_event(
    op: str, urn: str = URN, kind: str = SETTINGS, old: Any = None, new: Any = None, **more: Any
) -> dict[str, Any]:
    state = {"old": old and {"inputs": old}, "new": new and {"inputs": new}}
    return {"resourcePreEvent": {"metadata": {"op": op, "urn": urn, "type": kind, **state, **more}}}
