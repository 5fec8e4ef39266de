"""Paths of groups: the names from the top, such as `/finance/planners`."""

from __future__ import annotations

import re
from collections.abc import Iterable

_ESCAPED_SLASH = "~/"
"""A slash within a name, in a path (Keycloak, `KeycloakModelUtils.ESCAPE_SLASH`)."""
_SEPARATOR = re.compile(r"(?<!~)/")

Names = tuple[str, ...]
"""The names of a group and of all groups above it, from the top."""


def path_names(declared: str) -> Names | None:
    """The names in a declared path such as `/finance/planners`; None for a bare name.

    A slash within a name is written `~/`. The names of a malformed path may be empty.
    """
    if not declared.startswith("/"):
        return None
    return tuple(name.replace(_ESCAPED_SLASH, "/") for name in _SEPARATOR.split(declared[1:]))


def path_of(names: Iterable[str]) -> str:
    """The path that declares a group by its names."""
    return "".join(f"/{name.replace('/', _ESCAPED_SLASH)}" for name in names)
