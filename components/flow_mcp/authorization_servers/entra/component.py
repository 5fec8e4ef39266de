"""The Pulumi component of a tenant on Entra: APIs, assignments of people, clients."""

from __future__ import annotations

from typing import cast

import pulumi
import pulumi_azuread as azuread

from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.entra import apis
from flow_mcp.authorization_servers.entra.clients import Clients
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.authorization_servers.entra.directory import Directory
from flow_mcp.authorization_servers.outputs import combine
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.sign_in_paths import sign_in_paths


class EntraAuthorizationServer(AuthorizationServerComponent):
    """The applications of a Flow tenant in its Entra tenant."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        populate(self, declaration, cast("Entra", declaration.server))
        self.register_outputs({})


def populate(component: AuthorizationServerComponent, declaration: Declaration, entra: Entra) -> None:
    """Create all resources that a tenant needs in an Entra tenant, as children of the component."""
    # With another tenant ID, all objects must be created in the new Entra tenant and deleted in the former.
    # Pulumi would treat them as the same objects. The provider's name and the trigger force a replacement.
    provider = azuread.Provider(
        f"entra-{entra.tenant_id}",
        tenant_id=entra.tenant_id,
        environment=entra.cloud.value,
        opts=pulumi.ResourceOptions(parent=component),
    )
    owned = pulumi.ResourceOptions(parent=component, provider=provider, replacement_trigger=entra.tenant_id)
    directory = Directory(entra, owned)
    directory.find_groups(_groups(declaration))
    api_applications = apis.create(declaration, entra, directory, owned)
    clients = Clients(declaration, entra, directory, api_applications, owned)
    api_ids = {key: api.application.client_id for key, api in api_applications.items()}
    component.ids = combine({**api_ids, **clients.ids})
    component.secrets = pulumi.Output.secret(combine(clients.secrets))


def _groups(declaration: Declaration) -> frozenset[str]:
    """Return the names or object IDs of all groups that the tenant admits."""
    paths = sign_in_paths(declaration)
    return frozenset(group for path in paths if path.people for group in path.people.groups)
