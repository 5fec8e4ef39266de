"""What a rule is. Nothing here needs Pulumi: tests and reports read rules without starting a server."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar


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

    Attributes:
        type: Pulumi's type token.
        inputs: what the program asks for; seen before the resource is touched.
        outputs: what the resource ended with; seen when the program has ended, then without inputs.
    """

    type: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Violation:
    """What is wrong with a resource; neither attribute may repeat a value, for it could be secret.

    Attributes:
        path: where in the resource.
        problem: what is wrong there.
    """

    path: str
    problem: str


class Rule(ABC):
    """One rule. Its paragraph in docs/policies.md has the ID as heading.

    Attributes:
        id: `FLOWMCP-` and three digits; never used again for another rule.
        severity: how bad a violation is.
        message: one line that says what must hold.
        remedy: one line that says what to do.
        references: specifications and vendor's pages that ask for it.
        good: resources that the rule accepts; tests hold it to them.
        bad: resources that it refuses.
    """

    id: ClassVar[str]
    severity: ClassVar[Severity]
    message: ClassVar[str]
    remedy: ClassVar[str]
    references: ClassVar[tuple[Reference, ...]]
    good: ClassVar[tuple[Resource, ...]]
    bad: ClassVar[tuple[Resource, ...]]

    @abstractmethod
    def validate(self, resource: Resource) -> Iterator[Violation | Unknown]:
        """What is wrong with the resource, and which values the rule would have to know to say so."""
