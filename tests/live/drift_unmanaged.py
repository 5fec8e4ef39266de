"""Unmanaged objects that a test creates in a realm, and how `flow-mcp drift` lists them."""

from __future__ import annotations

from tests.live.drift_injections import EVIL
from tests.live.drifting import RealmByHand

_SERVER = "https://app.profitbase.biz/flow/mcp/tenants/drifting/workspaces/1/environments"

APPEARED = [
    ("client", "intruder", "", "high",
     "intruder: It reaches 1/production. Grants: authorization code and password. "
     "Redirect URIs: https://evil.example/*."),
    ("client", "unrelated\x1b[31m", "", "low",
     '"unrelated\\u001b[31m": It reaches no protected resource. Grants: none.'),
    ("client-policy", "theirs", "", "low", "theirs: it changes what clients may or must do."),
    ("client-scope", "shortcut", "", "high", "shortcut: tokens with it are valid for 1/production."),
    ("gate", "default-roles-drifting", "flow-mcp/drifting/1/production", "high",
     "default-roles-drifting: everyone with this role gets the scope of 1/production."),
    ("identity-provider", "partner", "", "high",
     "partner: Its people can sign in and reach no protected resource without a role. "
     "Its tokens can authenticate clients."),
    ("identity-provider-mapper", "bosses", "partner", "high",
     "bosses of the identity provider partner: people who sign in through it can get the role boss and "
     "reach 1/production."),
    ("initial-access-token", "", "", "medium", "The token allows 2 more client registrations."),
    ("mapper", "extra", "flow-mcp/drifting/1/production", "medium",
     "extra on the scope flow-mcp/drifting/1/production: it changes tokens (oidc-hardcoded-claim-mapper)."),
    ("mapper", "sneaky", "flow-mcp-drifting-desktop", "high",
     "sneaky on the client desktop: it adds the audience of 1/production."),
    ("realm-scope", "flow-mcp/drifting/1/production", "optional", "high",
     "flow-mcp/drifting/1/production is an optional scope of the realm: every new client can request it, and "
     "tokens with it are valid for 1/production."),
    ("realm-scope", "shortcut", "default", "high",
     "shortcut is a default scope of the realm: every new client gets it, and tokens with it are "
     "valid for 1/production."),
    ("registration-policy", "Clients Disabled", "anonymous", "medium",
     '"Clients Disabled": another policy (client-disabled) for anonymous registration.'),
    ("role", "boss", "", "high", "boss: everyone with it reaches 1/production."),
    ("role-member", "agent", "realm-management/manage-users", "high",
     "The program agent has the role realm-management/manage-users through its service account."),
    ("role-member", "mallory", "flow-mcp:drifting:1:production:people", "high",
     "The user mallory reaches 1/production with the role flow-mcp:drifting:1:production:people."),
]  # fmt: skip
"""The unmanaged objects that the test creates."""


