"""Types of the Entra settings that a Flow instance and a tenant can both declare."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from flow_mcp.declaration.base import Host
from flow_mcp.declaration.findings import RefusedError

GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


class Cloud(StrEnum):
    """A Microsoft cloud, with the same names as the azuread provider's `environment`."""

    PUBLIC = "public"
    US_GOVERNMENT = "usgovernment"
    CHINA = "china"


def _guid(text: str) -> str:
    guid = text.lower()
    if not GUID.fullmatch(guid):
        raise RefusedError("is not a GUID", "Write a GUID such as 8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55.")
    return guid


def _tenant(text: str) -> str:
    if text.lower() in {"common", "organizations", "consumers"}:
        raise RefusedError(
            "does not name a single Entra tenant: users of any organization could get tokens",
            "Write the Entra tenant's GUID (Entra admin center, Overview, Tenant ID).",
        )
    return _guid(text)


_GUID = Field(json_schema_extra={"format": "uuid"})
Guid = Annotated[str, AfterValidator(_guid), _GUID]
TenantId = Annotated[str, AfterValidator(_tenant), _GUID, Field(description="The Entra tenant's GUID.")]

VerifiedDomains = Annotated[
    tuple[Host, ...],
    Field(
        description="Domains verified in the Entra tenant, including their subdomains. "
        "`pulumi up` checks that they are verified."
    ),
]

Owners = Annotated[
    tuple[Guid, ...],
    Field(
        max_length=100,
        description="Object IDs of the owners of the objects that the stack creates. With the permission "
        "Application.ReadWrite.OwnedBy, the principal that runs `pulumi up` must be one of them.",
    ),
]
