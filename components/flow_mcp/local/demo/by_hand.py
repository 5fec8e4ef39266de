"""What an administrator of the demo's Keycloak made by hand, outside the stack.

`legacy-crm` is the acme stack's manual registration: somebody gave it an audience and forgot the scope.
`rogue` is declared nowhere; it has audience and scope, and still must not get in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flow_mcp.authorization_servers.http import http_client, send


@dataclass(frozen=True)
class HandMade:
    """A confidential client with a service account."""

    client_id: str
    secret: str = field(repr=False)


class KeycloakByHand:
    """The admin console's part, played through the admin API (Keycloak Admin REST API, 26.7).

    Args:
        url: base URL of the Keycloak.
        user: the administrator's name.
        password: the administrator's password.
        realm: the realm to work in.
    """

    def __init__(self, url: str, user: str, password: str, realm: str) -> None:
        self._who = f"the demo's Keycloak {url}"
        self._realm = f"/admin/realms/{realm}"
        self._http = http_client(url)
        login = send(
            self._http,
            "POST",
            "/realms/master/protocol/openid-connect/token",
            server=self._who,
            data={"grant_type": "password", "client_id": "admin-cli", "username": user, "password": password},
        )
        token = login.raise_for_status().json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> KeycloakByHand:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def client(self, client_id: str, audience: str, *, scope: str | None = None) -> HandMade:
        """The client, made where it is missing.

        Args:
            client_id: its ID.
            audience: put into each of its tokens by a mapper of its own.
            scope: an existing client scope that it may ask for, with the role that gates it.
        """
        found = self._get("/clients", clientId=client_id)
        if not found:
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
            found = self._get("/clients", clientId=client_id)
            if scope:
                self._give_scope(found[0]["id"], scope)
        return HandMade(client_id, found[0]["secret"])

    def _give_scope(self, client: str, name: str) -> None:
        scope = next(scope for scope in self._get("/client-scopes") if scope["name"] == name)
        self._send("PUT", f"/clients/{client}/optional-client-scopes/{scope['id']}", {})
        account = self._get(f"/clients/{client}/service-account-user")
        gates = self._get(f"/client-scopes/{scope['id']}/scope-mappings/realm")
        self._send("POST", f"/users/{account['id']}/role-mappings/realm", gates)

    def _get(self, path: str, **parameters: str) -> Any:
        answer = send(self._http, "GET", self._realm + path, server=self._who, params=parameters)
        return answer.raise_for_status().json()

    def _send(self, method: str, path: str, body: Any) -> None:
        send(self._http, method, self._realm + path, server=self._who, json=body).raise_for_status()
