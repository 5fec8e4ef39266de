"""The parts of the report that come from the policy pack."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.review.report.part import Part

WaiverState = Literal["holding", "expired", "unused", "unpermitted", "unknown-rule", "not-judged"]


class Reference(Part):
    """A source of a rule."""

    title: Annotated[str, Field(description="Title of the page and section.")]
    url: Annotated[str, Field(description="Address of the page.")]


class Rule(Part):
    """A rule of the project's policy pack."""

    id: Annotated[str, Field(description="Stable ID, such as FLOWMCP-016.")]
    severity: Annotated[str, Field(description="Severity of a violation.")]
    level: Annotated[
        Literal["mandatory", "advisory", "disabled"],
        Field(description="Enforcement level in the pack's configuration."),
    ]
    message: Annotated[str, Field(description="Requirement of the rule.")]
    remedy: Annotated[str, Field(description="How to fix a violation.")]
    references: Annotated[tuple[Reference, ...], Field(description="Sources of the rule.")]
    judged: Annotated[
        bool,
        Field(
            description="Whether the report evaluated it. `pulumi preview` evaluates rules about resources."
        ),
    ]
    violations: Annotated[int, Field(description="Violations without a waiver.")]
    waived: Annotated[int, Field(description="Violations with a waiver.")]
    failed: Annotated[int, Field(description="Tenants for which its evaluation failed.")]
    tenants: Annotated[int, Field(description="Tenants with a violation or a failure.")]


class Finding(Part):
    """A finding of a rule for a tenant."""

    rule: Annotated[str, Field(description="ID of the rule.")]
    severity: Annotated[str, Field(description="Severity of the rule.")]
    level: Annotated[Literal["mandatory", "advisory"], Field(description="Enforcement level of the rule.")]
    kind: Annotated[
        Literal["violation", "unknown", "failed"],
        Field(description="`failed`: the rule could not be evaluated."),
    ]
    path: Annotated[str, Field(description="Path in the tenant's declaration.")]
    problem: Annotated[str, Field(description="Description of the problem.")]
    remedy: Annotated[str, Field(description="How to fix the problem.")]
    waived: Annotated[bool, Field(description="Whether a waiver suppresses it.")]
    blocks: Annotated[bool, Field(description="Whether it blocks the tenant.")]


class Waiver(Part):
    """A waiver, which suppresses a rule until its expiry date."""

    rule: Annotated[str, Field(description="ID of the rule.")]
    reason: Annotated[str, Field(description="Reason of the waiver.")]
    accepted_by: Annotated[str, Field(description="Person who accepted it.")]
    expires: Annotated[str, Field(description="Last day on which it is valid.")]
    days_left: Annotated[int, Field(description="Days until then; negative afterwards.")]
    state: Annotated[
        WaiverState,
        Field(
            description="`unpermitted`: accepted by a person who may not. `unused`: there is no violation. "
            "`not-judged`: valid and permitted, for a rule that only a preview evaluates."
        ),
    ]
