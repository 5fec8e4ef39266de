"""The base class of policy rules and the types that rules use, independent of Pulumi."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

from pydantic import Field

from flow_mcp.common.nulls import without_nulls
from flow_mcp.common.strict_model import StrictModel
from flow_mcp.declaration.findings import Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

SETTINGS = "flow-mcp:index:McpServerSettings"
"""Type token of the component whose inputs are a tenant's declaration."""


class Severity(StrEnum):
    """Severity of a violation, with Pulumi's values."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True)
class Reference:
    """The source of a rule's requirement.

    Attributes:
        title: title of the specification or page, and the section.
        url: https address of the source.
    """

    title: str
    url: str


@dataclass(frozen=True)
class Unknown:
    """Placeholder for a value that is unknown in a preview.

    Attributes:
        path: path of the value in the resource.
    """

    path: str


@dataclass(frozen=True)
class Resource:
    """A resource of the stack, with its properties as plain values, including secrets.

    Properties that are `null` are removed, because plugins return `null` for every property that is not set.
    Rules therefore need not distinguish `null` from a missing property.

    Attributes:
        type: Pulumi's type token.
        inputs: the inputs, available before the resource is created or changed.
        outputs: the outputs, available when the program has ended; then there are no inputs.
        urn: URN of the resource; empty in examples.
        parent: URN of the parent, available when the program has ended.
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
        """Return the inputs, or the outputs if there are no inputs."""
        return self.inputs or self.outputs


@dataclass(frozen=True)
class Violation:
    """A violation of a rule; no attribute may contain a property's value, which could be secret.

    Attributes:
        path: path of the property, below the tenant of a declaration or in the resource.
        problem: what is wrong: a sentence without its subject, which is the path, and without its period.
        urn: URN of the resource, if the rule evaluated the whole stack.
    """

    path: Path
    problem: str
    urn: str = ""


class RuleSettings(StrictModel):
    """Settings that every rule has; a rule with settings of its own has a subclass."""

    waivable_by: Annotated[
        tuple[str, ...],
        Field(
            description="Who may accept violations: the permitted values of a waiver's `acceptedBy`. An "
            "empty list permits nobody."
        ),
    ] = ()


_Settings = TypeVar("_Settings", bound=RuleSettings)


@dataclass(frozen=True)
class Context:
    """The context in which a rule is evaluated.

    Attributes:
        as_of: the date of the evaluation.
        settings: the rule's settings from the pack's configuration.
        waivable_by: who may accept violations, by rule ID; empty for rules that cannot be waived.
        idle: IDs of the rules that were evaluated completely without a finding, for rules evaluated last.
    """

    as_of: date
    settings: RuleSettings
    waivable_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    idle: frozenset[str] = frozenset()

    def settings_of(self, model: type[_Settings]) -> _Settings:
        """Return the settings as the rule's own settings class."""
        if not isinstance(self.settings, model):
            raise TypeError(f"the rule was configured with {type(self.settings).__name__}")
        return self.settings


class Rule(ABC):
    """A policy rule, with at least one of the three `in_…` methods and a section in docs/policies.md.

    Attributes:
        id: `FLOWMCP-` and three digits; never reused for another rule.
        severity: severity of a violation; `low` advises, others stop an update unless configured otherwise.
        message: the requirement, in one line.
        remedy: what to do about a violation, in one line.
        references: specifications and vendors' pages that require or recommend it.
        good: examples that the rule accepts; tests evaluate the rule on them.
        bad: examples that the rule rejects.
        waivable: whether violations can be waived, if the configuration permits it.
        settings: the class of the rule's settings.
        last: whether the rule is evaluated after all others.
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
        """Yield the violations in a tenant's declaration."""
        yield from ()

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        """Yield the violations of a resource, and the unknown values that the rule needs."""
        yield from ()

    def in_stack(self, resources: Sequence[Resource], context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        """Yield the violations of all resources of a stack together, when the program has ended."""
        yield from ()

    def judges(self, method: str) -> bool:
        """Return whether the rule overrides `in_declaration`, `in_resource` or `in_stack`."""
        return getattr(type(self), method) is not getattr(Rule, method)


def violations(rule: Rule, declaration: Declaration, context: Context) -> Iterator[Violation]:
    """Yield a rule's violations in a declaration, at both authorization servers during a move."""
    reported = set()
    for side in declaration.at_servers:
        for violation in rule.in_declaration(side, context):
            placed = replace(violation, path=side.origin.path(violation.path))
            if placed not in reported:
                reported.add(placed)
                yield placed


def rules_of(package: str, path: Iterable[str]) -> tuple[Rule, ...]:
    """Return the rules that the modules of a package define, sorted by ID.

    Args:
        package: the package's name, its `__name__`.
        path: the package's `__path__`.

    Raises:
        ValueError: a module without a leading underscore does not define exactly one rule, or two rules have
            the same ID.
    """
    rules: dict[str, Rule] = {}
    for module in sorted(info.name for info in iter_modules(path) if not info.name.startswith("_")):
        name = f"{package}.{module}"
        defined = [
            value
            for value in vars(import_module(name)).values()
            if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == name
        ]
        if len(defined) != 1:
            raise ValueError(f"rules/{module}.py defines {len(defined)} rules instead of one")
        rule = defined[0]()
        if rule.id in rules:
            previous = type(rules[rule.id]).__module__.rpartition(".")[2]
            raise ValueError(f"rules/{module}.py and rules/{previous}.py both define {rule.id}")
        rules[rule.id] = rule
    return tuple(rules[rule_id] for rule_id in sorted(rules))
