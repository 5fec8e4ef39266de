"""Puts managed things back as the declaration says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.operations.drift.detect import Detected, administration, detect
from flow_mcp.operations.drift.drift import TenantDrift
from flow_mcp.operations.drift.errors import NotMendedError
from flow_mcp.review.gate.apply import apply
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.preview.steps import Step

_PASSES = 3
"""Keycloak gives a program's client a scope again when an update saves it: the next pass takes it away."""

Report = Callable[[str], None]


@dataclass(frozen=True)
class Mended:
    """What was put back, and what is left.

    Attributes:
        repairs: what was put back by the server's admin API, one sentence each.
        steps: what updates did to resources.
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
    api: Callable[[Administration], AdminApi] = AdminApi,
) -> Mended:
    """Put managed things back: repairs by the admin API, then a refresh and an update under the policies.

    Nothing that is not managed is touched. The update is watched, and cancelled if it does what its preview
    did not say.

    Args:
        planner: with the stack.
        stack: its name.
        detected: its drift.
        report: is told each step.
        detail: is told how far a step is.
        api: opens Keycloak's admin API.

    Raises:
        NotMendedError: the declaration has changes that were never applied.
        BlockedError: a policy refuses the update.
        DeviationError: the update was about to do something else and was cancelled.
        PreviewError: Pulumi failed.
        AuthorizationServerError: the server does not answer, or refuses.
    """
    if detected.recreated:
        raise NotMendedError(
            f"{stack} was not mended: the {' and the '.join(detected.recreated)} was recreated without "
            "Pulumi. The update could not create it. Compare and delete it, then mend."
        )
    _require_applied(planner.engine.stacks.project, detected, stack)
    repairs: list[str] = []
    steps: list[Step] = []
    for _ in range(_PASSES):
        if detected.repairs:
            report(f"Repairing {stack}")
            repairs += _repaired(detected, api)
        if detected.needs_update:
            steps += _updated(planner, stack, report, detail)
        report(f"Comparing {stack} again")
        detected = detect(planner.engine, stack, detail, api)
        if not (detected.repairs or detected.needs_update):
            break
    return Mended(tuple(repairs), tuple(steps), detected.drift)


def _require_applied(project: Project, detected: Detected, stack: str) -> None:
    """Refuse a stack whose file says something else than what was applied last.

    An update would apply that as well, and nobody has approved it.

    Raises:
        NotMendedError: it does.
        DeclarationError: the file is wrong.
    """
    declared = from_file(project.stack_file(stack), instance_of(project.file)).declaration
    if (declared.tenant, declared.instance) != (detected.applied.tenant, detected.applied.instance):
        raise _unapplied(stack, "its file")


def _unapplied(stack: str, what: str) -> NotMendedError:
    return NotMendedError(
        f"{stack} was not mended: {what} has changes that were never applied, and an update would apply "
        f"them as well. Look at them with `flow-mcp gate preview {stack}`, and apply or revert them first"
    )


def _repaired(detected: Detected, api: Callable[[Administration], AdminApi]) -> list[str]:
    with api(administration(detected.applied)) as connection:
        for repair in detected.repairs:
            repair.apply(connection)
    return [repair.text for repair in detected.repairs]


def _updated(planner: Planner, stack: str, report: Report, detail: Report) -> tuple[Step, ...]:
    report(f"Previewing {stack}")
    if planner.plan(stack, detail).preview.steps:
        raise _unapplied(stack, "the program")
    report(f"Previewing {stack} with what changed on the server")
    plan = planner.plan(stack, detail, refresh=True)
    _require_permitted(plan)
    report(f"Mending {stack}")
    return apply(planner, plan, detail).steps


def _require_permitted(plan: Plan) -> None:
    refused = next((each for each in plan.diff.rule_results if each.blocks), None)
    if refused:
        raise BlockedError(
            f"{plan.preview.stack} was not mended: the policy {refused.rule_id} refuses the update: "
            f"{refused.problem}. {refused.remedy}"
        )
    if plan.diff.blocked:
        raise BlockedError(f"{plan.preview.stack} was not mended: it cannot be known what the update changes")
