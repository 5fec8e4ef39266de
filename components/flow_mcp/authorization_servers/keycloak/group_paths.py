"""Groups of Keycloak and their paths, such as `/finance/planners`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flow_mcp.engine.plugin.resource import Properties

_ESCAPED_SLASH = "~/"
"""How a path contains a slash of a group's name (Keycloak, `KeycloakModelUtils.ESCAPE_SLASH`)."""
_SEPARATOR = re.compile(r"(?<!~)/")

Names = tuple[str, ...]
"""The names of a group and its parent groups, the top-level group first."""


class Group(Properties):
    """An existing group.

    Attributes:
        id: the ID that Keycloak assigned.
        path: the path, in the form of a tenant's file.
    """

    id: str
    path: str


def path_names(declared: str) -> Names | None:
    """Return the names in a declared path such as `/finance/planners`; None for a bare name.

    The path contains `~/` for a slash in a name. A malformed path has empty names.
    """
    if not declared.startswith("/"):
        return None
    return tuple(name.replace(_ESCAPED_SLASH, "/") for name in _SEPARATOR.split(declared[1:]))


def group_path(names: Iterable[str]) -> str:
    """Return the path of a group from its names."""
    return "".join(f"/{name.replace('/', _ESCAPED_SLASH)}" for name in names)