def create_unmanaged(realm: RealmByHand) -> None:
    audience = {"included.custom.audience": f"{_SERVER}/production", "access.token.claim": "true"}
    mapper = {"protocol": "openid-connect", "protocolMapper": "oidc-audience-mapper", "config": audience}
    claim = {
        "claim.name": "admin",
        "claim.value": "true",
        "access.token.claim": "true",
        "jsonType.label": "String",
    }
    realm.add(
        "client-scopes",
        {"name": "shortcut", "protocol": "openid-connect", "protocolMappers": [{**mapper, "name": "a"}]},
    )
    realm.add(
        "clients",
        {
            "clientId": "intruder",
            "redirectUris": [f"{EVIL}/*"],
            "standardFlowEnabled": True,
            "directAccessGrantsEnabled": True,
            "optionalClientScopes": ["shortcut"],
            "defaultClientScopes": [],
        },
    )
    realm.add(
        "clients", {"clientId": "unrelated\x1b[31m", "standardFlowEnabled": False, "optionalClientScopes": []}
    )
    desktop, production = realm.client("desktop")["id"], realm.scope("1/production")["id"]
    realm.add(f"clients/{desktop}/protocol-mappers/models", {**mapper, "name": "sneaky"})
    hardcoded = {**mapper, "name": "extra", "protocolMapper": "oidc-hardcoded-claim-mapper", "config": claim}
    realm.add(f"client-scopes/{production}/protocol-mappers/models", hardcoded)
    realm.add(
        f"client-scopes/{production}/scope-mappings/realm", [realm.role(f"default-roles-{realm.realm}")]
    )
    people = realm.access_role("1/production", "people")
    realm.add("roles", {"name": "boss"})
    realm.add(f"roles-by-id/{realm.role('boss')['id']}/composites", [people])
    user = realm.add("users", {"username": "mallory", "enabled": True})
    realm.add(f"users/{user}/role-mappings/realm", [people])
    management = realm.client_by_id("realm-management")["id"]
    rights = realm.get(f"clients/{management}/roles/manage-users")
    realm.add(f"users/{realm.service_account('agent')}/role-mappings/clients/{management}", [rights])
    realm.change(f"default-optional-client-scopes/{production}", None)
    realm.change(f"default-default-client-scopes/{realm.scope_named('shortcut')['id']}", None)
    _add_identity_provider(realm)
    realm.add_registration_policy("Clients Disabled", "client-disabled")
    realm.set_client_policies([*realm.client_policies(), {"name": "theirs", "enabled": True}])
    realm.add("clients-initial-access", {"count": 2, "expiration": 0})


def _add_identity_provider(realm: RealmByHand) -> None:
    """Create an identity provider for sign-in, with mappers that give a role and an attribute."""
    config = {
        "issuer": "https://partner.example",
        "authorizationUrl": "https://partner.example/authorize",
        "tokenUrl": "https://partner.example/token",
        "clientId": "keycloak",
        "clientSecret": "not-a-secret",
        "jwksUrl": "https://partner.example/jwks",
        "useJwksUrl": "true",
        "validateSignature": "true",
        "supportsClientAssertions": "true",
    }
    path = "identity-provider/instances"
    realm.add(path, {"alias": "partner", "providerId": "oidc", "enabled": True, "config": config})
    for name, kind, settings in (
        ("bosses", "oidc-hardcoded-role-idp-mapper", {"role": "boss"}),
        (
            "department",
            "oidc-user-attribute-idp-mapper",
            {"claim": "department", "user.attribute": "department"},
        ),
    ):
        mapper = {"name": name, "identityProviderAlias": "partner", "identityProviderMapper": kind}
        realm.add(f"{path}/partner/mappers", {**mapper, "config": {"syncMode": "INHERIT", **settings}})


def delete_unmanaged(realm: RealmByHand) -> None:
    realm.delete("identity-provider/instances/partner")
    realm.delete(f"default-optional-client-scopes/{realm.scope('1/production')['id']}")
    for client in ("intruder", "unrelated\x1b[31m"):
        realm.delete(f"clients/{realm.client_by_id(client)['id']}")
    realm.delete(f"client-scopes/{realm.scope_named('shortcut')['id']}")
    production = realm.scope("1/production")["id"]
    realm.delete(realm.mapper("1/production", "extra")[0])
    realm.delete(
        f"client-scopes/{production}/scope-mappings/realm", [realm.role(f"default-roles-{realm.realm}")]
    )
    desktop = realm.client("desktop")
    (sneaky,) = desktop["protocolMappers"]
    realm.delete(f"clients/{desktop['id']}/protocol-mappers/models/{sneaky['id']}")
    realm.delete(f"roles-by-id/{realm.role('boss')['id']}")
    realm.delete(f"users/{realm.get('users', username='mallory')[0]['id']}")
    management = realm.client_by_id("realm-management")["id"]
    path = f"users/{realm.service_account('agent')}/role-mappings/clients/{management}"
    realm.delete(path, realm.get(path))
    realm.delete(f"components/{realm.registration_policy('client-disabled')['id']}")
    realm.set_client_policies([policy for policy in realm.client_policies() if policy["name"] != "theirs"])
    for token in realm.get("clients-initial-access"):
        realm.delete(f"clients-initial-access/{token['id']}")
