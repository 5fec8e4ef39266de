"""A client of Keycloak's admin API with administrator credentials."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import httpx

from flow_mcp.local.keycloak.server import LocalKeycloak


class AdministratorToken(httpx.Auth):
    """Authentication with an administrator's token, which is renewed when the server rejects it."""

    requires_response_body = True

    def __init__(self, keycloak: LocalKeycloak) -> None:
        self._keycloak = keycloak
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        answer = yield request
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            granted = yield httpx.Request(
                "POST",
                f"{self._keycloak.url}/realms/master/protocol/openid-connect/token",
                data={
                    "grant_type": "password",
                    "client_id": "admin-cli",
                    "username": self._keycloak.admin_user,
                    "password": self._keycloak.admin_password,
                },
            )
            self._token = granted.json()["access_token"]
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request


def admin_client(keycloak: LocalKeycloak) -> httpx.Client:
    """Return a client with the base URL `/admin/realms`, which raises for every error status."""

    def refuse_errors(answer: httpx.Response) -> None:
        if answer.request.url.path.startswith("/admin") and answer.status_code != httpx.codes.UNAUTHORIZED:
            answer.read()
            answer.raise_for_status()

    return httpx.Client(
        base_url=f"{keycloak.url}/admin/realms/",
        auth=AdministratorToken(keycloak),
        trust_env=False,
        timeout=30,
        event_hooks={"response": [refuse_errors]},
    )


def add_person(
    admin: httpx.Client, realm: str, name: str, password: str | None = None, groups: Sequence[str] = ()
) -> None:
    """Create a person in a realm; without a password the person signs in elsewhere."""
    credentials = [{"type": "password", "value": password}] if password else []
    admin.post(
        f"{realm}/users",
        json={
            "username": name,
            "enabled": True,
            "email": f"{name}@example.com",
            "firstName": name,
            "lastName": "Example",
            "credentials": credentials,
            "groups": groups,
        },
    )
