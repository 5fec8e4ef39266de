"""The resources, functions and components that the provider plugin serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flow_mcp.authorization_servers.auth0.client_secret_resource import Auth0SecretResource
from flow_mcp.authorization_servers.auth0.former_settings import FormerSettingsResource
from flow_mcp.authorization_servers.discovery.metadata_resource import MetadataResource
from flow_mcp.authorization_servers.external.client_resource import RegisteredClientResource
from flow_mcp.authorization_servers.keycloak.claim_resource import ClaimResource
from flow_mcp.authorization_servers.keycloak.client_secret_resource import ClientSecretResource
from flow_mcp.authorization_servers.keycloak.identity_provider_resource import IdentityProviderResource
from flow_mcp.authorization_servers.keycloak.linked_people_resource import LinkedPeopleResource
from flow_mcp.authorization_servers.keycloak.preflight import KeycloakPreflight
from flow_mcp.authorization_servers.keycloak.registration_resource import RegistrationResource
from flow_mcp.authorization_servers.scalekit.adopted_objects import ScalekitAdoptedObjects
from flow_mcp.authorization_servers.scalekit.client_resource import ClientResource
from flow_mcp.authorization_servers.scalekit.mcp_server_resource import McpServerResource
from flow_mcp.engine.plugin.provider import AnyFunction, AnyResource

if TYPE_CHECKING:
    from pulumi import ComponentResource

RESOURCES: tuple[AnyResource, ...] = (
    ClaimResource(),
    ClientSecretResource(),
    RegistrationResource(),
    IdentityProviderResource(),
    LinkedPeopleResource(),
    MetadataResource(),
    FormerSettingsResource(),
    Auth0SecretResource(),
    McpServerResource(),
    ClientResource(),
    RegisteredClientResource(),
)
FUNCTIONS: tuple[AnyFunction, ...] = (KeycloakPreflight(), ScalekitAdoptedObjects())


def components() -> list[type[ComponentResource]]:
    """Return the component classes. The call imports the modules that define them."""
    from flow_mcp.authorization_servers.mcp_server_settings import McpServerSettings

    return [McpServerSettings]
