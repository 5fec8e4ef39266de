"""What a tenant declares of its own Entra tenant."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from flow_mcp.authorization_servers.entra.clouds import FACTS
from flow_mcp.declaration.authorization_server import DeclaredServer, RegistrationMethods
from flow_mcp.declaration.base import Declared
from flow_mcp.declaration.clients import Access, InheritedPeople
from flow_mcp.declaration.entra_tenants import Cloud, Owners, TenantId, VerifiedDomains
from flow_mcp.declaration.findings import RefusedError


def _no_registration(_: Any) -> None:
    raise RefusedError(
        "is asked of Entra, which has no Dynamic Client Registration, and whose Client ID Metadata Documents "
        "are a preview that is not for production",
        "Remove it; declare clients, or list manualRegistrations.",
    )


NoRegistration = SkipJsonSchema[Annotated[None, BeforeValidator(_no_registration)]]
"""Says why there is no `registration`, which other authorization servers have."""


class Preauthorized(Declared):
    """An application of somebody else's that people may use."""

    access: Access
    people: InheritedPeople = None


class PreauthorizedClients(Declared):
    """Well-known applications that need no consent of the people who use them."""

    vscode: Annotated[Preauthorized | None, Field(description="Visual Studio Code.")] = None

    @property
    def methods(self) -> RegistrationMethods:
        """The applications through which people can sign in."""
        return {"vscode": self.vscode}


class Entra(DeclaredServer):
    """A Microsoft Entra tenant of the tenant's own."""

    tenant_id: TenantId
    cloud: Annotated[Cloud, Field(description="Microsoft's cloud that the Entra tenant is in.")] = (
        Cloud.PUBLIC
    )
    verified_domains: VerifiedDomains = ()
    owners: Owners = ()
    preauthorized: PreauthorizedClients = PreauthorizedClients()
    registration: NoRegistration = None

    @property
    def registration_methods(self) -> RegistrationMethods:
        """The methods that lead to a person's token."""
        return self.preauthorized.methods

    @property
    def authority(self) -> str:
        """The issuer of v2.0 tokens and metadata."""
        return f"https://{FACTS[self.cloud].login}/{self.tenant_id}/v2.0"

    @property
    def endpoints(self) -> str:
        """What the addresses of the v2.0 endpoints begin with."""
        return f"https://{FACTS[self.cloud].login}/{self.tenant_id}/oauth2/v2.0"

    def verified(self, host: str | None) -> str | None:
        """The verified domain that a host is on or below; None if it is on none."""
        return next(
            (domain for domain in self.verified_domains if f".{host}".endswith(f".{domain}")),
            None,
        )
