"""The list of the pack's rules; each rule has its own module."""

from __future__ import annotations

from flow_mcp.review.policy.rule import Rule

from .audience_bound import AudienceBound
from .auth0_apis import Auth0Apis
from .auth0_clients import Auth0Clients
from .auth0_tenant_closed import Auth0TenantClosed
from .auth0_tenant_managed import Auth0TenantManaged
from .authority_https import AuthorityHttps
from .client_names import ClientNames
from .consent import Consent
from .declaration_accepted import DeclarationAccepted
from .entra_apis import EntraApis
from .entra_assignment import EntraAssignment
from .entra_owners import EntraOwners
from .entra_single_tenant import EntraSingleTenant
from .entra_token_version import EntraTokenVersion
from .everyone_in_production import EveryoneInProduction
from .federated_credentials import FederatedCredentials
from .inside_component import InsideComponent
from .keycloak_clients import KeycloakClients
from .keycloak_realm import KeycloakRealm
from .least_privilege import LeastPrivilege
from .manual_access import ManualAccess
from .metadata_documents import MetadataDocuments
from .metadata_documents_in_production import MetadataDocumentsInProduction
from .no_administration import NoAdministration
from .no_implicit_grant import NoImplicitGrant
from .no_password_grant import NoPasswordGrant
from .open_registration import OpenRegistration
from .pkce import Pkce
from .realm_deletion import RealmDeletion
from .redirects_exact import RedirectsExact
from .redirects_secure import RedirectsSecure
from .registration_redirect_hosts import RegistrationRedirectHosts
from .scalekit_servers import ScalekitServers
from .secret_age import SecretAge
from .secret_lifetime import SecretLifetime
from .secretless import Secretless
from .signing_asymmetric import SigningAsymmetric
from .token_lifetime_of_apis import TokenLifetimeOfApis
from .token_lifetimes import TokenLifetimes
from .unused_registration import UnusedRegistration
from .waiver_validity import WaiverValidity

RULES: tuple[Rule, ...] = (
    WaiverValidity(),
    AuthorityHttps(),
    DeclarationAccepted(),
    RedirectsSecure(),
    RedirectsExact(),
    NoImplicitGrant(),
    NoPasswordGrant(),
    Pkce(),
    SigningAsymmetric(),
    AudienceBound(),
    SecretLifetime(),
    SecretAge(),
    EntraSingleTenant(),
    EntraAssignment(),
    OpenRegistration(),
    MetadataDocuments(),
    LeastPrivilege(),
    EveryoneInProduction(),
    UnusedRegistration(),
    TokenLifetimes(),
    EntraTokenVersion(),
    EntraOwners(),
    Auth0TenantManaged(),
    Auth0Apis(),
    Auth0Clients(),
    Consent(),
    RealmDeletion(),
    InsideComponent(),
    KeycloakClients(),
    KeycloakRealm(),
    FederatedCredentials(),
    EntraApis(),
    ScalekitServers(),
    ManualAccess(),
    Secretless(),
    ClientNames(),
    TokenLifetimeOfApis(),
    Auth0TenantClosed(),
    RegistrationRedirectHosts(),
    NoAdministration(),
    MetadataDocumentsInProduction(),
)
