"""The credentials of Pulumi's azuread provider."""

from __future__ import annotations

from flow_mcp.declaration.credentials import CredentialVariables

# https://www.pulumi.com/registry/packages/azuread/installation-configuration/
AZUREAD = CredentialVariables(
    (
        ("ARM_CLIENT_ID", "ARM_CLIENT_SECRET"),
        ("ARM_CLIENT_ID", "ARM_CLIENT_CERTIFICATE_PATH"),
        ("ARM_CLIENT_ID", "ARM_USE_OIDC"),
        ("ARM_USE_MSI",),
    ),
    otherwise="The azuread provider then uses the sign-in of the Azure CLI (`az login`).",
)
