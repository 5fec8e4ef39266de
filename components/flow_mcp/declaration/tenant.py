"""A tenant's declaration as people write it, `flow-mcp:tenant`."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from flow_mcp.declaration.base import Declared, Identifier, Name
from flow_mcp.declaration.clients import Client, ManualRegistration
from flow_mcp.declaration.waivers import RuleId, Waiver


class Workspace(Declared):
    """A workspace and those of its environments that expose an MCP server."""

    environments: Annotated[tuple[Identifier, ...], Field(min_length=1, description="Their IDs.")]


class AuthorizationServerChoice(Declared):
    """The tenant's authorization server: exactly one of these."""

    # `Kinds.tenant_model` adds an optional field for each kind. That exactly one is given is checked with the
    # other rules, so that all problems of a file are reported at once.
    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


class Tenant(Declared):
    """One tenant: its MCP servers, its authorization server and who may call."""

    id: Annotated[Identifier, Field(description="The tenant's ID in Flow, in quotes if it is a number.")]
    workspaces: Annotated[
        dict[Identifier, Workspace], Field(min_length=1, description="By workspace ID, in quotes.")
    ]
    authorization_server: AuthorizationServerChoice
    clients: dict[Name, Client] = Field(default={}, description="By name; the stack registers them.")
    manual_registrations: dict[Name, ManualRegistration] = Field(
        default={}, description="By name; somebody else registered them."
    )
    waivers: dict[RuleId, Waiver] = Field(
        default={}, description="By the rule's ID; violations of policies that somebody accepted for a while."
    )
