"""Register a client for a check, and delete it afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from flow_mcp.authorization_servers.external.application_type import application_type
from flow_mcp.authorization_servers.http import json_object
from flow_mcp.authorization_servers.keycloak.admin_api import realm_path
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.operations.verify.target import Target
from flow_mcp.operations.verify.web import NoAnswerError

_NAME = "flow-mcp verify (deleted after the check)"


class Registered:
    """A client that was registered dynamically."""

    def __init__(self, target: Target, answer: dict[str, Any]) -> None:
        self._target = target
        self._address = answer.get("registration_client_uri")
        self._token = answer.get("registration_access_token")
        self.client_id = str(answer.get("client_id"))
        self.secret = str(answer.get("client_secret") or "")
        self._deleted = False
        target.hide(self.secret)
        target.hide(self._token if isinstance(self._token, str) else None)

    def delete(self) -> bool:
        """Delete the client by RFC 7592, else by Keycloak's admin API; return whether it is deleted."""
        self._deleted = self._deleted or self._by_itself() or self._by_administrator()
        return self._deleted

    def _by_itself(self) -> bool:
        if not isinstance(self._address, str) or not isinstance(self._token, str):
            return False
        # The token must not be sent to another host than the server's.
        if urlsplit(self._address).netloc != urlsplit(self._target.server.authority).netloc:
            return False
        try:
            answer = self._target.web.ask(
                "DELETE", self._address, headers={"Authorization": f"Bearer {self._token}"}
            )
        except NoAnswerError:
            return False
        return answer.is_success

    def _by_administrator(self) -> bool:
        try:
            api, realm = self._target.admin, self._target.keycloak.realm.name
            for client in api.get(realm_path(realm, "clients"), clientId=self.client_id):
                api.delete(realm_path(realm, "clients", client["id"]))
        except FlowMcpError:
            return False
        return True


def register(
    target: Target, client_metadata: Mapping[str, object]
) -> tuple[httpx.Response, Registered | None]:
    """Register a client without a token (RFC 7591, section 3.1); None instead of it if that was rejected.

    The request has the `application_type` that MCP clients must send.
    """
    redirect_uris = client_metadata.get("redirect_uris")
    kind = application_type(redirect_uris if isinstance(redirect_uris, list) else [])
    given = {"client_name": _NAME, **({"application_type": kind} if kind else {}), **client_metadata}
    answer = target.web.ask("POST", str(target.metadata["registration_endpoint"]), json=given)
    body = json_object(answer)
    return answer, Registered(target, body) if answer.is_success and body.get("client_id") else None
