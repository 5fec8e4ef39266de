"""Microsoft's clouds and the addresses of their authorization servers.

https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud and, for the audience of
token exchange, https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations.
"""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.declaration.entra_tenants import Cloud


@dataclass(frozen=True)
class CloudValues:
    """The values that differ between clouds.

    Attributes:
        login: host of the authorization servers.
        token_exchange: default `aud` of a federated credential's token.
        graph: host of Microsoft Graph (https://learn.microsoft.com/graph/deployments).
    """

    login: str
    token_exchange: str
    graph: str


CLOUD_VALUES = {
    Cloud.PUBLIC: CloudValues(
        "login.microsoftonline.com", "api://AzureADTokenExchange", "graph.microsoft.com"
    ),
    Cloud.US_GOVERNMENT: CloudValues(
        "login.microsoftonline.us", "api://AzureADTokenExchangeUSGov", "graph.microsoft.us"
    ),
    Cloud.CHINA: CloudValues(
        "login.partner.microsoftonline.cn",
        "api://AzureADTokenExchangeChina",
        "microsoftgraph.chinacloudapi.cn",
    ),
}
