"""A stand-in for the part of Auth0's Management API that this project's plugin uses.

It has the same tenants as the stand-in plugin. Sources: https://auth0.com/docs/api/management/v2/tenants and
https://auth0.com/docs/api/management/v2/clients
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.live.authority import Authority
from tests.standin.auth0_existing import listed
from tests.standin.auth0_rules import CREDENTIALS, get_tenant, tenant_settings
from tests.standin.server import Server
from tests.standin.web import Answer, Request, WebServer, serving_by_proxy

APPLIER = ("applier", "applier-secret")
_API = "/api/v2/"
_CLIENTS = f"{_API}clients/"
_FLAG = "enable_dynamic_client_registration"
_PROPERTIES = {
    "client_id_metadata_document_supported": "clientIdMetadataDocumentSupported",
    "resource_parameter_profile": "resourceParameterProfile",
}


class Auth0Management(WebServer):
    """The Management API of all Auth0 tenants of a stand-in's server. The Host header selects the tenant."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server
        self._tokens: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        domain = request.headers["Host"]
        match request.method, request.path:
            case "POST", "/oauth/token":
                return self._token(domain, request.form)
            case (("GET" | "PATCH"), "/api/v2/tenants/settings"):
                if self._tokens.get(request.bearer) != domain:
                    return Answer(401, {"statusCode": 401, "message": "Invalid token"})
                if request.method == "PATCH":
                    self._update(domain, request.json)
                return Answer(200, self._settings(domain))
            case (("GET" | "POST"), path) if path.startswith(_CLIENTS):
                if self._tokens.get(request.bearer) != domain:
                    return Answer(401, {"statusCode": 401, "message": "Invalid token"})
                client_id, _, action = path.removeprefix(_CLIENTS).partition("/")
                return self._client_secret(domain, client_id, rotate=action == "rotate-secret")
            case "GET", path if path.startswith(_API):
                if self._tokens.get(request.bearer) != domain:
                    return Answer(401, {"statusCode": 401, "message": "Invalid token"})
                with self._server.account(domain) as account:
                    page = listed(account, path.removeprefix(_API), request.query)
                return (
                    Answer(404, {"statusCode": 404, "message": "Not Found"})
                    if page is None
                    else Answer(200, page)
                )
            case _:
                return Answer(404, {"statusCode": 404, "message": "Not Found"})

    def _token(self, domain: str, form: Mapping[str, str]) -> Answer:
        credentials = (form.get("client_id"), form.get("client_secret"), form.get("audience"))
        if credentials != (*APPLIER, f"https://{domain}/api/v2/"):
            return Answer(401, {"error": "access_denied", "error_description": "Unauthorized"})
        token = secrets.token_urlsafe(24)
        self._tokens[token] = domain
        return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 86400})

    def _settings(self, domain: str) -> dict[str, Any]:
        with self._server.account(domain) as account:
            tenant = get_tenant({}, account)
        return {
            "flags": {_FLAG: tenant["flags"][0]["enableDynamicClientRegistration"]},
            **{name: tenant[property_] for name, property_ in _PROPERTIES.items()},
        }

    def _client_secret(self, domain: str, client_id: str, *, rotate: bool) -> Answer:
        """Return a client with its secret, which is replaced first if asked."""
        with self._server.account(domain) as account:
            credentials = account.find(CREDENTIALS, clientId=client_id)
            if credentials is None:
                return Answer(404, {"statusCode": 404, "message": "The client does not exist"})
            if rotate:
                credentials["clientSecret"] = secrets.token_urlsafe(48)
            return Answer(200, {"client_id": client_id, "client_secret": credentials["clientSecret"]})

    def _update(self, domain: str, changed: dict[str, Any]) -> None:
        with self._server.account(domain) as account:
            settings = tenant_settings(account)
            for name, value in changed.items():
                if name == "flags":
                    before = (settings.get("flags") or [{}])[0]
                    settings["flags"] = [{**before, "enableDynamicClientRegistration": value[_FLAG]}]
                else:
                    settings[_PROPERTIES[name]] = value


@contextmanager
def auth0_management(authority: Authority, server: Server) -> Iterator[dict[str, str]]:
    """Serve every `<tenant>.eu.auth0.com`, and yield the environment variables for its clients."""
    with serving_by_proxy(authority, "*.eu.auth0.com", Auth0Management(server)) as proxy:
        yield {"HTTPS_PROXY": proxy, "SSL_CERT_FILE": str(authority.certificate)}
