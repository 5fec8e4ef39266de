"""The report as data. Its schema is published as `docs/schemas/report.schema.json`.

All texts in it are safe: hidden characters are escaped, and long texts are clipped with a mark. The same
input and day give the same bytes.
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
    """Settings of a tenant, as they were delivered or as the stack contains them."""

    reading: Reading
    reason: Reason | None = None
    revision: Annotated[int | None, Field(description="Revision of the envelope.")] = None
    digest: Annotated[str | None, Field(description="SHA-256 of the settings document.")] = None
    authorities: Annotated[
        tuple[str, ...], Field(description="One authority, or two while the tenant moves to another one.")
    ] = ()
    client_ids: dict[str, str] = Field(default={}, description="Client IDs by the client's name.")
    differences: Annotated[
        tuple[str, ...], Field(description="Differences from the access that the file declares.")
    ] = ()


class Update(Part):
    """The last update of a stack."""

    reading: Reading
    reason: Reason | None = None
    number: Annotated[int | None, Field(description="Number of the update, from 1.")] = None
    at: Annotated[str | None, Field(description="End of the update, RFC 3339.")] = None
    kind: Annotated[
        str | None, Field(description="Pulumi's name of the operation: update, destroy, refresh, …")
    ] = None
    result: Annotated[str | None, Field(description="Pulumi's name of the result: succeeded, failed, …")] = (
        None
    )


class Drift(Part):
    """Resources that have changed since the last update."""

    reading: Reading
    reason: Reason | None = None
    changed: Annotated[int | None, Field(description="Number of changed or deleted resources.")] = None


class Tenant(Part):
    """One tenant, which is one stack."""

    stack: Annotated[str, Field(description="Name of the stack.")]
    refused: Annotated[bool, Field(description="Whether its file is invalid; then its access is unknown.")]
    risk: Annotated[
        Risk, Field(description="Severity of its worst finding without a waiver; a failed rule is critical.")
    ]
    blocked: Annotated[bool, Field(description="Whether the gate blocks the tenant.")]
    problems: Annotated[tuple[Problem, ...], Field(description="Errors and warnings of its file.")]
    declared: Declared | None = None
    findings: Annotated[
        tuple[Finding, ...], Field(description="Findings of the rules, including waived ones.")
    ]
    waivers: Annotated[tuple[Waiver, ...], Field(description="Waivers of its file.")]
    delivered: Annotated[Settings, Field(description="Settings that `flow-mcp export` delivered.")]
    applied: Annotated[Settings, Field(description="Settings in the stack's outputs.")]
    update: Update
    drift: Drift


class Counts(Part):
    """Numbers of the items that need attention. Values that were not read are counted separately."""

    tenants: Annotated[int, Field(description="Tenants of the report.")]
    refused: Annotated[int, Field(description="Tenants whose file is invalid.")]
    blocked: Annotated[
        int, Field(description="Tenants that the gate blocks, including those with an invalid file.")
    ]
    violations: Annotated[int, Field(description="Violations of rules without a waiver.")]
    failed: Annotated[int, Field(description="Evaluations of a rule for a tenant that failed.")]
    waivers_holding: Annotated[
        int, Field(description="Waivers that are valid, permitted, and needed as far as evaluated.")
    ]
    waivers_void: Annotated[int, Field(description="Waivers that are not in force: expired, unpermitted, …")]
    secrets_expired: Annotated[int, Field(description="Secrets that have expired.")]
    secrets_expiring: Annotated[int, Field(description="Secrets that expire within 30 days.")]
    secrets_undeclared: Annotated[int, Field(description="Secrets whose age no file declares.")]
    open_registration: Annotated[
        int, Field(description="Tenants where clients that nobody named can register.")
    ]
    different: Annotated[int, Field(description="Tenants whose settings differ from their file.")]
    settings_unknown: Annotated[int, Field(description="Tenants whose settings were not read.")]
    drifted: Annotated[int, Field(description="Tenants with drift.")]
    drift_unknown: Annotated[int, Field(description="Tenants whose drift was not read.")]


class Stray(Part):
    """A delivered file that belongs to no tenant of the report, or that cannot be used."""

    file: Annotated[str, Field(description="Name of the file.")]
    problem: Annotated[str, Field(description="Problem of the file.")]


class Report(Part):
    """All tenants of a project on one day."""

    version: Annotated[Literal[1], Field(description="Version of this format.")] = 1
    as_of: Annotated[str, Field(description="Day for which ages and waivers are evaluated.")]
    complete: Annotated[bool, Field(description="Whether it contains all tenants of the project.")]
    settings_read: Annotated[bool, Field(description="Whether delivered settings were read.")]
    stacks_read: Annotated[bool, Field(description="Whether Pulumi's backend was read.")]
    counts: Counts
    rules: Annotated[tuple[Rule, ...], Field(description="Rules of the policy pack, in its order.")]
    tenants: Annotated[tuple[Tenant, ...], Field(description="Tenants, sorted by stack.")]
    strays: Annotated[tuple[Stray, ...], Field(description="Delivered files that belong to no tenant.")]

    def to_json(self) -> str:
        """Return the report as JSON, in ASCII so that no text controls a terminal, a line for each value."""
        return self.model_dump_json(by_alias=True, exclude_none=True, indent=1, ensure_ascii=True) + "\n"


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema 2020-12 of the report, version 1."""
    schema = Report.model_json_schema(schema_generator=Schema)
    return {"$schema": DIALECT, **schema, "required": ["version", *schema["required"]]}
