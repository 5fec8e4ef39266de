"""What would happen to tenants, from previews: what is shown, approved, and applied."""

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
    """What would happen to one tenant.

    Attributes:
        preview: what the engine said.
        diff: what it means.
        file: a copy of the stack's file that every run of a plan reads.
        refresh: whether the state is compared with the server first, in the preview and in the update.
    """

    preview: Preview
    diff: TenantDiff
    file: Path
    refresh: bool = False


@dataclass(frozen=True)
class Planner:
    """Makes plans.

    Attributes:
        engine: runs Pulumi.
        policies: the pack that must judge every run.
        files: by stack, copies of the stacks' files. Runs read the copies, so that a file that changes
            between a preview and its update has no effect.
    """

    engine: Engine
    policies: Policies
    files: Mapping[str, Path]

    @classmethod
    @contextmanager
    def of(cls, project: Project, stacks: Mapping[str, Path], as_of: date) -> Iterator[Planner]:
        """For stacks, by name, with their files as they are now."""
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
            stack: its name.
            report: is told how far it is.
            refresh: compare the state with the server first, so that what was changed there is put back.

        Raises:
            PreviewError: it cannot be told what would be done.
        """
        file = self.files[stack]
        content = file.read_bytes()
        arguments = ("--config-file", str(file))
        told = preview(self.engine, self.policies, stack, *arguments, refresh=refresh, report=report)
        if file.read_bytes() != content:
            raise PreviewError(
                f"the file of the stack {stack} lacks the salt of its secrets: run `pulumi preview --stack "
                f"{stack}` once, commit the salt that it writes into the file, and run this again"
            )
        return Plan(told, diff(told, self.policies.pack, self.engine.as_of), file, refresh)


def diff(told: Preview, pack: Pack, as_of: date) -> TenantDiff:
    """What a preview means."""
    return TenantDiff(
        stack=told.stack,
        source="preview",
        changes=compare(told.before, told.after),
        operations=tuple(
            Operation(each.op, each.urn, each.type, each.changed, each.replaced_by, each.unknown, each.digest)
            for each in told.steps
        ),
        unknowns=tuple(_unknowns(told)),
        rule_results=tuple(_rule_results(told, pack, as_of)),
    )


def _unknowns(told: Preview) -> Iterator[Unknown]:
    """What nobody can know before it is applied; unknown inputs are told with their operations."""
    for rule_id in dict.fromkeys(each.rule_id for each in told.rule_results if each.kind == "unknown"):
        yield Unknown(rule_id, "needs values that are known when it is applied", blocks=False)
    for urn, path in told.unknown_outputs:
        name = urn.rpartition("::")[2]
        yield Unknown(f"{name}: {path}", "is known when it is applied", blocks=False)


def _rule_results(told: Preview, pack: Pack, as_of: date) -> Iterator[RuleResult]:
    """What the rules say of the declaration, with its paths, and what else they said in the engine."""
    declared = evaluate(pack, told.after, as_of) if told.after else ()
    yield from declared
    known = {(each.rule_id, f"{dotted(each.path)} {each.problem}") for each in declared}
    for rule_result in told.rule_results:
        if rule_result.kind != "unknown" and (rule_result.rule_id, rule_result.problem) not in known:
            yield rule_result
