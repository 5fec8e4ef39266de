"""The parts of the report that the policies tell."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.report.part import Part

WaiverState = Literal["holding", "expired", "unused", "unpermitted", "unknown-rule", "not-judged"]


class Reference(Part):
    """Where a rule comes from."""

    title: str
    url: str


class Rule(Part):
    """A rule of the project's policy pack."""

    id: str
    severity: str
    level: Annotated[
        Literal["mandatory", "advisory", "disabled"], Field(description="By the pack's configuration.")
    ]
    message: Annotated[str, Field(description="What must hold.")]
    remedy: Annotated[str, Field(description="What to do where it does not.")]
    references: tuple[Reference, ...]
    judged: Annotated[
        bool,
        Field(
            description="Whether it was judged here. A rule on resources is judged by `pulumi preview` only."
        ),
    ]
    violations: Annotated[int, Field(description="Those that nobody waived.")]
    waived: int
    failed: Annotated[int, Field(description="How often it could not be judged: then nothing passes.")]
    tenants: Annotated[int, Field(description="How many have a violation or a failure.")]


class Finding(Part):
    """One thing that a rule says of a tenant."""

    rule: Annotated[str, Field(description="The rule's ID.")]
    severity: str
    level: Literal["mandatory", "advisory"]
    kind: Literal["violation", "unknown", "failed"]
    path: Annotated[str, Field(description="Where, below the tenant.")]
    problem: str
    remedy: str
    waived: Annotated[bool, Field(description="Whether somebody who may do so accepted it for now.")]
    blocks: Annotated[bool, Field(description="Whether a gate stops.")]


class Waiver(Part):
    """A violation that somebody accepted until a day."""

    rule: Annotated[str, Field(description="The rule's ID.")]
    reason: str
    accepted_by: str
    expires: Annotated[str, Field(description="Last day on which it holds.")]
    days_left: Annotated[int, Field(description="Days until then; negative after it.")]
    state: Annotated[
        WaiverState,
        Field(
            description="`unpermitted`: by somebody who may not. `unused`: nothing is violated. "
            "`not-judged`: permitted and in time, of a rule that only a preview judges."
        ),
    ]
