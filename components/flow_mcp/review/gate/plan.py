"""Plan the changes of tenants with previews, for review, approval and update."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from flow_mcp.declaration.findings import dotted
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.diff import Operation, TenantDiff, Unknown
from flow_mcp.review.diff.compare import compare
from flow_mcp.review.policy.evaluation import RuleResult, evaluate
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.preview import Preview, preview


@dataclass(frozen=True)
class Plan:
    """The planned change of one tenant.

    Attributes:
        preview: the engine's preview.
        diff: the effects of the change, for its reviewers.
        file: a copy of the stack's file, which the preview and the update read.
        refresh: whether the preview and the update first compare the state with the server.
    """

    preview: Preview
    diff: TenantDiff
    file: Path
    refresh: bool = False


@dataclass(frozen=True)
class Planner:
    """Makes plans for stacks.

    Attributes:
        engine: runs Pulumi.
        policies: the policies that must run each time.
        files: copies of the stacks' files by stack. Pulumi reads the copies, so that a change of a file
            between preview and update has no effect.
    """

    engine: Engine
    policies: Policies
    files: Mapping[str, Path]

    @classmethod
    @contextmanager
    def of(cls, project: Project, stacks: Mapping[str, Path], as_of: date) -> Iterator[Planner]:
        """Return a planner for stacks, with copies of their current files, which are deleted at the end."""
        engine, policies = Engine(Stacks.of(project), as_of), Policies.load(project.policies)
        with TemporaryDirectory(prefix="flow-mcp-") as private:
            files = {stack: Path(private, file.name) for stack, file in stacks.items()}
            for stack, file in stacks.items():
                files[stack].write_bytes(file.read_bytes())
            yield cls(engine, policies, files)

    def plan(
        self, stack: str, report: Callable[[str], None] = lambda _: None, *, refresh: bool = False
    ) -> Plan:
        """Preview a stack.

        Args:
            stack: the stack's name.
            report: called with the progress.
            refresh: whether the state is first compared with the server, so that the update reverts drift.

        Raises:
            PreviewError: the preview failed, or its result cannot be read.
        """
        file = self.files[stack]
        content = file.read_bytes()
        arguments = ("--config-file", str(file))
        result = preview(self.engine, self.policies, stack, *arguments, refresh=refresh, report=report)
        if file.read_bytes() != content:
            raise PreviewError(
                f"the file of the stack {stack} has no encryption salt; run `pulumi preview --stack {stack}` "
                "once, commit the salt that it writes into the file, and run this command again"
            )
        return Plan(result, diff(result, self.policies.pack, self.engine.as_of), file, refresh)


def diff(result: Preview, pack: Pack, as_of: date) -> TenantDiff:
    """Return the diff of a tenant from its preview."""
    return TenantDiff(
        stack=result.stack,
        source="preview",
        changes=compare(result.before, result.after),
        operations=tuple(
            Operation(step.op, step.urn, step.type, step.changed, step.replaced_by, step.unknown, step.digest)
            for step in result.steps
        ),
        unknowns=tuple(_unknowns(result)),
        rule_results=tuple(_rule_results(result, pack, as_of)),
    )


def _unknowns(result: Preview) -> Iterator[Unknown]:
    """Yield values that are unknown until the update; unknown inputs are part of the operations."""
    for rule_id in dict.fromkeys(
        finding.rule_id for finding in result.rule_results if finding.kind == "unknown"
    ):
        yield Unknown(rule_id, "needs values that are unknown until the update", blocks=False)
    for urn, path in result.unknown_outputs:
        name = urn.rpartition("::")[2]
        yield Unknown(f"{name}: {path}", "is unknown until the update", blocks=False)
    # Such an update changes what the runtime receives, and an empty diff would need no approval.
    if result.outputs_change and not result.steps and not result.unknown_outputs:
        yield Unknown("the stack's outputs", "change although no resource changes", blocks=False)


def _rule_results(result: Preview, pack: Pack, as_of: date) -> Iterator[RuleResult]:
    """Yield the findings for the declaration, with their paths, and further findings from the engine."""
    declared = evaluate(pack, result.after, as_of) if result.after else ()
    yield from declared
    known = {(finding.rule_id, f"{dotted(finding.path)} {finding.problem}") for finding in declared}
    for rule_result in result.rule_results:
        if rule_result.kind != "unknown" and (rule_result.rule_id, rule_result.problem) not in known:
            yield rule_result
