"""Drift in a terminal and as a JSON document."""

from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from flow_mcp.engine.stacks import Update
from flow_mcp.operations.drift.document import drift_schema, json_text
from flow_mcp.operations.drift.drift import Appeared, Drift, TenantDrift
from flow_mcp.operations.drift.mend import Mended
from flow_mcp.operations.drift.text import lines, mended_lines
from flow_mcp.review.diff.change import Risk
from flow_mcp.review.preview.steps import Step

_HOSTILE = "\x1b[31m[bold]x[/bold]\n:smiley:"
_DRIFT = Drift(
    "agent", "client", "changed", "enabled", f"{_HOSTILE}.", Risk.MEDIUM, "client-removed", True, False
)
_ALLOWED = Appeared("client", "c-1", "", "c-1", Risk.NONE)
_UNMANAGED = Appeared(
    "client", _HOSTILE, "", f"{_HOSTILE}!", Risk.HIGH, ("1/test",), ("https://x/*",), ("implicit",)
)
_SINCE = Update(7, "update", "succeeded", "2026-11-30T10:24:44.000Z")
_TENANT = TenantDrift(
    "acme", _SINCE, (_DRIFT,), (_UNMANAGED, _ALLOWED), "", ("A note.",), ("The secret of agent.",)
)


def test_control_characters_are_escaped_in_the_lines_of_a_tenant() -> None:
    assert [line.plain for line in lines(_TENANT)] == [
        "acme: 1 drift, 1 unmanaged object, since update 7 of 2026-11-30T10:24:44.000Z",
        "  ● medium client-removed                \\x1b[31m[bold]x[/bold]\\n:smiley:.",
        "  unmanaged objects, which --mend does not change",
        "  ▲ high   client                        \\x1b[31m[bold]x[/bold]\\n:smiley:!",
        "  1 client uses a declared registration method",
        "  --mend does not restore",
        "    - The secret of agent.",
        "  A note.",
    ]


def test_a_tenant_without_drift_has_a_summary_and_the_reason_why_unmanaged_objects_are_missing() -> None:
    quiet = TenantDrift("acme", None, (), (_ALLOWED,), "this works only on Keycloak")
    assert ([line.plain for line in lines(quiet)], quiet.found) == (
        [
            "acme: no drift since the state was imported",
            "  1 client uses a declared registration method",
            "  Unmanaged objects are not listed: this works only on Keycloak.",
        ],
        False,
    )


def test_the_lines_after_mending_list_repairs_and_remaining_drift() -> None:
    result = Mended(("Require PKCE.",), (Step("urn:a", "update", "t"), Step("urn:b", "create", "t")), _TENANT)
    assert [line.plain for line in mended_lines("acme", result)] == [
        "acme: mended, 1 drift remains (1 create, 1 update)",
        "    - Require PKCE.",
        "  ● medium client-removed                \\x1b[31m[bold]x[/bold]\\n:smiley:.",
    ]


def test_the_document_is_valid_and_has_no_control_characters() -> None:
    result = Mended(("Require PKCE.",), (Step("urn:a", "update", "t"),), TenantDrift("acme", _SINCE, ()))
    text = json_text([_TENANT], {"acme": result}, {"globex": "It does not answer."})
    printed = json.loads(text)
    Draft202012Validator.check_schema(drift_schema())
    Draft202012Validator(drift_schema()).validate(printed)
    assert text.isascii()
    assert "\x1b" not in text
    assert printed == {
        "version": 1,
        "tenants": [
            {
                "stack": "acme",
                "since": {
                    "number": 7,
                    "kind": "update",
                    "result": "succeeded",
                    "ended": "2026-11-30T10:24:44.000Z",
                },
                "risk": "high",
                "found": True,
                "drifts": [
                    {
                        "resource": "agent",
                        "type": "client",
                        "op": "changed",
                        "property": "enabled",
                        "risk": "medium",
                        "kind": "client-removed",
                        "text": f"{_HOSTILE}.",
                        "before": True,
                        "after": False,
                    }
                ],
                "appeared": [
                    {
                        "kind": "client",
                        "name": _HOSTILE,
                        "within": "",
                        "risk": "high",
                        "text": f"{_HOSTILE}!",
                        "opens": ["1/test"],
                        "redirectUris": ["https://x/*"],
                        "grants": ["implicit"],
                    },
                    {
                        "kind": "client",
                        "name": "c-1",
                        "within": "",
                        "risk": "none",
                        "text": "c-1",
                        "opens": [],
                        "redirectUris": [],
                        "grants": [],
                    },
                ],
                "unread": "",
                "notes": ["A note."],
                "lost": ["The secret of agent."],
                "mended": {
                    "repairs": ["Require PKCE."],
                    "operations": [{"op": "update", "urn": "urn:a"}],
                    "left": [],
                },
            }
        ],
        "failed": [{"stack": "globex", "reason": "It does not answer."}],
    }
