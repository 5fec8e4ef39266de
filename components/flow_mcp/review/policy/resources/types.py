"""Pulumi type tokens of the resources that the rules check."""

from __future__ import annotations


def _keycloak(name: str, module: str = "index") -> str:
    return f"keycloak:{module}/{name[:1].lower()}{name[1:]}:{name}"


KEYCLOAK_AUDIENCE = _keycloak("AudienceProtocolMapper", "openid")
KEYCLOAK_CLIENT = _keycloak("Client", "openid")
KEYCLOAK_CLIENT_ROLE = _keycloak("ClientServiceAccountRole", "openid")
KEYCLOAK_CLIENT_SCOPE = _keycloak("ClientScope", "openid")
KEYCLOAK_DEFAULT_SCOPES = _keycloak("ClientDefaultScopes", "openid")
KEYCLOAK_MAPPER = _keycloak("GenericProtocolMapper")
KEYCLOAK_POLICY = _keycloak("RealmClientPolicyProfilePolicy")
KEYCLOAK_PROFILE = _keycloak("RealmClientPolicyProfile")
KEYCLOAK_REALM = _keycloak("Realm")
KEYCLOAK_REALM_DEFAULT_SCOPES = _keycloak("RealmDefaultClientScopes")
KEYCLOAK_REALM_ROLE = _keycloak("ClientServiceAccountRealmRole", "openid")

KEYCLOAK_IDENTITY_PROVIDER = "flow-mcp:index:KeycloakIdentityProvider"
KEYCLOAK_REGISTRATION = "flow-mcp:index:KeycloakClientRegistration"
REGISTERED_CLIENT = "flow-mcp:index:RegisteredClient"


def _entra(name: str) -> str:
    return f"azuread:index/{name[:1].lower()}{name[1:]}:{name}"


def _auth0(name: str) -> str:
    return f"auth0:index/{name[:1].lower()}{name[1:]}:{name}"


ENTRA_API_ACCESS = _entra("ApplicationApiAccess")
ENTRA_APPLICATION = _entra("Application")
ENTRA_CERTIFICATE = _entra("ApplicationCertificate")
ENTRA_DELEGATED_GRANT = _entra("ServicePrincipalDelegatedPermissionGrant")
ENTRA_DIRECTORY_ROLES = (
    _entra("DirectoryRoleAssignment"),
    _entra("DirectoryRoleEligibilityScheduleRequest"),
    _entra("DirectoryRoleMember"),
)
ENTRA_FEDERATED = _entra("ApplicationFederatedIdentityCredential")
ENTRA_FLEXIBLE_FEDERATED = _entra("ApplicationFlexibleFederatedIdentityCredential")
ENTRA_IDENTIFIER_URI = _entra("ApplicationIdentifierUri")
ENTRA_KNOWN_CLIENTS = _entra("ApplicationKnownClients")
ENTRA_PASSWORD = _entra("ApplicationPassword")
ENTRA_PERMISSION_SCOPE = _entra("ApplicationPermissionScope")
ENTRA_PREAUTHORIZED = _entra("ApplicationPreAuthorized")
ENTRA_PRINCIPAL = _entra("ServicePrincipal")
ENTRA_PRINCIPAL_PASSWORD = _entra("ServicePrincipalPassword")
ENTRA_REGISTRATION = _entra("ApplicationRegistration")
ENTRA_ROLE = _entra("ApplicationAppRole")

AUTH0_API = _auth0("ResourceServer")
AUTH0_CLIENT = _auth0("Client")
AUTH0_CREDENTIALS = _auth0("ClientCredentials")
AUTH0_GRANT = _auth0("ClientGrant")
AUTH0_TENANT = _auth0("Tenant")

SCALEKIT_CLIENT = "flow-mcp:index:ScalekitClient"
SCALEKIT_SERVER = "flow-mcp:index:ScalekitResource"
