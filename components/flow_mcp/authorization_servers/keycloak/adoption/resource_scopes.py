"""Which client scopes of a realm a stack can take over for the tenant's protected resources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.declarable import is_declarable
from flow_mcp.authorization_servers.keycloak import names
from flow_mcp.authorization_servers.keycloak.adoption.audiences import Audiences
from flow_mcp.authorization_servers.keycloak.declaration import ScopeName

_SCOPE_NAME: TypeAdapter[Any] = TypeAdapter(ScopeName)


@dataclass(frozen=True)
class ResourceScopes:
    """The realm's scopes of a tenant's protected resources.

    Attributes:
        declared: the scope of each resource whose scope has another name than the stack would give it.
        by_key: all scopes that add a resource's audience, by the resource's key.
        remarks: why a resource's existing scope cannot be taken over; one sentence each.
    """

    declared: Mapping[str, str]
    by_key: Mapping[str, tuple[str, ...]]
    remarks: tuple[str, ...]


def resource_scopes(request: AdoptionRequest, keys: tuple[str, ...], audiences: Audiences) -> ResourceScopes:
    """Return the scopes of the tenant's resources. The stack takes over a scope only if it is the only one.

    Args:
        request: the tenant.
        keys: the keys of the resources whose audience a scope or a client of the realm adds.
        audiences: the audiences in the realm.
    """
    declared: dict[str, str] = {}
    remarks: list[str] = []
    workspaces = request.workspaces.items()
    known = (f"{name}/{environment}" for name, listed in workspaces for environment in listed)
    by_key: dict[str, tuple[str, ...]] = dict.fromkeys((*known, *keys), ())
    for key in keys:
        own = f"{names.SCOPE_PREFIX}{request.tenant_id}/{key}"
        exclusive, shared = audiences.scopes_of(key), audiences.shared_scopes_of(key)
        by_key[key] = tuple(sorted({*exclusive, *shared}))
        if not by_key[key]:
            continue
        scope = own if own in exclusive else exclusive[0] if len(exclusive) == 1 and not shared else ""
        if not scope:
            what = (
                f"The scopes {', '.join(shared)} add the audience of {key} and of other resources, and a "
                "scope of the stack has one audience."
                if shared
                else f"{len(exclusive)} scopes add the audience of {key} ({', '.join(exclusive)}), and the "
                "stack manages one."
            )
            remarks.append(f"{what} They stay; the scope {own} is not created yet.")
        elif scope != own and not _is_usable(scope):
            remarks.append(
                f"The scope {scope} adds the audience of {key}, and a tenant's file cannot declare its name. "
                f"It stays; the scope {own} is not created yet."
            )
        else:
            declared |= {key: scope} if scope != own else {}
            if not audiences.is_in_tokens(scope):
                remarks.append(
                    f"Tokens do not name the scope {scope} in their claim scope, and the runtime "
                    "rejects such tokens. Remove includeInTokenScope from its kept properties."
                )
    return ResourceScopes(dict(sorted(declared.items())), by_key, tuple(remarks))


def _is_usable(scope: str) -> bool:
    is_own = scope in names.BUILT_IN_SCOPES or scope.startswith(names.SCOPE_PREFIX)
    return is_declarable(_SCOPE_NAME, scope) and not is_own
