"""The Pulumi component of a tenant on Keycloak: realm, scopes, roles, people, clients, registration."""

from __future__ import annotations

from typing import cast

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.keycloak import clients, names, registration, resources, scopes
from flow_mcp.authorization_servers.keycloak.declaration import Keycloak
from flow_mcp.declaration.base import seconds
from flow_mcp.declaration.declaration import Declaration

ADMINISTRATORS_SETTINGS = (
    *("accessCodeLifespan", "accessCodeLifespanLogin", "accessCodeLifespanUserAction", "accessTokenLifespan"),
    *("accessTokenLifespanForImplicitFlow", "accountTheme", "actionTokenGeneratedByAdminLifespan"),
    *("actionTokenGeneratedByUserLifespan", "adminPermissionsEnabled", "adminTheme", "browserFlow"),
    *("clientAuthenticationFlow", "clientSessionIdleTimeout", "clientSessionMaxLifespan"),
    *("defaultDefaultClientScopes", "defaultOptionalClientScopes", "directGrantFlow", "displayName"),
    *("displayNameHtml", "dockerAuthenticationFlow", "duplicateEmailsAllowed", "editUsernameAllowed"),
    *("emailTheme", "firstBrokerLoginFlow", "internationalization", "loginTheme", "loginWithEmailAllowed"),
    *("oauth2DeviceCodeLifespan", "oauth2DevicePollingInterval", "offlineSessionIdleTimeout"),
    *("offlineSessionMaxLifespan", "offlineSessionMaxLifespanEnabled", "organizationsEnabled", "otpPolicy"),
    *("passwordPolicy", "refreshTokenMaxReuse", "registrationEmailAsUsername", "registrationFlow"),
    *("rememberMe", "resetCredentialsFlow", "resetPasswordAllowed", "revokeRefreshToken", "smtpServer"),
    *("ssoSessionIdleTimeout", "ssoSessionIdleTimeoutRememberMe", "ssoSessionMaxLifespan"),
    *("ssoSessionMaxLifespanRememberMe", "userManagedAccess", "verifyEmail", "webAuthnPasswordlessPolicy"),
    "webAuthnPolicy",
)
"""Settings of the stack's own realm that are its administrators', by their names in Pulumi.

The provider writes a realm as a whole. After a refresh the state holds what an administrator has set, and the
next update would clear it (e-mail server, names, themes). Clients have the lifetime of tokens of their own.
"""
# People sign in with passwords where nobody has set up anything better.
_PASSWORDS = "length(12) and notUsername(undefined) and notEmail(undefined)"


class KeycloakAuthorizationServer(AuthorizationServerComponent):
    """A realm that admits exactly what the tenant declares."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        server = cast("Keycloak", declaration.server)
        found = resources.preflight(declaration, server)
        provider = keycloak.Provider(
            f"{name}-admin",
            url=server.admin_url or server.url,
            base_path="",
            realm=server.administration.realm,
            client_id=server.administration.client_id,
            # Seconds. The default of 5 is too short for the first realm on a busy server, and a request that
            # timed out may still have been carried out.
            client_timeout=120,
            opts=pulumi.ResourceOptions(parent=self),
        )
        owned = pulumi.ResourceOptions(parent=self, provider=provider)
        # A realm that a stack has claimed is in that stack's state. Another stack must not import it.
        realm = _realm(declaration, server, owned, exists=found.realm_exists and not found.claimed)
        metadata = resources.AuthorizationServerMetadata(
            "metadata",
            authority=server.issuer,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[realm] if realm else None),
        )
        claim = resources.KeycloakClaim(
            "claim",
            url=server.admin_url or server.url,
            admin_realm=server.administration.realm,
            admin_client_id=server.administration.client_id,
            realm=server.realm.name,
            owner=names.owner(declaration),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[metadata]),
        )
        # Nothing is made in a realm whose issuer is not the declared one, or that another stack manages.
        owned = pulumi.ResourceOptions.merge(owned, pulumi.ResourceOptions(depends_on=[claim]))
        # The plugin for Keycloak encodes spaces and letters in paths, but no percent sign.
        realm_id: pulumi.Input[str] = realm.id if realm else server.realm.name.replace("%", "%25")
        by_resource = scopes.create(declaration, server, realm_id, found.groups, owned)
        self.secrets = clients.create(declaration, server, realm_id, by_resource, owned)
        registration.create(declaration, server, realm_id, by_resource, owned)
        self.ids = pulumi.Output.from_input({})
        self.register_outputs({"issuer": metadata.issuer})


def _realm(
    declaration: Declaration, server: Keycloak, opts: pulumi.ResourceOptions, *, exists: bool
) -> keycloak.Realm | None:
    """The stack's own realm. One that exists bears its mark: an update that was cut off left it behind."""
    if not server.realm.create:
        return None
    careful = pulumi.ResourceOptions(
        import_=server.realm.name if exists else None,
        # People live in a realm: it goes only where the declaration says that it may.
        retain_on_delete=not server.realm.deletable,
        ignore_changes=list(ADMINISTRATORS_SETTINGS),
    )
    return keycloak.Realm(
        "realm",
        realm=server.realm.name,
        enabled=True,
        attributes={"flowMcpOwner": names.owner(declaration)},
        access_token_lifespan=f"{seconds(server.tokens.access)}s",
        default_signature_algorithm="RS256",
        registration_allowed=False,
        ssl_required="external",
        security_defenses={"brute_force_detection": {}},
        password_policy=_PASSWORDS,
        # A refresh token works once: MCP clients of people are public ones (RFC 9700, 4.14.2).
        revoke_refresh_token=True,
        opts=pulumi.ResourceOptions.merge(opts, careful),
    )
