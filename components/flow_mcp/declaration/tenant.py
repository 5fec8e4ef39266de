"""A tenant's declaration as people write it, `flow-mcp:tenant` and `flow-mcp:instance`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import ConfigDict, Field, create_model

from flow_mcp.authorization_servers import DEFAULT, KINDS, AuthorizationServerKind
from flow_mcp.authorization_servers.flow_entra import FlowEntraInstance
from flow_mcp.declaration.base import Declared, Identifier, Name, ServerUrl
from flow_mcp.declaration.clients import Client, ManualRegistration
from flow_mcp.declaration.waivers import RuleId, Waiver


class Instance(Declared):
    """The Flow instance: the same for all of its tenants."""

    server: Annotated[
        ServerUrl, Field(description="Address of the instance, https://app.profitbase.biz/<instance>.")
    ]
    flow_entra: Annotated[
        FlowEntraInstance | None,
        Field(description="Its Entra tenant, for the authorization server flow-entra."),
    ] = None


class Workspace(Declared):
    """A workspace and those of its environments that expose an MCP server."""

    environments: Annotated[tuple[Identifier, ...], Field(min_length=1, description="Their IDs.")]


class _Choice(Declared):
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


# One optional field a kind; that exactly one is given is checked with the other rules, so that all
# problems of a file are said at once.
AuthorizationServerChoice = create_model(
    "AuthorizationServerChoice",
    __base__=_Choice,
    __doc__="The tenant's authorization server: exactly one of these.",
    **{  # type: ignore[call-overload] # field definitions by name cannot be typed
        kind.field: (
            kind.declaration | None,
            Field(default=None, alias=kind.key, description=inspect.cleandoc(kind.declaration.__doc__ or "")),
        )
        for kind in KINDS
    },
)


class Tenant(Declared):
    """One tenant: its MCP servers, its authorization server and who may call."""

    id: Annotated[Identifier, Field(description="The tenant's ID in Flow, in quotes if it is a number.")]
    workspaces: Annotated[
        dict[Identifier, Workspace], Field(min_length=1, description="By workspace ID, in quotes.")
    ]
    authorization_server: Annotated[
        AuthorizationServerChoice,
        Field(
            default_factory=lambda: AuthorizationServerChoice.model_validate(
                {DEFAULT.key: DEFAULT.declaration()}
            ),
            description="Who issues the tokens; exactly one. Left out: the Flow instance's Entra tenant.",
        ),
    ]
    clients: dict[Name, Client] = Field(default={}, description="By name; the stack registers them.")
    manual_registrations: dict[Name, ManualRegistration] = Field(
        default={}, description="By name; somebody else registered them."
    )
    waivers: dict[RuleId, Waiver] = Field(
        default={}, description="By the rule's ID; violations of policies that somebody accepted for a while."
    )


@dataclass(frozen=True)
class ResourceDeclared:
    """A protected resource that follows from the declaration."""

    workspace: str
    environment: str
    url: str

    @property
    def key(self) -> str:
        """`<workspace>/<environment>`, as access lists name it."""
        return f"{self.workspace}/{self.environment}"


@dataclass(frozen=True)
class Declaration:
    """A tenant on its Flow instance: everything that the program knows."""

    instance: Instance
    tenant: Tenant

    @cached_property
    def kind(self) -> AuthorizationServerKind:
        """The kind of authorization server that the tenant chose."""
        return next(
            kind for kind in KINDS if getattr(self.tenant.authorization_server, kind.field) is not None
        )

    @cached_property
    def server(self) -> Declared:
        """What the tenant declares of its authorization server, in its kind's own type."""
        server: Declared = getattr(self.tenant.authorization_server, self.kind.field)
        return server

    @cached_property
    def resources(self) -> tuple[ResourceDeclared, ...]:
        """The tenant's protected resources, sorted by workspace and environment."""
        return tuple(
            ResourceDeclared(
                workspace,
                environment,
                f"{self.instance.server}/mcp/tenants/{self.tenant.id}/workspaces/{workspace}/environments/{environment}",
            )
            for workspace in sorted(self.tenant.workspaces)
            for environment in sorted(self.tenant.workspaces[workspace].environments)
        )

    def reached_by(self, access: tuple[str, ...]) -> tuple[ResourceDeclared, ...]:
        """The protected resources that an access list means, sorted by workspace and environment."""
        reached = {resource for entry in access for resource in self._reached_by_entry.get(entry, ())}
        return tuple(sorted(reached, key=lambda resource: (resource.workspace, resource.environment)))

    @cached_property
    def _reached_by_entry(self) -> Mapping[str, tuple[ResourceDeclared, ...]]:
        reached: dict[str, list[ResourceDeclared]] = {}
        for resource in self.resources:
            for entry in ("*", f"{resource.workspace}/*", resource.key):
                reached.setdefault(entry, []).append(resource)
        return {entry: tuple(resources) for entry, resources in reached.items()}

    def client_id(self, name: str) -> str:
        """The client ID of a declared client, where the authorization server lets it be chosen."""
        return self.tenant.clients[name].client_id or f"flow-mcp-{self.tenant.id}-{name}"
