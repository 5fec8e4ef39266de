"""The instance's Entra tenant, as the Entra package takes one."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flow_mcp.authorization_servers.entra import Entra, names
from flow_mcp.authorization_servers.entra.settings import Api
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.instance import Deployment, FlowEntraInstance

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


class InstanceUnknownError(FlowMcpError):
    """The Flow instance declares no Entra tenant; the checks refuse that before."""


def instance(declaration: Declaration) -> FlowEntraInstance:
    """The Entra tenant that the Flow instance declares.

    Raises:
        InstanceUnknownError: there is none.
    """
    if declaration.instance.flow_entra is None:
        raise InstanceUnknownError("flow-mcp:instance declares no flowEntra; add it in Pulumi.yaml")
    return declaration.instance.flow_entra


def on_premises(declaration: Declaration) -> bool:
    """Whether an administrator makes the applications."""
    return instance(declaration).deployment is Deployment.ON_PREMISES


def entra(declaration: Declaration) -> Entra:
    """The Entra tenant with what the Flow tenant declares on it."""
    at, server = instance(declaration), cast("FlowEntra", declaration.server)
    return Entra(
        tenant_id=at.tenant_id,
        cloud=at.cloud,
        verified_domains=at.verified_domains,
        owners=at.owners,
        preauthorized=server.preauthorized,
    )


def identifier_uri(declaration: Declaration, resource: ResourceDeclared) -> str:
    """The Application ID URI of a resource: the administrator's, or what the hand-over text asks for."""
    registered = cast("FlowEntra", declaration.server).applications.get(resource.key)
    declared = registered.identifier_uri if registered else None
    return declared or names.identifier_uri(declaration, entra(declaration), resource)


def registered_apis(declaration: Declaration) -> dict[str, Api]:
    """The administrator's applications by protected resource."""
    applications = cast("FlowEntra", declaration.server).applications
    return {
        resource.key: Api(applications[resource.key].client_id, identifier_uri(declaration, resource))
        for resource in declaration.resources
        if resource.key in applications
    }


def pending(declaration: Declaration) -> tuple[str, ...]:
    """On-premises: the protected resources whose application the administrator has not made yet."""
    if not on_premises(declaration):
        return ()
    applications = cast("FlowEntra", declaration.server).applications
    return tuple(resource.key for resource in declaration.resources if resource.key not in applications)
