"""Test data: a Pulumi program with resources of the plugin, which its configuration lists."""

from __future__ import annotations

import pulumi
import pulumi_keycloak as keycloak

from flow_mcp.authorization_servers.keycloak.resources import (
    AuthorizationServerMetadata,
    KeycloakClientRegistration,
)
from flow_mcp.engine.plugin.program import call

declared = pulumi.Config().require_object("tenant")
url, name = declared["url"], declared["realm"]

call(
    "keycloakPreflight",
    {"url": url, "realm": name, "create": declared["create"], "owner": "flow-mcp:acme", "clientIds": []},
)
# The default limit of a request is 5 seconds; on a busy machine, creating a realm takes longer.
provider = keycloak.Provider(
    "admin", url=url, realm="master", client_id="admin-cli", base_path="", client_timeout=120
)
with_provider = pulumi.ResourceOptions(provider=provider)
realm_name: pulumi.Input[str] = name
if declared["create"]:
    mark = {"flowMcpOwner": "flow-mcp:acme"}
    realm_name = keycloak.Realm("realm", realm=name, attributes=mark, opts=with_provider).realm
scope = keycloak.openid.ClientScope("scope", realm_id=realm_name, name="mcp:tools", opts=with_provider)
metadata = AuthorizationServerMetadata(
    "metadata",
    {"authority": declared.get("authority", f"{url}/realms/{name}")},
    pulumi.ResourceOptions(depends_on=[scope]),
)
registration = KeycloakClientRegistration(
    "registration",
    {
        "url": url,
        "admin_realm": "master",
        "admin_client_id": "admin-cli",
        "realm": realm_name,
        "owner": "flow-mcp:acme",
        "open": True,
        "redirect_hosts": declared.get("redirectHosts", ["127.0.0.1"]),
        "allowed_scopes": ["openid", scope.name, *declared.get("allowedScopes", [])],
        "realm_optional_scopes": [scope.name],
    },
)
pulumi.export("metadataUrl", metadata.metadata_url)
pulumi.export("registrationEndpoint", metadata.registration_endpoint)
pulumi.export("deviations", registration.deviations)
