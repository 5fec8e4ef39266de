"""What a test of a client works with."""

from __future__ import annotations

from dataclasses import dataclass

from flow_mcp.settings import Client, ProtectedResource, SettingsDocument
from tests.interop.server import FlowServer, Refusal
from tests.live.key_pair import KeyPair


@dataclass(frozen=True)
class MadeTenant:
    """A tenant as its stack's outputs tell of it."""

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
        """URL of an environment's protected resource, which is its MCP server's."""
        return self._resource(environment).url

    def refusal(self, environment: str, error: str | None = None) -> Refusal:
        """A 401 of this environment, with its challenge."""
        scopes = self._resource(environment).authorization_servers[0].scopes_advertised
        begin = f'error="{error}", ' if error else ""
        described = self._described(environment)
        return self._path(environment), 401, f'Bearer {begin}{described}, scope="{" ".join(scopes)}"'

    def forbidden(self, environment: str) -> Refusal:
        """A 403 that no other token would change: it asks for no scope."""
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
    """Two tenants of one MCP server; the second is the first's neighbour."""

    tenant: MadeTenant
    neighbour: MadeTenant
    server: FlowServer
    key: KeyPair
    """Of the client `signing-agent`."""

    def refusals(self) -> list[Refusal]:
        """What was refused, each refusal once, in the order of its first time."""
        return list(dict.fromkeys(self.server.refusals))
