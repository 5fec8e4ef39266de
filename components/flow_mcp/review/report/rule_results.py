"""The parts of the report that the policies tell."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.review.report.part import Part

WaiverState = Literal["holding", "expired", "unused", "unpermitted", "unknown-rule", "not-judged"]


class Reference(Part):
    """Where a rule comes from."""

    title: Annotated[str, Field(description="Name of the page, and the section.")]
    url: Annotated[str, Field(description="Its address.")]


class Rule(Part):
    """A rule of the project's policy pack."""

    id: Annotated[str, Field(description="Stable, FLOWMCP-016.")]
    severity: Annotated[str, Field(description="How bad a violation is.")]
    level: Annotated[
        Literal["mandatory", "advisory", "disabled"], Field(description="By the pack's configuration.")
    ]
    message: Annotated[str, Field(description="What must hold.")]
    remedy: Annotated[str, Field(description="What to do where it does not.")]
    references: Annotated[tuple[Reference, ...], Field(description="Who asks for it.")]
    judged: Annotated[
        bool,
        Field(
            description="Whether it was judged here. A rule on resources is judged by `pulumi preview` only."
        ),
    ]
    violations: Annotated[int, Field(description="Those that nobody waived.")]
    waived: Annotated[int, Field(description="Violations that somebody accepted for now.")]
    failed: Annotated[
        int, Field(description="How often it could not be evaluated; it then blocks the tenant.")
    ]
    tenants: Annotated[int, Field(description="How many have a violation or a failure.")]


class Finding(Part):
    """One thing that a rule says of a tenant."""

    rule: Annotated[str, Field(description="The rule's ID.")]
    severity: Annotated[str, Field(description="The rule's.")]
    level: Annotated[Literal["mandatory", "advisory"], Field(description="The rule's.")]
    kind: Annotated[
        Literal["violation", "unknown", "failed"],
        Field(description="`failed`: the rule could not be evaluated."),
    ]
    path: Annotated[str, Field(description="Where, below the tenant.")]
    problem: Annotated[str, Field(description="What is wrong there.")]
    remedy: Annotated[str, Field(description="What to do.")]
    waived: Annotated[bool, Field(description="Whether somebody who may do so accepted it for now.")]
    blocks: Annotated[bool, Field(description="Whether a gate stops.")]


class Waiver(Part):
    """A violation that somebody accepted until a day."""

    rule: Annotated[str, Field(description="The rule's ID.")]
    reason: Annotated[str, Field(description="Why it is acceptable.")]
    accepted_by: Annotated[str, Field(description="Who accepted it.")]
    expires: Annotated[str, Field(description="Last day on which it holds.")]
    days_left: Annotated[int, Field(description="Days until then; negative after it.")]
    state: Annotated[
        WaiverState,
        Field(
            description="`unpermitted`: by somebody who may not. `unused`: nothing is violated. "
            "`not-judged`: permitted and in time, of a rule that only a preview judges."
        ),
    ]
