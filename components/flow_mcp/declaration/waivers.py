"""Waivers: accepted violations of rules, each until an expiry date."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Day, Declared, Form, Text

RuleId = Annotated[
    str,
    Form(
        r"[A-Z][A-Z0-9]{1,15}-[0-9]{3}",
        "a rule's ID",
        "an ID of `flow-mcp schema policy-configuration`, such as FLOWMCP-016",
    ),
]


class Waiver(Declared):
    """A waiver of one rule until a date; the policy pack's configuration defines who may accept it."""

    reason: Annotated[Text, Field(description="Why the violations are acceptable, for auditors.")]
    accepted_by: Annotated[
        Text, Field(description="The person or role that accepts them, as in `waivableBy` of the rule.")
    ]
    expires: Annotated[Day, Field(description="Last day on which the waiver applies, YYYY-MM-DD.")]
