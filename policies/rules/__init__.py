"""The rules of the pack, a file each; adding one touches its file and this list."""

from __future__ import annotations

from flow_mcp.policy.rule import Rule

from .auth0_apis import Auth0Apis
from .auth0_clients import Auth0Clients
from .auth0_tenant_closed import Auth0TenantClosed
from .auth0_tenant_managed import Auth0TenantManaged
from .authority_https import AuthorityHttps
from .consent import Consent
from .declaration_accepted import DeclarationAccepted
from .entra_apis import EntraApis
from .entra_assignment import EntraAssignment
from .entra_owners import EntraOwners
from .entra_single_tenant import EntraSingleTenant
from .entra_token_version import EntraTokenVersion
from .federated_credentials import FederatedCredentials
from .no_administration import NoAdministration
from .scalekit_servers import ScalekitServers
from .secret_age import SecretAge
from .secret_lifetime import SecretLifetime
from .token_lifetime_of_apis import TokenLifetimeOfApis
from .waivers_hold import WaiversHold

RULES: tuple[Rule, ...] = (
    WaiversHold(),
    AuthorityHttps(),
    DeclarationAccepted(),
    SecretLifetime(),
    SecretAge(),
    EntraSingleTenant(),
    EntraAssignment(),
    EntraTokenVersion(),
    EntraOwners(),
    Auth0TenantManaged(),
    Auth0Apis(),
    Auth0Clients(),
    Consent(),
    FederatedCredentials(),
    EntraApis(),
    ScalekitServers(),
    TokenLifetimeOfApis(),
    Auth0TenantClosed(),
    NoAdministration(),
)
