"""How drift is shown, and the document that describes it."""

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
_STRANGE = Appeared(
    "client", _HOSTILE, "", f"{_HOSTILE}!", Risk.HIGH, ("1/test",), ("https://x/*",), ("implicit",)
)
_SINCE = Update(7, "update", "succeeded", "2026-11-30T10:24:44.000Z")
_FOUND = TenantDrift(
    "acme", _SINCE, (_DRIFT,), (_STRANGE, _ALLOWED), "", ("A note.",), ("The secret of agent.",)
)


def test_a_tenant_is_told_in_lines_that_no_terminal_obeys() -> None:
    assert [line.plain for line in lines(_FOUND)] == [
        "acme: 1 drift, 1 beside what is managed, since update 7 of 2026-11-30T10:24:44.000Z",
        "  ● medium client-removed                \\x1b[31m[bold]x[/bold]\\n:smiley:.",
        "  beside what the stack manages, never mended",
        "  ▲ high   client                        \\x1b[31m[bold]x[/bold]\\n:smiley:!",
        "  1 client came by a declared registration method",
        "  mending does not bring back",
        "    - The secret of agent.",
        "  A note.",
    ]


def test_a_tenant_without_drift_is_one_line_and_says_what_was_not_looked_for() -> None:
    quiet = TenantDrift("acme", None, (), (_ALLOWED,), "only Keycloak's admin API is read")
    assert ([line.plain for line in lines(quiet)], quiet.found) == (
        [
            "acme: no drift since the state was imported",
            "  1 client came by a declared registration method",
            "  Not looked for: only Keycloak's admin API is read.",
        ],
        False,
    )


def test_what_mending_did_and_left_is_told() -> None:
    done = Mended(("Require PKCE.",), (Step("urn:a", "update", "t"), Step("urn:b", "create", "t")), _FOUND)
    assert [line.plain for line in mended_lines("acme", done)] == [
        "acme: mended, 1 drift is left (1 create, 1 update)",
        "    - Require PKCE.",
        "  ● medium client-removed                \\x1b[31m[bold]x[/bold]\\n:smiley:.",
    ]


def test_the_document_keeps_to_its_schema_and_has_no_control_characters() -> None:
    done = Mended(("Require PKCE.",), (Step("urn:a", "update", "t"),), TenantDrift("acme", _SINCE, ()))
    text = json_text([_FOUND], {"acme": done}, {"globex": "It does not answer."})
    told = json.loads(text)
    Draft202012Validator.check_schema(drift_schema())
    Draft202012Validator(drift_schema()).validate(told)
    assert text.isascii()
    assert "\x1b" not in text
    assert told == {
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
