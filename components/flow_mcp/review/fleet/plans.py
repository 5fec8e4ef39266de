"""Plan the changes of many tenants with previews, and determine which of them may be applied."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from flow_mcp.declaration.findings import dotted
from flow_mcp.engine.fleet.selection import Candidate
from flow_mcp.review.diff import TenantDiff
from flow_mcp.review.fleet.fleet import Fleet
from flow_mcp.review.fleet.invalid_files import problems
from flow_mcp.review.fleet.result import Event, Result, operations
from flow_mcp.review.gate.errors import BlockedError
from flow_mcp.review.gate.plan import Plan, Planner
from flow_mcp.review.preview.engine import Engine

_MAXIMUM_REASONS = 3


@contextmanager
def planned(
    fleet: Fleet, engine: Engine, candidates: Sequence[Candidate]
) -> Iterator[tuple[Planner, dict[str, Plan], dict[str, Result]]]:
    """Preview tenants whose stacks exist at the backend.

    Args:
        fleet: the run.
        engine: the engine of the run.
        candidates: the tenants.

    Yields:
        The planner, whose copies of the tenants' files all later runs of Pulumi read; the plans by stack,
        including those that a policy blocks; and the results of the tenants that no policy blocks, in the
        given order. The results of all tenants are also in the fleet.
    """
    stacks = [candidate.stack for candidate in candidates]
    files = fleet.stacks.project.stack_files(stacks)
    with Planner.of(fleet.stacks.project, files, fleet.as_of) as default:
        planner = replace(default, engine=engine)
        plans: dict[str, Plan] = {}

        def work(stack: str, detail: Callable[[str], None]) -> Result:
            plans[stack] = plan = planner.plan(stack, detail)
            if plan.diff.blocked:
                raise BlockedError(block_reasons(plan.diff))
            preview, reason = plan.preview, fleet.survey.candidates[stack].reason
            return Result(
                stack, "previewed", reason, operations(preview.steps, outputs=preview.outputs_change)
            )

        results = {result.stack: result for result in fleet.phase("preview", stacks, work)}
        permitted = {stack: results[stack] for stack in stacks if _is_previewed(results.get(stack))}
        yield planner, plans, permitted


def _is_previewed(result: Result | None) -> bool:
    return result is not None and result.status == "previewed"


def valid_candidates(fleet: Fleet) -> tuple[Candidate, ...]:
    """Return the changed tenants whose files are valid; the others are added to the results as failures."""
    stacks = [candidate.stack for candidate in fleet.changed]
    invalid = problems(fleet.stacks.project, stacks) if stacks else {}
    for stack, found in invalid.items():
        errors = [problem for problem in found if problem.severity == "error"]
        more = f" (and {len(errors) - 1} more: `flow-mcp check {stack}`)" if len(errors) > 1 else ""
        reason = fleet.survey.candidates[stack].reason
        result = Result(stack, "failed", reason, message=f"{errors[0]}{more}")
        fleet.results[stack] = result
        fleet.report(Event("ended", "check", stack, result=result))
    return tuple(candidate for candidate in fleet.changed if candidate.stack not in invalid)


def block_reasons(diff: TenantDiff) -> str:
    """Return the reasons why a tenant's change is blocked and cannot be approved."""
    reasons = [
        f"{finding.rule_id}: {dotted(finding.path) or finding.urn.rpartition('::')[2]}: {finding.problem}"
        for finding in diff.rule_results
        if finding.blocks
    ]
    reasons += [f"{unknown.subject} {unknown.text}" for unknown in diff.unknowns if unknown.blocks]
    more = f" (and {len(reasons) - _MAXIMUM_REASONS} more)" if len(reasons) > _MAXIMUM_REASONS else ""
    return (
        f"{'; '.join(reasons[:_MAXIMUM_REASONS])}{more}; `flow-mcp gate preview {diff.stack}` shows them all"
    )
