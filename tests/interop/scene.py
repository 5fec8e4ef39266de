"""The tenants and the server for the tests of clients."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.settings import Client, ProtectedResource, SettingsDocument
from tests.interop.server import FlowServer, Refusal
from tests.live.key_pair import KeyPair


@dataclass(frozen=True)
class MadeTenant:
    """A tenant with its stack's outputs."""

    name: str
    document: SettingsDocument
    secrets: dict[str, str]

    @property
    def authority(self) -> str:
        return self.document.authorization_servers[0].authority

    def client(self, name: str) -> Client:
        clients = self.document.authorization_servers[0].clients
        return next(client for client in clients if client.name == name)

    def url(self, environment: str) -> str:
        """Return the URL of an environment's protected resource."""
        return self._resource(environment).url

    def refusal(self, environment: str, error: str | None = None) -> Refusal:
        """Return the 401 of this environment with its challenge."""
        begin = f'error="{error}", ' if error else ""
        described = self._described(environment)
        return self._path(environment), 401, f'Bearer {begin}{described}, scope="{self.scope(environment)}"'

    def scope(self, environment: str) -> str:
        """Return the scope in the environment's challenge."""
        return " ".join(self._resource(environment).authorization_servers[0].scopes_advertised)

    def forbidden(self, environment: str) -> Refusal:
        """Return the 403 without scope, which no other token would change."""
        return self._path(environment), 403, f"Bearer {self._described(environment)}"

    def _path(self, environment: str) -> str:
        return f"/mcp/tenants/{self.name}/workspaces/1/environments/{environment}"

    def _described(self, environment: str) -> str:
        path = self._path(environment)
        origin = self.url(environment).removesuffix(f"/flow{path}")
        return f'resource_metadata="{origin}/.well-known/oauth-protected-resource/flow{path}"'

    def _resource(self, environment: str) -> ProtectedResource:
        resources = self.document.protected_resources
        return next(resource for resource in resources if resource.environment == environment)


@dataclass(frozen=True)
class Scene:
    """Two tenants of one MCP server."""

    tenant: MadeTenant
    neighbour: MadeTenant
    server: FlowServer
    key: KeyPair
    """Private key of the client `signing-agent`."""

    def refusals(self) -> list[Refusal]:
        """Return the distinct denied calls in the order of their first occurrence."""
        return list(dict.fromkeys(self.server.refusals))
