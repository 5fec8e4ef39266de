"""Everything that changes for one tenant, from whatever source: what an approver is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flow_mcp.review.diff.change import Change, Risk, worst
from flow_mcp.review.policy.evaluation import RuleResult

Source = Literal["base", "preview"]
"""Declarations alone, compared with a git revision; or a preview."""


@dataclass(frozen=True)
class Operation:
    """What the engine will do to one resource. No value of a property is in it: it could be secret.

    Attributes:
        op: the engine's word: `create`, `update`, `delete`, `replace`, `import`, …
        urn: the resource's.
        type: its type token.
        properties: paths of the properties that change.
        replaces: those of them that make the engine replace it.
        unknown: paths of properties whose values are known only when it is applied.
        inputs: a digest over the resource's new inputs, secrets masked: what is approved are these values.
            It belongs into the diff's digest; empty for a removal.
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
    """Something that cannot be known from this source.

    Attributes:
        subject: what of.
        text: what is not known of it and why, a sentence without its subject and its end.
        blocks: whether nothing can be approved without it; else an approver may accept that it is unknown,
            such as a client ID that the server is still to assign.
    """

    subject: str
    text: str
    blocks: bool

    @property
    def risk(self) -> Risk:
        """As much as what it could be."""
        return Risk.HIGH if self.blocks else Risk.MEDIUM


@dataclass(frozen=True)
class TenantDiff:
    """One stack's diff.

    Attributes:
        stack: its name.
        source: what it was told from.
        changes: what the declaration's change means, what matters most first.
        operations: what the engine will do; none without a preview.
        unknowns: what could not be known.
        judgements: what policies say of what will be.
    """

    stack: str
    source: Source
    changes: tuple[Change, ...]
    operations: tuple[Operation, ...] = ()
    unknowns: tuple[Unknown, ...] = ()
    rule_results: tuple[RuleResult, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing changes, as far as everything is known."""
        return not (self.changes or self.operations or self.unknowns)

    @property
    def risks(self) -> list[Risk]:
        """Those of everything in it."""
        return [
            *(change.risk for change in self.changes),
            *map(self.risk_of, self.operations),
            *(unknown.risk for unknown in self.unknowns),
        ]

    @property
    def risk(self) -> Risk:
        """The greatest of anything in it."""
        return worst(self.risks)

    @property
    def blocked(self) -> bool:
        """Whether no approval would do: a policy forbids it, or what it is cannot be known."""
        return any(rule_result.blocks for rule_result in self.rule_results) or any(
            unknown.blocks for unknown in self.unknowns
        )

    @property
    def needs_approval(self) -> bool:
        """Whether somebody must look at it before it is applied."""
        return self.blocked or self.risk.needs_approval

    def risk_of(self, operation: Operation) -> Risk:
        """What an operation adds to what the changes say.

        A resource that is replaced is another one to everybody who knew it. What is made or updated is the
        work of a change; without any, somebody changed the resources or the program.
        """
        if operation.op == "replace" or operation.replaces:
            return Risk.HIGH
        if operation.op == "delete" or not self.changes:
            return Risk.MEDIUM
        return Risk.LOW
