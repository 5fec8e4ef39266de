"""Every setting of every kind of authorization server has a meaning, or is known to have none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

import pytest
from pydantic import BaseModel

from flow_mcp.authorization_servers import KINDS
from flow_mcp.declaration.declaration import AuthorizationServerKind
from flow_mcp.declaration.instance import Instance
from tests.unit.declaration.access.samples import STACKS, sample

# Told by their paths: what they mean depends on what else the server does.
WITHOUT = {("authorizationServer", "auth0", "tenantSettings", "resourceParameterProfile")}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_each_setting_is_explained_to_reviewers(kind: AuthorizationServerKind) -> None:
    here = ("authorizationServer", kind.key)
    settings = set(_paths(kind.declaration, here))
    if kind.key == "flow-entra":
        settings |= set(_paths(Instance, ("instance",))) - {("instance", "server")}
    lifetimes = {
        (*here, *path.split("."))
        for stack in STACKS
        if sample(stack).kind is kind
        for path in sample(stack).server.lifetimes
    }
    explained = {
        *lifetimes,
        *WITHOUT,
        (*here, kind.registration_methods_at),
        *(setting.path for setting in kind.setting_changes),
    }
    # A registration method with its limits is one thing; `registration` of Entra is there to be refused.
    explained.add((*here, "registration"))
    assert {path for path in settings if not any(path[: len(each)] == each for each in explained)} == set()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_each_explanation_is_of_a_setting_that_exists(kind: AuthorizationServerKind) -> None:
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
    """The paths of all fields that hold no further ones."""
    for field in model.model_fields.values():
        path = (*above, field.alias or "")
        annotation = field.annotation
        models = [
            part
            for part in (annotation, *get_args(annotation))
            if isinstance(part, type) and issubclass(part, BaseModel)
        ]
        yield from (each for part in models for each in _paths(part, path))
        if not models:
            yield path
