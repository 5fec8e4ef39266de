"""What a rule is. Nothing here needs Pulumi: tests and reports read rules without starting a server."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import Field

from flow_mcp.common.nulls import without_nulls
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.declaration.findings import Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

SETTINGS = "flow-mcp:index:McpServerSettings"
"""Type of the component whose inputs are a tenant's declaration."""


class Severity(StrEnum):
    """How bad a violation is, in Pulumi's words."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Reference:
    """Where a rule comes from.

    Attributes:
        title: name of the specification or page, and the section.
        url: its https address.
    """

    title: str
    url: str


@dataclass(frozen=True)
class Unknown:
    """A value that a preview cannot know, in the place of the value.

    Attributes:
        path: where it is in the resource.
    """

    path: str


@dataclass(frozen=True)
class Resource:
    """A resource of the stack, plain values all the way down, secret ones among them.

    Properties that are `null` are removed: plugins return every property of the type, `null` where nothing
    was set. Rules therefore need not distinguish `null` from a property that is left out.

    Attributes:
        type: Pulumi's type token.
        inputs: what the program asks for; seen before the resource is touched.
        outputs: what the resource ended with; seen when the program has ended, then without inputs.
        urn: its URN; empty in examples.
        parent: its parent's URN; seen when the program has ended.
    """

    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    urn: str = ""
    parent: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", without_nulls(self.inputs))
        object.__setattr__(self, "outputs", without_nulls(self.outputs))

    @property
    def values(self) -> Mapping[str, Any]:
        """Its inputs, or its outputs where only those are seen."""
        return self.inputs or self.outputs


@dataclass(frozen=True)
class Violation:
    """What is wrong; no attribute may repeat a value, for it could be secret.

    Attributes:
        path: where, below the tenant of a declaration or in the resource.
        problem: what is wrong there, a sentence without its subject and its end.
        urn: of the resource, where a rule looked at all of a stack.
    """

    path: Path
    problem: str
    urn: str = ""


class RuleSettings(StrictModel):
    """What the pack's configuration may say of a rule; a rule with more to say has a subclass."""

    waivable_by: Annotated[
        tuple[str, ...],
        Field(
            description="Who may accept a violation, as `acceptedBy` of a waiver names them; none: nobody."
        ),
    ] = ()


_Settings = TypeVar("_Settings", bound=RuleSettings)


@dataclass(frozen=True)
class Context:
    """What a rule may know besides what it judges.

    Attributes:
        as_of: the day on which it is judged.
        settings: what the pack's configuration says of this rule.
        waivable_by: who may accept a violation of each rule; none for those that cannot be waived.
        idle: rules that were judged completely and found nothing, for those rules that are judged last.
    """

    as_of: date
    settings: RuleSettings
    waivable_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    idle: frozenset[str] = frozenset()

    def settings_of(self, model: type[_Settings]) -> _Settings:
        """The settings in the rule's own type."""
        if not isinstance(self.settings, model):
            raise TypeError(f"the rule was configured with {type(self.settings).__name__}")
        return self.settings


class Rule(ABC):
    """One rule, with at least one of the three methods. Its paragraph in docs/policies.md has its ID.

    Attributes:
        id: `FLOWMCP-` and three digits; never used again for another rule.
        severity: how bad a violation is; `low` advises, the others stop an update unless configured.
        message: one line that says what must hold.
        remedy: one line that says what to do.
        references: specifications and vendor's pages that ask for it.
        good: resources that the rule accepts; tests hold it to them.
        bad: resources that it refuses.
        waivable: whether a configuration may let somebody accept violations.
        settings: what may be configured.
        last: whether it is judged when all others were.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity]
    message: ClassVar[str]
    remedy: ClassVar[str]
    references: ClassVar[tuple[Reference, ...]]
    good: ClassVar[tuple[Resource, ...]]
    bad: ClassVar[tuple[Resource, ...]]
    waivable: ClassVar[bool] = True
    settings: ClassVar[type[RuleSettings]] = RuleSettings
    last: ClassVar[bool] = False

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002 for those that override it
        """What is wrong with a tenant's declaration."""
        yield from ()

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        """What is wrong with a resource, and which values the rule would have to know to say so."""
        yield from ()

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        """What is wrong with all resources together, when the program has ended."""
        yield from ()

    def judges(self, method: str) -> bool:
        """Whether the rule has something to say there: `in_declaration`, `in_resource` or `in_stack`."""
        return getattr(type(self), method) is not getattr(Rule, method)
