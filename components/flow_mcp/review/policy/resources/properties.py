"""Check properties of resources: valid, invalid or unknown. No function here raises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Resource, Unknown, Violation


def must(
    resource: Resource, path: tuple[str, ...], right: Callable[[Any], bool], problem: str
) -> Iterator[Violation | Unknown]:
    """Yield a violation if a property is invalid, or `Unknown` if it is unknown.

    Args:
        resource: the resource; its outputs are checked if it has no inputs.
        path: path of the property.
        right: returns whether a value is valid; a missing property is None.
        problem: text of the violation.
    """
    yield from judged(at(resource.values, *path), path, right, problem)


def judged(
    value: Any, path: Path, right: Callable[[Any], bool], problem: str
) -> Iterator[Violation | Unknown]:
    """Yield a violation if a value is invalid, or the value itself if it is `Unknown`."""
    if isinstance(value, Unknown):
        yield value
    elif not right(value):
        yield Violation(path, problem)


def items(resource: Resource, *path: str) -> Iterator[tuple[Path, Any]]:
    """Yield the items of a list with their paths; a value other than a list is yielded as one item."""
    value = at(resource.values, *path)
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield (*path, index), item
    elif value is not None:
        yield path, value


def is_in(*allowed: Any) -> Callable[[Any], bool]:
    """Return a predicate: whether a value of any type is one of these; unlike in Python, True is not 1."""
    return lambda value: any(
        value is item or (value == item and not isinstance(value, bool)) for item in allowed
    )


def is_on(value: Any) -> bool:
    """Return whether a switch is on, as a boolean or as the text `true`."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


_EXPOSED = (("identifierUris",), ("appRoles",), ("api", "oauth2PermissionScopes"))


def exposes(values: Mapping[str, Any]) -> bool:
    """Return whether an application has an Application ID URI, scopes or roles in its own properties."""
    return any(bool(at(values, *path)) for path in _EXPOSED)
