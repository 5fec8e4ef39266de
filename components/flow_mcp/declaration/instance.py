"""The declaration of the Flow instance, `flow-mcp:instance`, which is the same for all of its tenants."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.base import Declared, ServerUrl
from flow_mcp.declaration.entra_tenants import Cloud, Owners, TenantId, VerifiedDomains


class Deployment(StrEnum):
    """Where Flow runs."""

    SAAS = "saas"
    ON_PREMISES = "on-premises"


class FlowEntraInstance(Declared):
    """The Entra tenant of the Flow instance, the same for all of its tenants."""

    tenant_id: TenantId
    cloud: Annotated[Cloud, Field(description="The Microsoft cloud of the Entra tenant.")] = Cloud.PUBLIC
    verified_domains: VerifiedDomains = ()
    deployment: Annotated[
        Deployment,
        Field(description="saas: stacks create the applications; on-premises: an Azure administrator does."),
    ] = Deployment.SAAS
    owners: Owners = ()


class Instance(Declared):
    """The Flow instance, the same for all of its tenants."""

    server: Annotated[
        ServerUrl, Field(description="URL of the instance, such as https://app.profitbase.biz/<instance>.")
    ]
    flow_entra: Annotated[
        FlowEntraInstance | None,
        Field(description="Its Entra tenant, used by the authorization server flow-entra."),
    ] = None
