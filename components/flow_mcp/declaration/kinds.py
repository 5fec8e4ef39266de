"""The kinds of authorization server, each imported only when a tenant declares it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

from pydantic import Field, create_model

from flow_mcp.declaration.declaration import AuthorizationServerKind
from flow_mcp.declaration.tenant import MOVES, AuthorizationServerChoice, Move, Tenant


class Kinds(Mapping[str, AuthorizationServerKind]):
    """The kinds by key, in the order of messages and schemas.

    Args:
        paths: `module:NAME` of each kind, by its key.
        default: the key of the kind that applies if a tenant declares none.
    """

    def __init__(self, paths: Mapping[str, str], default: str) -> None:
        self._paths = dict(paths)
        self._default = default
        self._models: dict[tuple[str, ...], type[Tenant]] = {}

    def __getitem__(self, key: str) -> AuthorizationServerKind:
        return _imported(self._paths[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    @property
    def default(self) -> AuthorizationServerKind:
        """The kind that applies if a tenant declares none."""
        return self[self._default]

    def tenant_model(self, tenant: Any = None) -> type[Tenant]:
        """Return the model of a tenant's declaration.

        Args:
            tenant: the value to be validated. If it declares exactly one kind, or one on each side of a
                move, the model accepts only those, so that no other is imported. Otherwise the model accepts
                all kinds.
        """
        keys = self._declared(tenant) or tuple(self._paths)
        if keys not in self._models:
            self._models[keys] = self._model(keys)
        return self._models[keys]

    def chosen(self, choice: AuthorizationServerChoice) -> tuple[AuthorizationServerKind, ...]:
        """Return the kinds that are declared; the checks reject any number except one."""
        names = {field.alias for name, field in _fields(choice) if getattr(choice, name) is not None}
        return tuple(self[key] for key in self._paths if key in names)

    def _declared(self, tenant: Any) -> tuple[str, ...]:
        if not isinstance(tenant, Mapping):
            return ()
        default = {"authorizationServer": {self._default: None}}
        sides = [{**default, **tenant}, *(tenant[key] for key in MOVES if key in tenant)]
        choices = [side.get("authorizationServer") for side in sides if isinstance(side, Mapping)]
        keys = [tuple(choice) for choice in choices if isinstance(choice, Mapping)]
        if len(keys) < len(sides) or any(
            len(side_keys) != 1 or side_keys[0] not in self._paths for side_keys in keys
        ):
            return ()
        declared = {key for side_keys in keys for key in side_keys}
        return tuple(key for key in self._paths if key in declared)

    def _model(self, keys: tuple[str, ...]) -> type[Tenant]:
        choice = create_model(
            AuthorizationServerChoice.__name__,
            __base__=AuthorizationServerChoice,
            __doc__=AuthorizationServerChoice.__doc__,
            **{self[key].field: _field(self[key]) for key in keys},  # type: ignore[call-overload] # by name
        )
        description = "The authorization server, exactly one. Default: the Flow instance's Entra tenant."
        field = Field(description=description)
        if self._default in keys:
            default = self.default
            field = Field(
                default_factory=lambda: choice.model_validate({default.key: default.declaration()}),
                description=description,
            )
        move = create_model(
            Move.__name__,
            __base__=Move,
            __doc__=Move.__doc__,
            authorization_server=(choice, Field(description="The authorization server, exactly one.")),
        )
        moves: dict[str, Any] = {
            name: (move | None, Tenant.model_fields[name]) for name in ("moving_to", "moving_from")
        }
        return create_model(
            Tenant.__name__,
            __base__=Tenant,
            __doc__=Tenant.__doc__,
            authorization_server=(choice, field),
            **moves,
        )


def _fields(choice: AuthorizationServerChoice) -> Any:
    return type(choice).model_fields.items()


def _field(kind: AuthorizationServerKind) -> tuple[Any, Any]:
    description = inspect.cleandoc(kind.declaration.__doc__ or "")
    return Annotated[kind.declaration | None, Field(alias=kind.key, description=description)], None


@cache
def _imported(path: str) -> AuthorizationServerKind:
    module, _, name = path.partition(":")
    kind: AuthorizationServerKind = getattr(import_module(module), name)
    return kind
