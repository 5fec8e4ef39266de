"""Converts the Entra tenant of the Flow instance to the declaration of the package `entra`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError

from flow_mcp.authorization_servers.entra import Entra, names
from flow_mcp.authorization_servers.entra.settings import Api
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.instance import Deployment, FlowEntraInstance, Instance

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared


class InstanceUnknownError(FlowMcpError):
    """The Flow instance declares no Entra tenant. The checks report that earlier."""


def instance(declaration: Declaration) -> FlowEntraInstance:
    """Return the Entra tenant that the Flow instance declares.

    Raises:
        InstanceUnknownError: the instance declares none.
    """
    if declaration.instance.flow_entra is None:
        raise InstanceUnknownError("flow-mcp:instance declares no flowEntra. Add it in Pulumi.yaml.")
    return declaration.instance.flow_entra


def on_premises(declaration: Declaration) -> bool:
    """Return whether an administrator creates the applications, not the stack."""
    return instance(declaration).deployment is Deployment.ON_PREMISES


def entra(declaration: Declaration) -> Entra:
    """Return the instance's Entra tenant, with the Flow tenant's preauthorized applications."""
    return entra_of_instance(instance(declaration), cast("FlowEntra", declaration.server))


def entra_of_instance(entra_tenant: FlowEntraInstance, server: FlowEntra) -> Entra:
    """Return an instance's Entra tenant, with the Flow tenant's settings."""
    return Entra(
        tenant_id=entra_tenant.tenant_id,
        cloud=entra_tenant.cloud,
        verified_domains=entra_tenant.verified_domains,
        owners=entra_tenant.owners,
        apis=server.apis,
        preauthorized=server.preauthorized,
    )


def authority_of_instance(declared: Any) -> str | None:
    """Return the authority of an instance's Entra tenant; None if it declares none.

    Args:
        declared: the value of `flow-mcp:instance`.
    """
    try:
        entra_tenant = Instance.model_validate_json(json.dumps(declared)).flow_entra
    except ValidationError:
        return None
    return entra_of_instance(entra_tenant, FlowEntra(applications={})).authority if entra_tenant else None


def identifier_uri(declaration: Declaration, resource: ResourceDeclared) -> str:
    """Return the Application ID URI of a resource: the declared one, or the one in the output handOver."""
    registered = cast("FlowEntra", declaration.server).applications.get(resource.key)
    declared = registered.identifier_uri if registered else None
    return declared or names.identifier_uri(declaration, entra(declaration), resource)


def registered_apis(declaration: Declaration) -> dict[str, Api]:
    """Return the applications that the administrator created, by key of the protected resource."""
    applications = cast("FlowEntra", declaration.server).applications
    return {
        resource.key: Api(applications[resource.key].client_id, identifier_uri(declaration, resource))
        for resource in declaration.resources
        if resource.key in applications
    }


def pending(declaration: Declaration) -> tuple[str, ...]:
    """Return the keys of the protected resources without an application; always empty unless on-premises."""
    if not on_premises(declaration):
        return ()
    applications = cast("FlowEntra", declaration.server).applications
    return tuple(resource.key for resource in declaration.resources if resource.key not in applications)
