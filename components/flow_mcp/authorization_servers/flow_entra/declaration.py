"""What a tenant declares of its Flow instance's Entra tenant."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from flow_mcp.authorization_servers.entra.declaration import NoRegistration, PreauthorizedClients
from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Form
from flow_mcp.declaration.entra_tenants import Guid

IdentifierUri = Annotated[
    str,
    Form(
        r"(?=.{1,255}$)(?:api://[A-Za-z0-9][A-Za-z0-9.-]*|https://[a-z0-9][a-z0-9.-]*)(?:/[A-Za-z0-9._~-]+)*",
        "an Application ID URI",
        "api://… or https://… without a slash at the end, copied from the app registration (Expose an API)",
    ),
]


class RegisteredApi(Declared):
    """A protected resource's application that an administrator made."""

    client_id: Annotated[Guid, Field(description="Its Application (client) ID.")]
    identifier_uri: Annotated[
        IdentifierUri | None,
        Field(description="Its Application ID URI, if it is not the one of the hand-over text."),
    ] = None


class FlowEntra(DeclaredServer):
    """The Entra tenant of the Flow instance; the default. `flow-mcp:instance` says which one it is."""

    preauthorized: PreauthorizedClients = PreauthorizedClients()
    registration: NoRegistration = None
    applications: Annotated[
        dict[
            Annotated[
                str,
                Form(
                    r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}/[A-Za-z0-9][A-Za-z0-9_-]{0,62}",
                    "a protected resource",
                    '"<workspace>/<environment>"',
                ),
            ],
            RegisteredApi,
        ],
        Field(
            default={},
            description="On-premises only: the administrator's applications, by protected resource.",
        ),
    ]

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return self.preauthorized.methods
