"""Microsoft's clouds: where each has its authorization servers.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and, for the audience of
token exchange, https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations.
"""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.declaration.entra_tenants import Cloud


@dataclass(frozen=True)
class Facts:
    """What differs between clouds.

    Attributes:
        login: host of the authorization servers.
        token_exchange: `aud` that a federated credential's token has by default.
    """

    login: str
    token_exchange: str


FACTS = {
    Cloud.PUBLIC: Facts("login.microsoftonline.com", "api://AzureADTokenExchange"),
    Cloud.US_GOVERNMENT: Facts("login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
    Cloud.CHINA: Facts("login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"),
}
