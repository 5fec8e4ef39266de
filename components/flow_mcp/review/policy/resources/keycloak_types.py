"""Pulumi type tokens of Keycloak's resources and of our own plugin's."""

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

KEYCLOAK_REGISTRATION = "flow-mcp:index:KeycloakClientRegistration"
REGISTERED_CLIENT = "flow-mcp:index:RegisteredClient"
