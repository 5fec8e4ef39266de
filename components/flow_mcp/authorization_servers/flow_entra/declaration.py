"""The declaration of the Flow instance's Entra tenant in a tenant's file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flow_mcp.authorization_servers.entra.declaration import (
    Apis,
    IdentifierUri,
    NoRegistration,
    PreauthorizedClients,
    ResourceName,
)
from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared
from flow_mcp.declaration.entra_tenants import Guid


class RegisteredApi(Declared):
    """The application that an administrator created for a protected resource."""

    client_id: Annotated[Guid, Field(description="Application (client) ID of the application.")]
    identifier_uri: Annotated[
        IdentifierUri | None,
        Field(description="Application ID URI, if it differs from the one in the output handOver."),
    ] = None


class FlowEntra(DeclaredServer):
    """The Entra tenant of the Flow instance, which is the default. `flow-mcp:instance` declares it."""

    preauthorized: PreauthorizedClients = PreauthorizedClients()
    registration: NoRegistration = None
    apis: Apis = None
    applications: Annotated[
        dict[ResourceName, RegisteredApi],
        Field(
            default={},
            description="On-premises only: the applications that the administrator created, by protected "
            "resource.",
        ),
    ]

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The registration methods through which people can sign in, by key; None if not declared."""
        return {"vscode": self.preauthorized.vscode}
