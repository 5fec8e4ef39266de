"""Previews of many tenants, with the policies: what would be changed, and what may not be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from flow_mcp.declaration.findings import dotted
from flow_mcp.engine.fleet.selection import Standing
from flow_mcp.review.diff import TenantDiff
from flow_mcp.review.fleet.declared import problems
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.fleet.result import Event, Result, operations
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.gate.plan import Plan, Planner

_SHOWN = 3


@contextmanager
def previewed(
    fleet: Fleet, standings: Sequence[Standing]
) -> Iterator[tuple[Planner, dict[str, Plan], dict[str, Result]]]:
    """Preview tenants at the backend.

    Yields:
        The planner, whose copies of the tenants' files every later run reads; by tenant, what would be done,
        and the results of the tenants that may be applied. The results of all others are with the fleet.
    """
    stacks = [each.stack for each in standings]
    files = fleet.stacks.project.stack_files(stacks)
    with Planner.of(fleet.stacks.project, files, fleet.as_of) as made:
        planner = replace(made, engine=replace(made.engine, interruption=fleet.interruption))
        plans: dict[str, Plan] = {}

        def work(stack: str, detail: Callable[[str], None]) -> Result:
            plan = planner.plan(stack, detail)
            if plan.diff.blocked:
                raise BlockedError(refused(plan.diff))
            plans[stack] = plan
            reason = fleet.survey.standings[stack].reason
            told = plan.preview
            return Result(stack, "previewed", reason, operations(told.steps, outputs=told.outputs_change))

        found = {each.stack: each for each in fleet.phase("preview", stacks, work)}
        yield planner, plans, {stack: each for stack, each in found.items() if stack in plans}


def checked(fleet: Fleet) -> tuple[Standing, ...]:
    """The tenants that have to be run and whose files are right; the results of the others are failures."""
    wanted = [each.stack for each in fleet.changed]
    wrong = problems(fleet.stacks.project, wanted) if wanted else {}
    for stack, found in wrong.items():
        errors = [each for each in found if each.severity == "error"]
        more = f" (and {len(errors) - 1} more: `flow-mcp check {stack}`)" if len(errors) > 1 else ""
        reason = fleet.survey.standings[stack].reason
        result = Result(stack, "failed", reason, message=f"{errors[0]}{more}")
        fleet.results[stack] = result
        fleet.tell(Event("ended", "check", stack, result=result))
    return tuple(each for each in fleet.changed if each.stack not in wrong)


def refused(diff: TenantDiff) -> str:
    """Why a tenant's change may not be applied, whoever approves."""
    reasons = [
        f"{each.rule_id}: {dotted(each.path) or each.urn.rpartition('::')[2]}: {each.problem}"
        for each in diff.rule_results
        if each.blocks
    ]
    reasons += [f"{each.subject} {each.text}" for each in diff.unknowns if each.blocks]
    more = f" (and {len(reasons) - _SHOWN} more)" if len(reasons) > _SHOWN else ""
    return f"{'; '.join(reasons[:_SHOWN])}{more}; `flow-mcp gate preview {diff.stack}` shows all of it"
