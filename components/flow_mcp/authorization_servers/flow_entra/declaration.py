"""What the Flow instance and a tenant declare of the instance's Entra tenant."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from flow_mcp.authorization_servers.entra.clouds import Cloud
from flow_mcp.authorization_servers.entra.declaration import (
    Guid,
    NoRegistration,
    Owners,
    PreauthorizedClients,
    TenantId,
    VerifiedDomains,
)
from flow_mcp.declaration.base import Declared, Form


class Deployment(StrEnum):
    """Where Flow runs."""

    SAAS = "saas"
    ON_PREMISES = "on-premises"


class FlowEntraInstance(Declared):
    """The Entra tenant of the Flow instance: the same for all of its tenants."""

    tenant_id: TenantId
    cloud: Annotated[Cloud, Field(description="Microsoft's cloud that the Entra tenant is in.")] = (
        Cloud.PUBLIC
    )
    verified_domains: VerifiedDomains = ()
    deployment: Annotated[
        Deployment,
        Field(description="saas: stacks make the applications; on-premises: an Azure administrator does."),
    ] = Deployment.SAAS
    owners: Owners = ()


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


class FlowEntra(Declared):
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
