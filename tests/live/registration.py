"""Dynamic client registration at a real Keycloak, and its policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

POLICY = "org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy"


def register(keycloak: str, realm: str, **metadata: Any) -> httpx.Response:
    """Register a client without a token (RFC 7591, section 3.1)."""
    with httpx.Client(trust_env=False, timeout=30) as http:
        return http.post(f"{keycloak}/realms/{realm}/clients-registrations/openid-connect", json=metadata)


def refusal(answer: httpx.Response) -> str | None:
    """Return the policy that rejected a registration; None if it was accepted."""
    if answer.status_code == httpx.codes.CREATED:
        return None
    assert answer.status_code == httpx.codes.FORBIDDEN, answer.text
    description: str = answer.json()["error_description"]
    return description.removeprefix("Policy '").partition("'")[0]


def policies(admin: httpx.Client, realm: str) -> list[dict[str, Any]]:
    """Return all registration policies of a realm in a stable order, without Keycloak's IDs."""
    components = admin.get(f"{realm}/components", params={"type": POLICY}).json()
    return sorted((_stable(policy) for policy in components), key=lambda p: (p["subType"], p["name"]))


def policy(admin: httpx.Client, realm: str, name: str) -> dict[str, Any]:
    """Return one policy for anonymous registration from the admin API."""
    components = admin.get(f"{realm}/components", params={"type": POLICY}).json()
    [only] = [p for p in components if (p["name"], p["subType"]) == (name, "anonymous")]
    return dict(only)


def change(admin: httpx.Client, realm: str, name: str, config: Mapping[str, list[str]]) -> None:
    """Change a policy as with the admin console."""
    present = policy(admin, realm, name)
    admin.put(f"{realm}/components/{present['id']}", json=present | {"config": config})


def optional_scopes(admin: httpx.Client, realm: str) -> set[str]:
    """Return the realm's optional client scopes."""
    return {scope["name"] for scope in admin.get(f"{realm}/default-optional-client-scopes").json()}


class Realm:
    """A realm whose registration policies, scopes and clients can be restored."""

    def __init__(self, admin: httpx.Client, name: str) -> None:
        self._admin, self.name = admin, name
        self._policies = self._list("components", type=POLICY)
        self._clients = {client["clientId"] for client in self._list("clients")}
        self._optional = optional_scopes(admin, name)
        self.renew()

    def renew(self) -> None:
        """Restore the realm, and add the client scope `mcp:tools`."""
        realm_id = self._admin.get(self.name).json()["id"]
        for policy in self._list("components", type=POLICY):
            self._admin.delete(f"{self.name}/components/{policy['id']}")
        for policy in self._policies:
            again = {key: policy[key] for key in policy if key != "id"} | {"parentId": realm_id}
            self._admin.post(f"{self.name}/components", json=again)
        for client in self._list("clients"):
            if client["clientId"] not in self._clients:
                self._admin.delete(f"{self.name}/clients/{client['id']}")
        for scope in self._list("client-scopes"):
            if scope["name"] == "mcp:tools":
                self._admin.delete(f"{self.name}/client-scopes/{scope['id']}")
            elif scope["name"] in self._optional - optional_scopes(self._admin, self.name):
                self._admin.put(f"{self.name}/default-optional-client-scopes/{scope['id']}")
        self._admin.post(
            f"{self.name}/client-scopes", json={"name": "mcp:tools", "protocol": "openid-connect"}
        )

    def _list(self, path: str, **parameters: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._admin.get(f"{self.name}/{path}", params=parameters).json()
        return found


def _stable(policy: Mapping[str, Any]) -> dict[str, Any]:
    config = {key: sorted(value) for key, value in policy["config"].items()}
    return {"config": config, **{k: policy[k] for k in ("name", "providerId", "subType")}}
