"""Test data: a Pulumi program with its own Keycloak provider and realm, over plain http."""

from __future__ import annotations

import pulumi
import pulumi_keycloak as keycloak

provider = keycloak.Provider(
    "admin",
    url="http://id.acme.example",
    realm="master",
    client_id="admin-cli",
    username="admin",
    password=pulumi.Config().require("password"),
    initial_login=False,
)
realm = keycloak.Realm(
    "realm",
    realm="acme",
    ssl_required="none",
    attributes={"frontendUrl": "http://id.acme.example"},
    opts=pulumi.ResourceOptions(provider=provider),
)
pulumi.export("authority", pulumi.Output.concat("http://id.acme.example/realms/", realm.id))
