"""The report as data. Its schema is published as `docs/schemas/report.schema.json`.

Every text of others is harmless already when it is put in here: hidden characters are escapes, and what is
too long is clipped with a mark. The same input and day give the same bytes.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from flow_mcp.common.json_schema import DIALECT, Schema
from flow_mcp.review.report.declared import Declared, Problem
from flow_mcp.review.report.part import Part, Reading, Reason
from flow_mcp.review.report.rule_results import Finding, Rule, Waiver

Risk = Literal["refused", "critical", "high", "medium", "low", "none"]


class Settings(Part):
    """Settings that were made of a tenant's file: those delivered, or those of the stack."""

    reading: Reading
    reason: Reason | None = None
    revision: Annotated[int | None, Field(description="The envelope's.")] = None
    digest: Annotated[str | None, Field(description="SHA-256 of the settings document.")] = None
    authorities: Annotated[
        tuple[str, ...], Field(description="One; two while the tenant moves to another.")
    ] = ()
    client_ids: dict[str, str] = Field(default={}, description="By the client's name.")
    differences: Annotated[
        tuple[str, ...], Field(description="How they differ from the file, as far as it tells.")
    ] = ()


class Update(Part):
    """The stack's last update."""

    reading: Reading
    reason: Reason | None = None
    number: Annotated[int | None, Field(description="1 for the first.")] = None
    at: Annotated[str | None, Field(description="When it ended, RFC 3339.")] = None
    kind: Annotated[str | None, Field(description="Pulumi's word: update, destroy, refresh, …")] = None
    result: Annotated[str | None, Field(description="Pulumi's word: succeeded, failed, …")] = None


class Drift(Part):
    """Resources that are no longer as the last update left them."""

    reading: Reading
    reason: Reason | None = None
    changed: Annotated[int | None, Field(description="How many are changed or gone.")] = None


class Tenant(Part):
    """One tenant, which is one stack."""

    stack: Annotated[str, Field(description="Its name, by which commands call the tenant.")]
    refused: Annotated[bool, Field(description="Whether its file is refused: then nothing else is known.")]
    risk: Annotated[
        Risk, Field(description="Of the worst finding that nobody waived; a failed rule is critical.")
    ]
    blocked: Annotated[bool, Field(description="Whether a gate stops.")]
    problems: Annotated[tuple[Problem, ...], Field(description="What is wrong with its file, warnings too.")]
    declared: Declared | None = None
    findings: Annotated[tuple[Finding, ...], Field(description="What the policies say, waived ones too.")]
    waivers: Annotated[tuple[Waiver, ...], Field(description="All that its file declares.")]
    delivered: Annotated[Settings, Field(description="Those of `flow-mcp export`.")]
    applied: Annotated[Settings, Field(description="Those that Pulumi's backend has as the stack's output.")]
    update: Update
    drift: Drift


class Counts(Part):
    """How many there are of what somebody must look at. What was not read is not counted as right."""

    tenants: Annotated[int, Field(description="All of the report.")]
    refused: Annotated[int, Field(description="Tenants whose file is refused.")]
    blocked: Annotated[int, Field(description="Tenants at which a gate stops, refused ones included.")]
    violations: Annotated[int, Field(description="Violations of policies that nobody waived.")]
    failed: Annotated[int, Field(description="Rules that could not be evaluated, by tenant.")]
    waivers_holding: Annotated[
        int, Field(description="Those in time, permitted, and needed as far as was judged.")
    ]
    waivers_void: Annotated[int, Field(description="Waivers that do not hold: expired, unpermitted, …")]
    secrets_expired: Annotated[int, Field(description="Their end is over, by the files.")]
    secrets_expiring: Annotated[int, Field(description="Within 30 days.")]
    secrets_undeclared: Annotated[int, Field(description="Secrets of which no file says how old they are.")]
    open_registration: Annotated[int, Field(description="Tenants where clients register themselves.")]
    different: Annotated[int, Field(description="Tenants whose settings differ from their file.")]
    settings_unknown: Annotated[int, Field(description="Tenants of which no settings were read.")]
    drifted: Annotated[int, Field(description="Tenants with resources that were changed outside.")]
    drift_unknown: Annotated[int, Field(description="Tenants of which drift was not read.")]


class Stray(Part):
    """A delivered file that belongs to no tenant of the report, or that nobody can use."""

    file: Annotated[str, Field(description="Its name.")]
    problem: Annotated[str, Field(description="Why it ought not to be there.")]


class Report(Part):
    """All tenants of a project on one day."""

    version: Annotated[Literal[1], Field(description="Of this form.")] = 1
    as_of: Annotated[str, Field(description="The day on which ages and waivers are looked at.")]
    complete: Annotated[bool, Field(description="Whether it has all tenants, not only those named.")]
    settings_read: Annotated[bool, Field(description="Whether delivered settings were looked at.")]
    stacks_read: Annotated[bool, Field(description="Whether Pulumi's backend was asked.")]
    counts: Counts
    rules: Annotated[tuple[Rule, ...], Field(description="The policy pack's, in its order.")]
    tenants: Annotated[tuple[Tenant, ...], Field(description="By stack, sorted.")]
    strays: Annotated[tuple[Stray, ...], Field(description="Delivered files that ought not to be there.")]

    def to_json(self) -> str:
        """The report in ASCII, so that no reader's terminal obeys it; a line for each value."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1, ensure_ascii=True) + "\n"


def report_schema() -> dict[str, Any]:
    """The schema of the report, version 1 (JSON Schema 2020-12)."""
    schema = Report.model_json_schema(schema_generator=Schema)
    return {"$schema": DIALECT, **schema, "required": ["version", *schema["required"]]}
