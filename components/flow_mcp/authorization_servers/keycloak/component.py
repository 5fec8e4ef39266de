"""The Pulumi component of a tenant on Keycloak: realm, scopes, roles, groups, clients, registration."""

from __future__ import annotations

from typing import cast

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.adopted_resources import keeping
from flow_mcp.authorization_servers.component import AuthorizationServerComponent
from flow_mcp.authorization_servers.keycloak import (
    clients,
    enterprise,
    identity_providers,
    names,
    registration,
    resources,
    scopes,
    secret_rotation,
    unset_properties,
)
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
"""Settings of the stack's own realm that administrators may change, by their names in Pulumi.

The provider writes a realm as a whole. After a refresh, the state contains the administrators' values, and
the next update would clear them (SMTP server, password policy, themes). Each client has its own token
lifetime.
"""
# The password policy of a new realm: people sign in with passwords until an administrator changes that.
_PASSWORDS = "length(12) and notUsername(undefined) and notEmail(undefined)"


class KeycloakAuthorizationServer(AuthorizationServerComponent):
    """The realm of a tenant, with the clients, scopes and registration policies that the tenant declares."""

    def __init__(self, name: str, declaration: Declaration, opts: pulumi.ResourceOptions) -> None:
        super().__init__(name, declaration, opts)
        server = cast("Keycloak", declaration.server)
        preflight = resources.preflight(declaration, server)
        provider = keycloak.Provider(
            f"{name}-admin",
            url=server.admin_url or server.url,
            base_path="",
            realm=server.administration.realm,
            client_id=server.administration.client_id,
            # Seconds. The default of 5 is too short for the first realm on a busy server, and the server may
            # complete a request after its timeout.
            client_timeout=120,
            opts=pulumi.ResourceOptions(parent=self),
        )
        kept = unset_properties.kept(declaration, preflight.adopted)
        owned = pulumi.ResourceOptions(parent=self, provider=provider, transformations=[keeping(kept)])
        # A claimed realm is in the state of the stack that claimed it. Another stack must not import it.
        exists = preflight.realm_exists and not preflight.claimed
        realm = _realm(declaration, server, owned, exists=exists)
        metadata = resources.AuthorizationServerMetadata(
            "metadata",
            {"authority": server.issuer},
            pulumi.ResourceOptions(parent=self, depends_on=[realm] if realm else None),
        )
        claim = resources.KeycloakClaim(
            "claim",
            {**resources.realm_inputs(server, server.realm.name), "owner": names.owner(declaration)},
            pulumi.ResourceOptions(parent=self, depends_on=[metadata]),
        )
        # Nothing may be created in a realm whose issuer differs from the declared one, or that another stack
        # manages.
        owned = pulumi.ResourceOptions.merge(owned, pulumi.ResourceOptions(depends_on=[claim]))
        # The Keycloak plugin percent-encodes spaces and letters in paths, but not the percent sign.
        realm_id: pulumi.Input[str] = realm.id if realm else server.realm.name.replace("%", "%25")
        resource_scopes = scopes.create(declaration, server, realm_id, preflight.groups, owned)
        policies = secret_rotation.create_policies(declaration, realm_id, owned)
        owned = pulumi.ResourceOptions.merge(owned, pulumi.ResourceOptions(depends_on=[*policies]))
        issuers = identity_providers.create(declaration, server, realm_id, owned)
        # The limits exist before a client may redeem an assertion.
        limits = enterprise.limit(declaration, realm_id, owned)
        owned = pulumi.ResourceOptions.merge(owned, pulumi.ResourceOptions(depends_on=[*limits]))
        self.secrets = clients.create(declaration, server, realm_id, resource_scopes, issuers, owned)
        enterprise.link_people(declaration, server, realm_id, issuers, owned)
        registration.create(declaration, server, realm_id, resource_scopes, owned)
        self.ids = pulumi.Output.from_input({})
        self.register_outputs({"issuer": metadata.issuer})


def _realm(
    declaration: Declaration, server: Keycloak, opts: pulumi.ResourceOptions, *, exists: bool
) -> keycloak.Realm | None:
    """Return the realm that the stack creates; None if the tenant uses an existing realm.

    If the realm exists already, it has the stack's owner attribute: an interrupted update created it. Then it
    is imported.
    """
    if not server.realm.create:
        return None
    realm_options = pulumi.ResourceOptions(
        import_=server.realm.name if exists else None,
        # A realm contains its users, so it is deleted only if the declaration permits that.
        retain_on_delete=not server.realm.deletable,
        # The end of a move removes the former realm from the stack.
        protect=bool(declaration.tenant.protected) and declaration.origin.key is None,
        # The properties that the program sets get initial values, which an administrator may change.
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
        # Each refresh token is valid once, because MCP clients for people are public (RFC 9700, 4.14.2).
        revoke_refresh_token=True,
        opts=pulumi.ResourceOptions.merge(opts, realm_options),
    )
