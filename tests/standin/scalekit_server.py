"""A stand-in for Scalekit's REST API and metadata. Scalekit itself takes no part in these tests.

Unless noted otherwise, the source is the protocol definition in `scalekit-sdk-python` 2.21
(`scalekit/v1/clients/clients_pb2`, the source of https://docs.scalekit.com/apis/).
"""

from __future__ import annotations

import itertools
import secrets
from typing import Any

from tests.issuers import scalekit as issuer
from tests.standin.web import Answer, Request, WebServer

API = "/api/v1"
APPLIER = ("skc_applier", "test_applier_secret")
_BOOLEANS = ("disable_dynamic_client_registration", "enable_cimd", "cimd_client_allowlist_enabled")


class ScalekitServer(WebServer):
    """The server of one Scalekit environment.

    Attributes:
        resources: MCP servers by ID, `res_…`.
        clients: clients by ID, `m2m_…`.
        client_secrets: secrets by client ID; the API returns a secret only when it creates the client.
    """

    def __init__(self) -> None:
        super().__init__()
        self.resources: dict[str, dict[str, Any]] = {}
        self.clients: dict[str, dict[str, Any]] = {}
        self.client_secrets: dict[str, str] = {}
        self._tokens: set[str] = set()
        self._numbers = itertools.count(69388798466720005)

    def answer(self, request: Request) -> Answer:
        match request.method, request.path.strip("/").split("/"):
            case "POST", ["oauth", "token"]:
                return self._token(request)
            case "GET", ["keys"]:
                return Answer(200, issuer.public_keys().as_dict(private=False))
            case "GET", [".well-known", "oauth-authorization-server", "resources", id_]:
                return self._metadata(id_)
            case _, ["api", "v1", "resources", *rest] if request.bearer in self._tokens:
                return self._api(request, rest)
            case _, ["api", *_]:
                return _error(401, 16, "token is invalid or expired")
            case _:
                # The openid-configuration of an MCP server answers 404 (mcp-use#2271).
                return _error(404, 5, "Not Found")

    def use_secret_of(self, client_id: str) -> None:
        """Record a use of the client's secret, as a token request does."""
        self.clients[client_id]["secrets"][0]["last_used_time"] = "2026-11-20T14:48:00.000Z"

    def _api(self, request: Request, path: list[str]) -> Answer:
        match request.method, path:
            case "GET", []:
                return self._list(request)
            case "POST", []:
                return self._create(request.json)
        if not path or (resource := self.resources.get(path[0])) is None:
            return _error(404, 5, "resource not found")
        match request.method, path[1:]:
            case "GET", []:
                return Answer(200, {"resource": resource})
            case "PATCH", []:
                # The API applies booleans and lists only if the mask names them.
                mask = request.query["update_mask"].split(",")
                self._set(resource, {name: request.json[name] for name in mask})
                return Answer(200, {"resource": resource})
            case "DELETE", []:
                # "… along with all its associated clients"
                del self.resources[path[0]]
                self.clients = {k: c for k, c in self.clients.items() if c["resource_id"] != path[0]}
                return Answer(200, {})
            case "GET", ["clients"]:
                own = [client for client in self.clients.values() if client["resource_id"] == path[0]]
                return Answer(200, {"clients": own})
            case "POST", ["clients"]:
                return self._create_client(path[0], request.json)
            case _, ["clients", client_id] if client_id in self.clients:
                return self._client(request, client_id)
        return _error(404, 5, "client not found")

    def _list(self, request: Request) -> Answer:
        # "Number of resources to return per page. Maximum is 30. Default is 10."
        size, start = int(request.query.get("page_size", 10)), int(request.query.get("page_token", 0))
        if size > 30:
            return _error(400, 3, "page_size must be at most 30")
        resources = [
            resource
            for resource in self.resources.values()
            if resource["resource_type"] == request.query["resource_type"]
        ]
        next_page = str(start + size) if len(resources) > start + size else ""
        return Answer(200, {"resources": resources[start : start + size], "next_page_token": next_page})

    def _create(self, body: dict[str, Any]) -> Answer:
        resource = {"id": f"res_{next(self._numbers)}", "resource_type": body.pop("resource_type")}
        self._set(resource, body)
        self.resources[resource["id"]] = resource
        return Answer(201, {"resource": resource})

    def _set(self, resource: dict[str, Any], body: dict[str, Any]) -> None:
        resource |= body
        if "scopes" in body:
            # Requests contain names; responses contain objects with a flag.
            resource["scopes"] = [
                {"id": f"perm_{name}", "name": name, "description": "", "enabled": True}
                for name in body["scopes"]
            ]
        if "access_token_expiry" in body:
            # int64 is a string in JSON (https://protobuf.dev/programming-guides/json/).
            resource["access_token_expiry"] = str(body["access_token_expiry"])
        for name in _BOOLEANS:
            resource.setdefault(name, False)

    def _create_client(self, resource_id: str, body: dict[str, Any]) -> Answer:
        client_id, secret = f"m2m_{next(self._numbers)}", f"test_{secrets.token_urlsafe(24)}"
        self.clients[client_id] = {
            **body,
            "client_id": client_id,
            "resource_id": resource_id,
            "expiry": str(body["expiry"]),
            "is_dcr": False,
            "is_cimd": False,
            # "Secrets are stored securely and their values are never returned after creation."
            "secrets": [
                {"id": f"sec_{next(self._numbers)}", "secret_suffix": secret[-4:], "status": "ACTIVE"}
            ],
        }
        self.client_secrets[client_id] = secret
        return Answer(201, {"client": self.clients[client_id], "plain_secret": secret})

    def _client(self, request: Request, client_id: str) -> Answer:
        client = self.clients[client_id]
        if request.method == "DELETE":
            del self.clients[client_id], self.client_secrets[client_id]
            return Answer(200, {})
        if request.method == "PATCH":
            for name in request.query["update_mask"].split(","):
                client[name] = str(request.json[name]) if name == "expiry" else request.json[name]
        return Answer(200, {"client": client})

    def _metadata(self, resource_id: str) -> Answer:
        if (resource := self.resources.get(resource_id)) is None:
            return _error(404, 5, "resource not found")
        scoped = f"{self.url}/resources/{resource_id}"
        document = {
            # Values of a live environment, according to mcp-use#2272.
            "issuer": scoped,
            "authorization_endpoint": f"{scoped}/oauth/authorize",
            "token_endpoint": f"{scoped}/oauth/token",
            "jwks_uri": f"{self.url}/keys",
            "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_post", "client_secret_basic"],
            "client_id_metadata_document_supported": resource["enable_cimd"],
            "scopes_supported": [scope["name"] for scope in resource["scopes"]],
        }
        if not resource["disable_dynamic_client_registration"]:
            document["registration_endpoint"] = f"{self.url}{API}/resources/{resource_id}/clients:register"
        return Answer(200, document)

    def _token(self, request: Request) -> Answer:
        form = request.form
        if (form["client_id"], form["client_secret"]) != APPLIER:
            return Answer(
                401, {"error": "invalid_client", "error_description": "client authentication failed"}
            )
        token = secrets.token_urlsafe(24)
        self._tokens.add(token)
        return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 86399})


def _error(status: int, code: int, message: str) -> Answer:
    """Return an error response (https://google.aip.dev/193, google.rpc.Status)."""
    return Answer(status, {"code": code, "message": message, "details": []})
