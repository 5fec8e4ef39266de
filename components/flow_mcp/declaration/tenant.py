"""The declaration of a tenant, `flow-mcp:tenant`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from flow_mcp.declaration.adopted import AdoptedResource, ResourceKey
from flow_mcp.declaration.base import Declared, Identifier, Name
from flow_mcp.declaration.clients import BoundTokens, Client, ManualRegistration
from flow_mcp.declaration.enterprise_issuer import EnterpriseIssuer
from flow_mcp.declaration.waivers import RuleId, Waiver

MOVES = ("movingTo", "movingFrom")
"""The keys of a tenant under which its other authorization server is declared during a move."""


class Workspace(Declared):
    """A workspace and its environments that expose an MCP server."""

    environments: Annotated[tuple[Identifier, ...], Field(min_length=1, description="The environments' IDs.")]


class AuthorizationServerChoice(Declared):
    """The tenant's authorization server, exactly one of these kinds."""

    # `Kinds.tenant_model` adds an optional field for each kind. The number of declared kinds is checked
    # together with the other rules, so that all problems of a file are reported in one run.
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


class Move(Declared):
    """The other authorization server of a tenant during a move. The tenant accepts the tokens of both."""

    authorization_server: AuthorizationServerChoice
    clients: dict[Name, Client] = Field(
        default={},
        description="Clients with another declaration at this server, by name. An entry replaces the "
        "tenant's whole entry; all other clients are the same at both servers.",
    )
    manual_registrations: dict[Name, ManualRegistration] = Field(
        default={},
        description="The clients that an administrator registered at this server, by name. Those of the "
        "other server do not apply here, because a client ID is valid at one server only.",
    )


class Tenant(Declared):
    """One tenant: its MCP servers, its authorization server, its clients and their access."""

    id: Annotated[Identifier, Field(description="The tenant's ID in Flow, in quotes if it is a number.")]
    workspaces: Annotated[
        dict[Identifier, Workspace],
        Field(min_length=1, description="The workspaces by ID; put the IDs in quotes."),
    ]
    authorization_server: AuthorizationServerChoice
    clients: dict[Name, Client] = Field(
        default={}, description="The clients that the stack registers, by name."
    )
    manual_registrations: dict[Name, ManualRegistration] = Field(
        default={}, description="The clients that an administrator registered, by name."
    )
    tokens: BoundTokens | None = Field(
        default=None,
        description="Requirements for the access tokens of all clients, also of registration methods.",
    )
    moving_to: Annotated[
        Move | None,
        Field(description="The next authorization server: its tokens are accepted already."),
    ] = None
    moving_from: Annotated[
        Move | None,
        Field(description="The former authorization server: its tokens are still accepted."),
    ] = None
    protected: Annotated[
        bool | None,
        Field(
            description="true: Pulumi refuses to delete the tenant, or a realm that the stack created. "
            "Clients and their access can be changed and removed."
        ),
    ] = None
    enterprise: Annotated[
        tuple[EnterpriseIssuer, ...] | None,
        Field(
            min_length=1,
            description="Company identity providers whose identity assertions clients may redeem "
            "(enterprise-managed authorization). Default: none.",
        ),
    ] = None
    waivers: dict[RuleId, Waiver] = Field(
        default={}, description="Waivers by the rule's ID; each suppresses a rule until its expiry date."
    )
    adopted: dict[ResourceKey, AdoptedResource] | None = Field(
        default=None,
        description="The objects that existed before the stack, by resource; `flow-mcp adopt` writes it.",
    )

    def adopts(self, resource_type: str, name: str) -> bool:
        """Return whether an object existed before the stack, which then leaves it when it is destroyed."""
        adopted = (self.adopted or {}).get(f"{resource_type}/{name}")
        return adopted is not None and adopted.id is not None

    def leaves(self, resource_type: str, name: str) -> bool:
        """Return whether the stack does not create a resource yet."""
        adopted = (self.adopted or {}).get(f"{resource_type}/{name}")
        return adopted is not None and adopted.leave

    def kept(self, resource_type: str, name: str) -> tuple[str, ...]:
        """Return the properties of a resource that keep the values of the authorization server."""
        adopted = (self.adopted or {}).get(f"{resource_type}/{name}")
        return adopted.keep if adopted else ()
