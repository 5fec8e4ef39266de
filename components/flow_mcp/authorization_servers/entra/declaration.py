"""What a tenant declares of its own Entra tenant."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.json_schema import SkipJsonSchema

from flow_mcp.authorization_servers.entra.clouds import FACTS, Cloud
from flow_mcp.authorization_servers.people import Ways
from flow_mcp.declaration.base import Declared, Host
from flow_mcp.declaration.clients import Access, InheritedPeople
from flow_mcp.declaration.findings import RefusedError

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def _guid(text: str) -> str:
    guid = text.lower()
    if not GUID.fullmatch(guid):
        raise RefusedError("is not a GUID", "Write it as in 8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55.")
    return guid


def _tenant(text: str) -> str:
    if text.lower() in {"common", "organizations", "consumers"}:
        raise RefusedError(
            "names no single tenant: tokens of any organization would come from it",
            "Write the Entra tenant's GUID (Entra admin center, Overview, Tenant ID).",
        )
    return _guid(text)


def _no_registration(_: Any) -> None:
    raise RefusedError(
        "is asked of Entra, which has no Dynamic Client Registration, and whose Client ID Metadata Documents "
        "are a preview that is not for production",
        "Remove it; declare clients, or list manualRegistrations.",
    )


_GUID = Field(json_schema_extra={"format": "uuid"})
Guid = Annotated[str, AfterValidator(_guid), _GUID]
TenantId = Annotated[str, AfterValidator(_tenant), _GUID, Field(description="The Entra tenant's GUID.")]

VerifiedDomains = Annotated[
    tuple[Host, ...],
    Field(description="Domains verified in that Entra tenant; those below them count too. Confirmed by up."),
]

Owners = Annotated[
    tuple[Guid, ...],
    Field(
        max_length=100,
        description="Object IDs of those who own what is made; with the permission "
        "Application.ReadWrite.OwnedBy, the applying principal's must be among them.",
    ),
]

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
    def ways(self) -> Ways:
        """By which of them people can come in."""
        return {"vscode": self.vscode}


class Entra(Declared):
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
