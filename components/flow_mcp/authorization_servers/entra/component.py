"""The Pulumi component of a tenant on Entra: APIs, people, clients."""

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
    """Applications in an Entra tenant that admit exactly what the Flow tenant declares."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        populate(self, declaration, cast("Entra", declaration.server))
        self.register_outputs({})


def populate(component: AuthorizationServerComponent, declaration: Declaration, entra: Entra) -> None:
    """Make everything that a tenant needs in an Entra tenant, as children of the component."""
    # The objects of one Entra tenant are not those of the next, though Pulumi would take them for the same:
    # with another tenant ID they are all made anew there, and the old provider removes the old ones.
    provider = azuread.Provider(
        f"entra-{entra.tenant_id}",
        tenant_id=entra.tenant_id,
        environment=entra.cloud.value,
        opts=pulumi.ResourceOptions(parent=component),
    )
    owned = pulumi.ResourceOptions(parent=component, provider=provider, replacement_trigger=entra.tenant_id)
    directory = Directory(entra, owned)
    directory.find_groups(_groups(declaration))
    by_resource = apis.create(declaration, directory, owned)
    clients = Clients(declaration, entra, directory, by_resource, owned)
    api_ids = {key: api.application.client_id for key, api in by_resource.items()}
    component.ids = combine({**api_ids, **clients.ids})
    component.secrets = pulumi.Output.secret(combine(clients.secrets))


def _groups(declaration: Declaration) -> frozenset[str]:
    """Names or object IDs of all groups that the tenant admits."""
    paths = sign_in_paths(declaration)
    return frozenset(group for path in paths if path.people for group in path.people.groups)
