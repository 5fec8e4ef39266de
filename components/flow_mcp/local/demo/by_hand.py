"""Create the demo's clients that an administrator of Keycloak would create by hand, outside the stack.

`legacy-crm` is a manual registration of the acme stack: it has the audience and lacks the scope. `rogue` is
not declared: it has audience and scope, and its calls must be denied.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flow_mcp.authorization_servers.http import http_client, send


@dataclass(frozen=True)
class ManualClient:
    """A confidential client with a service account."""

    client_id: str
    secret: str = field(repr=False)


class KeycloakAdministrator:
    """Creates clients with the admin API (Keycloak Admin REST API, 26.7) as with the admin console.

    Args:
        url: base URL of the Keycloak.
        user: the administrator's name.
        password: the administrator's password.
        realm: the realm of the clients.
    """

    def __init__(self, url: str, user: str, password: str, realm: str) -> None:
        self._server = f"the demo's Keycloak {url}"
        self._realm = f"/admin/realms/{realm}"
        self._http = http_client(url)
        login = send(
            self._http,
            "POST",
            "/realms/master/protocol/openid-connect/token",
            server=self._server,
            data={"grant_type": "password", "client_id": "admin-cli", "username": user, "password": password},
        )
        token = login.raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> KeycloakAdministrator:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def client(self, client_id: str, audience: str, *, scope: str | None = None) -> ManualClient:
        """Return a client; it is created if it does not exist.

        Args:
            client_id: its client ID.
            audience: the audience that its own mapper adds to all of its tokens.
            scope: an existing client scope to assign as optional, with the role that it requires.
        """
        clients = self._get("/clients", clientId=client_id)
        if not clients:
            mapper = {
                "name": "audience",
                "protocol": "openid-connect",
                "protocolMapper": "oidc-audience-mapper",
                "config": {"included.custom.audience": audience, "access.token.claim": "true"},
            }
            self._send(
                "POST",
                "/clients",
                {
                    "clientId": client_id,
                    "serviceAccountsEnabled": True,
                    "standardFlowEnabled": False,
                    "publicClient": False,
                    "protocolMappers": [mapper],
                },
            )
            clients = self._get("/clients", clientId=client_id)
            if scope:
                self._assign_scope(clients[0]["id"], scope)
        return ManualClient(client_id, clients[0]["secret"])

    def _assign_scope(self, client: str, name: str) -> None:
        scope = next(scope for scope in self._get("/client-scopes") if scope["name"] == name)
        self._send("PUT", f"/clients/{client}/optional-client-scopes/{scope['id']}", {})
        account = self._get(f"/clients/{client}/service-account-user")
        roles = self._get(f"/client-scopes/{scope['id']}/scope-mappings/realm")
        self._send("POST", f"/users/{account['id']}/role-mappings/realm", roles)

    def _get(self, path: str, **parameters: str) -> Any:
        answer = send(self._http, "GET", self._realm + path, server=self._server, params=parameters)
        return answer.raise_for_status().json()

    def _send(self, method: str, path: str, body: Any) -> None:
        send(self._http, method, self._realm + path, server=self._server, json=body).raise_for_status()
