"""Waivers: violations of policies that somebody accepted for a while."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Day, Declared, Form, Text

RuleId = Annotated[
    str,
    Form(r"[A-Z][A-Z0-9]{1,15}-[0-9]{3}", "a rule's ID", "an ID from docs/policies.md, such as FLOWMCP-016"),
]


class Waiver(Declared):
    """Violations of one rule, accepted by somebody until a day; the pack's configuration says by whom."""

    reason: Annotated[Text, Field(description="Why it is acceptable, for auditors.")]
    accepted_by: Annotated[
        Text, Field(description="Who accepted it, as `waivableBy` of the rule names them.")
    ]
    expires: Annotated[Day, Field(description="Last day on which it holds, YYYY-MM-DD.")]
