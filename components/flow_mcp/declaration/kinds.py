"""The kinds of authorization server, each imported only when a tenant declares it."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

from pydantic import Field, create_model

from flow_mcp.declaration.declaration import AuthorizationServerKind
from flow_mcp.declaration.tenant import AuthorizationServerChoice, Tenant


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
            tenant: the value to be validated. If it declares exactly one kind, the model accepts only that
                kind, so that no other is imported. Otherwise the model accepts all kinds.
        """
        keys = self._declared(tenant) or tuple(self._paths)
        if keys not in self._models:
            self._models[keys] = self._model(keys)
        return self._models[keys]

    def chosen(self, tenant: Tenant) -> tuple[AuthorizationServerKind, ...]:
        """Return the kinds that a tenant declares; the checks reject any number except one."""
        choice = tenant.authorization_server
        names = {field.alias for name, field in _fields(choice) if getattr(choice, name) is not None}
        return tuple(self[key] for key in self._paths if key in names)

    def _declared(self, tenant: Any) -> tuple[str, ...]:
        if not isinstance(tenant, Mapping):
            return ()
        choice = tenant.get("authorizationServer", {self._default: None})
        keys = tuple(choice) if isinstance(choice, Mapping) else ()
        return keys if len(keys) == 1 and keys[0] in self._paths else ()

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
        return create_model(
            Tenant.__name__,
            __base__=Tenant,
            __doc__=Tenant.__doc__,
            authorization_server=(choice, field),
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
