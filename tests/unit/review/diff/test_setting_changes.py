"""Every setting of every kind of authorization server has a description, or a known exception."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from flow_mcp.authorization_servers import KINDS
from flow_mcp.declaration.declaration import AuthorizationServerKind
from flow_mcp.declaration.instance import Instance
from tests.unit.declaration.access.samples import STACKS, sample

# Listed by their path: the effect depends on other settings of the server.
EXCEPTIONS = {("authorizationServer", "auth0", "tenantSettings", "resourceParameterProfile")}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_each_setting_has_a_description_for_reviewers(kind: AuthorizationServerKind) -> None:
    prefix = ("authorizationServer", kind.key)
    settings = set(_paths(kind.declaration, prefix))
    if kind.key == "flow-entra":
        settings |= set(_paths(Instance, ("instance",))) - {("instance", "server")}
    lifetimes = {
        (*prefix, *path.split("."))
        for stack in STACKS
        if sample(stack).kind is kind
        for path in sample(stack).server.lifetimes
    }
    described = {
        *lifetimes,
        *EXCEPTIONS,
        (*prefix, "stateLabel"),  # of every kind, with a kind of change of its own
        (*prefix, kind.registration_methods_at),
        *(setting.path for setting in kind.setting_changes),
    }
    # Registration methods are compared as a whole; Entra's `registration` exists only to be rejected.
    described.add((*prefix, "registration"))
    assert {
        path for path in settings if not any(path[: len(prefix)] == prefix for prefix in described)
    } == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_each_description_is_of_an_existing_setting(kind: AuthorizationServerKind) -> None:
    settings = {
        path[:depth]
        for path in (
            *_paths(kind.declaration, ("authorizationServer", kind.key)),
            *_paths(Instance, ("instance",)),
        )
        for depth in range(len(path) + 1)
    }
    assert {setting.path for setting in kind.setting_changes} <= settings


def _paths(model: type[BaseModel], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the paths of all fields without nested fields."""
    for field in model.model_fields.values():
        path = (*above, field.alias or "")
        annotation = field.annotation
        models = [
            part
            for part in (annotation, *get_args(annotation))
            if isinstance(part, type) and issubclass(part, BaseModel)
        ]
        yield from (nested for part in models for nested in _paths(part, path))
        if not models:
            yield path
