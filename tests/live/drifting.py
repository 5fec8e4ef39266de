"""Changes of a tenant's realm by hand, through Keycloak's admin API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

_POLICIES = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"


class RealmByHand:
    """What an administrator does in a realm's console.

    Args:
        admin: the admin API.
        realm: the tenant's realm; the tenant has the same name.
    """

    def __init__(self, admin: httpx.Client, realm: str) -> None:
        self._admin, self.realm = admin, realm

    def get(self, path: str, **parameters: str) -> Any:
        return self._admin.get(f"{self.realm}/{path}".rstrip("/"), params=parameters).json()

    def add(self, path: str, body: Any) -> str:
        """Add something; its ID, if Keycloak tells one."""
        answer = self._admin.post(f"{self.realm}/{path}", json=body)
        return str(answer.headers.get("location", "")).rpartition("/")[2]

    def delete(self, path: str, body: Any = None) -> None:
        self._admin.request("DELETE", f"{self.realm}/{path}", json=body)

    def client(self, name: str) -> dict[str, Any]:
        return self.client_by_id(f"flow-mcp-{self.realm}-{name}")

    def client_by_id(self, client_id: str) -> dict[str, Any]:
        # Keycloak refuses some names in a query.
        return next(client for client in self.get("clients") if client["clientId"] == client_id)

    def change_client(self, name: str, *, attributes: dict[str, str] | None = None, **changes: Any) -> None:
        found = self.client(name)
        body = {**found, **changes, "attributes": {**found["attributes"], **(attributes or {})}}
        self._admin.put(f"{self.realm}/clients/{found['id']}", json=body)

    def scope(self, key: str) -> dict[str, Any]:
        return self.scope_named(f"flow-mcp/{self.realm}/{key}")

    def scope_named(self, name: str) -> dict[str, Any]:
        return next(scope for scope in self.get("client-scopes") if scope["name"] == name)

    def mapper(self, key: str, name: str) -> tuple[str, dict[str, Any]]:
        """A mapper of a resource's scope: its path and what it is."""
        scope = self.scope(key)
        mapper = next(each for each in scope["protocolMappers"] if each["name"] == name)
        return f"client-scopes/{scope['id']}/protocol-mappers/models/{mapper['id']}", mapper

    def change(self, path: str, body: Any) -> None:
        self._admin.put(f"{self.realm}/{path}" if path else self.realm, json=body)

    def role(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"roles/{quote(name, safe='')}")
        return found

    def access_role(self, key: str, who: str) -> dict[str, Any]:
        return self.role(f"flow-mcp:{self.realm}:{key.replace('/', ':')}:{who}")

    def group(self, name: str) -> str:
        return str(next(group["id"] for group in self.get("groups") if group["name"] == name))

    def service_account(self, name: str) -> str:
        user: dict[str, Any] = self.get(f"clients/{self.client(name)['id']}/service-account-user")
        return str(user["id"])

    def registration_policy(self, kind: str) -> dict[str, Any]:
        return next(
            policy
            for policy in self.get("components", type=_POLICIES)
            if policy["providerId"] == kind and policy["subType"] == "anonymous"
        )

    def add_registration_policy(self, name: str, kind: str) -> None:
        parent = self._admin.get(self.realm).json()["id"]
        body = {"name": name, "providerId": kind, "providerType": _POLICIES, "parentId": parent}
        self.add("components", {**body, "subType": "anonymous", "config": {}})

    def client_policies(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("client-policies/policies")["policies"]
        return found

    def set_client_policies(self, policies: Sequence[dict[str, Any]]) -> None:
        self.change("client-policies/policies", {"policies": list(policies)})
