"""The declaration of the customer's own Entra tenant in a tenant's file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from flow_mcp.authorization_servers.entra.clouds import CLOUD_VALUES
from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared, Form
from flow_mcp.declaration.clients import Access, InheritedPeople
from flow_mcp.declaration.entra_tenants import Cloud, Owners, TenantId, VerifiedDomains
from flow_mcp.declaration.findings import RefusedError


def _no_registration(_: Any) -> None:
    raise RefusedError(
        "is not supported for Entra, which has no dynamic client registration, and whose client ID metadata "
        "documents are a preview and not for production",
        "Remove it, and declare clients or manualRegistrations.",
    )


NoRegistration = SkipJsonSchema[Annotated[None, BeforeValidator(_no_registration)]]
"""Rejects the key `registration`, which other authorization servers have, with the reason."""


class Preauthorized(Declared):
    """A preauthorized application of another publisher."""

    access: Access
    people: InheritedPeople = None


class PreauthorizedClients(Declared):
    """Well-known applications that people may use without consent."""

    vscode: Annotated[Preauthorized | None, Field(description="Visual Studio Code.")] = None


IdentifierUri = Annotated[
    str,
    Form(
        r"(?=.{1,255}$)(?:api://[A-Za-z0-9][A-Za-z0-9.-]*|https://[a-z0-9][a-z0-9.-]*)(?:/[A-Za-z0-9._~-]+)*",
        "an Application ID URI",
        "api://… or https://… without a slash at the end, copied from the app registration (Expose an API)",
    ),
]
PermissionName = Annotated[
    str,
    Form(
        r"[A-Za-z0-9_][A-Za-z0-9_.:/-]{0,119}",
        "the value of a scope or an app role",
        "a value such as Flow.Access, copied from the app registration",
    ),
]
ResourceName = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}/[A-Za-z0-9][A-Za-z0-9_-]{0,62}",
        "a protected resource",
        '"<workspace>/<environment>"',
    ),
]


class ApiNames(Declared):
    """Names of an existing application of a protected resource, where they differ from the stack's names."""

    identifier_uri: Annotated[IdentifierUri | None, Field(description="Its Application ID URI.")] = None
    scope: Annotated[
        PermissionName | None,
        Field(description="Value of its delegated permission for people's clients. Default: mcp.access."),
    ] = None
    program_role: Annotated[
        PermissionName | None, Field(description="Value of its app role for programs. Default: mcp.program.")
    ] = None
    person_role: Annotated[
        PermissionName | None, Field(description="Value of its app role for people. Default: mcp.person.")
    ] = None


Apis = Annotated[
    dict[ResourceName, ApiNames] | None,
    Field(
        description="Names of existing applications, by protected resource, where they differ from those "
        "that the stack would give; `flow-mcp adopt` writes them."
    ),
]


class Entra(DeclaredServer):
    """The customer's own Microsoft Entra tenant as the authorization server."""

    tenant_id: TenantId
    cloud: Annotated[Cloud, Field(description="Microsoft cloud of the Entra tenant.")] = Cloud.PUBLIC
    verified_domains: VerifiedDomains = ()
    owners: Owners = ()
    apis: Apis = None
    preauthorized: PreauthorizedClients = PreauthorizedClients()
    registration: NoRegistration = None

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The registration methods through which people can sign in, by key; None if not declared."""
        return {"vscode": self.preauthorized.vscode}

    @property
    def authority(self) -> str:
        """The issuer in tokens and metadata of version 2.0."""
        return f"https://{CLOUD_VALUES[self.cloud].login}/{self.tenant_id}/v2.0"

    @property
    def endpoints(self) -> str:
        """The common prefix of the version 2.0 endpoints."""
        return f"https://{CLOUD_VALUES[self.cloud].login}/{self.tenant_id}/oauth2/v2.0"

    def verified(self, host: str | None) -> str | None:
        """Return the verified domain that equals or contains a host; None if there is none."""
        return next(
            (domain for domain in self.verified_domains if f".{host}".endswith(f".{domain}")),
            None,
        )
