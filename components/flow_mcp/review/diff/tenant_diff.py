"""The diff of one tenant that an approver sees, computed from files or from a preview."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flow_mcp.review.diff.change import Change, Risk, worst
from flow_mcp.review.policy.evaluation import RuleResult

Source = Literal["base", "preview"]
"""`base`: the files compared with those at a git revision. `preview`: a preview of the engine."""


@dataclass(frozen=True)
class Operation:
    """An operation of the engine on one resource, without the values of properties, which could be secret.

    Attributes:
        op: the engine's name of the operation: `create`, `update`, `delete`, `replace`, `import`, …
        urn: the resource's URN.
        type: the resource's type token.
        properties: paths of the properties that change.
        replaces: those of them that make the engine replace the resource.
        unknown: paths of properties whose values are unknown until the update.
        inputs: a digest of the resource's new inputs with secrets masked; empty for a deletion. It is part
            of the diff's digest, so that an approval covers the values.
    """

    op: str
    urn: str
    type: str
    properties: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    inputs: str = ""


@dataclass(frozen=True)
class Unknown:
    """A value or an effect that cannot be determined from this source.

    Attributes:
        subject: the subject of the sentence.
        text: the rest of the sentence, without the period: what is unknown and why.
        blocks: whether the change cannot be approved while this is unknown. Otherwise an approver may accept
            it, such as a client ID that the server has yet to assign.
    """

    subject: str
    text: str
    blocks: bool

    @property
    def risk(self) -> Risk:
        """The risk of the possible values."""
        return Risk.HIGH if self.blocks else Risk.MEDIUM


@dataclass(frozen=True)
class TenantDiff:
    """The diff of one stack.

    Attributes:
        stack: the stack's name.
        source: whether it was computed from files or from a preview.
        changes: the effects of the declaration's change, highest risk first.
        operations: the operations of the engine; none without a preview.
        unknowns: values and effects that could not be determined.
        rule_results: the findings of the rules for the new declaration.
    """

    stack: str
    source: Source
    changes: tuple[Change, ...]
    operations: tuple[Operation, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    rule_results: tuple[RuleResult, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there are no changes, operations or unknowns."""
        return not (self.changes or self.operations or self.unknowns)

    @property
    def risks(self) -> list[Risk]:
        """The risks of all changes, operations and unknowns."""
        return [
            *(change.risk for change in self.changes),
            *map(self.risk_of, self.operations),
            *(unknown.risk for unknown in self.unknowns),
        ]

    @property
    def risk(self) -> Risk:
        """The highest risk of all changes, operations and unknowns."""
        return worst(self.risks)

    @property
    def blocked(self) -> bool:
        """Whether no approval can permit the change: a rule rejects it, or it cannot be determined."""
        return any(rule_result.blocks for rule_result in self.rule_results) or any(
            unknown.blocks for unknown in self.unknowns
        )

    @property
    def needs_approval(self) -> bool:
        """Whether a reviewer must approve the change before it is applied."""
        return self.blocked or self.risk.needs_approval

    def risk_of(self, operation: Operation) -> Risk:
        """Return the risk of an operation, in addition to the risks of the changes.

        A replaced resource has another identity, which breaks its users. Creations and updates normally
        result from a change; without one, the resources or the program were changed.
        """
        if operation.op == "replace" or operation.replaces:
            return Risk.HIGH
        if operation.op == "delete" or not self.changes:
            return Risk.MEDIUM
        return Risk.LOW
