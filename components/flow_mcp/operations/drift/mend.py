"""Reverts the drift of managed objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.operations.drift.detect import Detected, detect
from flow_mcp.operations.drift.drift import TenantDrift
from flow_mcp.operations.drift.errors import NotMendedError
from flow_mcp.operations.drift.keycloak.connection import administration
from flow_mcp.review.gate.apply import apply
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.preview.steps import Step

_PASSES = 3
"""Maximum number of passes. Keycloak adds a scope to a program's client when an update saves the client, and
the next pass removes it."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class Mended:
    """The changes that `--mend` made, and the remaining drift.

    Attributes:
        repairs: the changes through the server's admin API, one sentence for each.
        steps: the changes of resources by updates.
        remaining: the drift afterwards.
    """

    repairs: tuple[str, ...]
    steps: tuple[Step, ...]
    remaining: TenantDrift


def mend(
    planner: Planner,
    stack: str,
    detected: Detected,
    report: Report,
    detail: Report,
) -> Mended:
    """Revert the drift of managed objects: repairs through the admin API, then an update under the policies.

    Unmanaged objects stay unchanged. The update is cancelled if it makes a change that its preview did not
    have.

    Args:
        planner: a planner for the stack.
        stack: the stack's name.
        detected: the stack's drift.
        report: called with each step.
        detail: called with the progress of a step.

    Raises:
        NotMendedError: the declaration has unapplied changes, or an object was recreated without Pulumi.
        BlockedError: a policy blocks the update.
        DeviationError: the update began a change that its preview did not have, and was cancelled.
        PreviewError: Pulumi failed.
        AuthorizationServerError: the server does not answer or rejects a request.
    """
    if detected.recreated:
        raise NotMendedError(
            f"{stack} was not mended: the {' and the '.join(detected.recreated)} was recreated without "
            "Pulumi. The update could not create it. Take it over with `flow-mcp adopt`, or delete it."
        )
    _require_applied(planner.engine.stacks.project, detected, stack)
    repairs: list[str] = []
    steps: list[Step] = []
    for _ in range(_PASSES):
        if detected.repairs:
            report(f"Repairing {stack}")
            repairs += _repaired(detected)
        if detected.needs_update:
            steps += _updated(planner, stack, report, detail)
        report(f"Comparing {stack}")
        detected = detect(planner.engine, stack, detail)
        if not (detected.repairs or detected.needs_update):
            break
    return Mended(tuple(repairs), tuple(steps), detected.drift)


def _require_applied(project: Project, detected: Detected, stack: str) -> None:
    """Check that the stack's file has no unapplied changes, which an update would apply without approval.

    Raises:
        NotMendedError: the file has unapplied changes.
        DeclarationError: the file is invalid.
    """
    declared = from_file(project.stack_file(stack), instance_of(project.file)).declaration
    if (declared.tenant, declared.instance) != (detected.applied.tenant, detected.applied.instance):
        raise _unapplied(stack, "its file")


def _unapplied(stack: str, source: str) -> NotMendedError:
    return NotMendedError(
        f"{stack} was not mended: {source} has unapplied changes, which the update would also apply. "
        f"`flow-mcp gate preview {stack}` shows them. Apply or revert them first."
    )


def _repaired(detected: Detected) -> list[str]:
    for side in detected.repairs:
        with AdminApi(administration(side.declaration)) as connection:
            for repair in side.repairs:
                repair.apply(connection)
    return [repair.text for side in detected.repairs for repair in side.repairs]


def _updated(planner: Planner, stack: str, report: Report, detail: Report) -> tuple[Step, ...]:
    report(f"Previewing {stack}")
    if planner.plan(stack, detail).preview.steps:
        raise _unapplied(stack, "the program")
    report(f"Previewing {stack} with the server's drift")
    plan = planner.plan(stack, detail, refresh=True)
    _require_permitted(plan)
    report(f"Mending {stack}")
    return apply(planner, plan, detail).steps


def _require_permitted(plan: Plan) -> None:
    violation = next((result for result in plan.diff.rule_results if result.blocks), None)
    if violation:
        raise BlockedError(
            f"{plan.preview.stack} was not mended: the policy {violation.rule_id} blocks the update: "
            f"{violation.problem}. {violation.remedy}"
        )
    if plan.diff.blocked:
        raise BlockedError(
            f"{plan.preview.stack} was not mended: the changes of the update cannot be determined."
        )
