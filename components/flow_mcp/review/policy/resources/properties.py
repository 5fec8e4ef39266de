"""What rules ask of a resource's properties: right, wrong, or not known yet. Nothing here raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Resource, Unknown, Violation


def must(
    resource: Resource, path: tuple[str, ...], right: Callable[[Any], bool], problem: str
) -> Iterator[Violation | Unknown]:
    """The violation where a property is wrong.

    Args:
        resource: inputs, or outputs where only those are seen.
        path: of the property.
        right: whether its value is; None is one that is left out.
        problem: what is wrong otherwise.
    """
    yield from judged(at(resource.values, *path), path, right, problem)


def judged(
    value: Any, path: Path, right: Callable[[Any], bool], problem: str
) -> Iterator[Violation | Unknown]:
    """The violation where a value is wrong."""
    if isinstance(value, Unknown):
        yield value
    elif not right(value):
        yield Violation(path, problem)


def items(resource: Resource, *path: str) -> Iterator[tuple[Path, Any]]:
    """The items of a list with their paths; what is no list is one item, to be judged as such."""
    value = at(resource.values, *path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index), item
    elif value is not None:
        yield path, value


def is_in(*allowed: Any) -> Callable[[Any], bool]:
    """Whether a value is one of these; true is no number here, and any value can be asked about."""
    return lambda value: any(
        value is each or (value == each and not isinstance(value, bool)) for each in allowed
    )


def is_on(value: Any) -> bool:
    """Whether a switch is on, however the provider writes it."""
    return value is True or (isinstance(value, str) and value.lower() == "true")
