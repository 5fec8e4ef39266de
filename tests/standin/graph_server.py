"""A stand-in for the part of Microsoft Graph that `flow-mcp adopt` reads, and for Entra's token endpoint.

It has the same Entra tenants as the stand-in plugin: `graph_objects` shows its objects as Graph does.
It follows https://learn.microsoft.com/graph: errors, pages with `@odata.nextLink`, `$select`, throttling with
status 429 and `Retry-After`.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.live.authority import Authority
from tests.standin import graph_objects
from tests.standin.server import Account, Server
from tests.standin.web import Answer, Request, WebServer, serving_by_proxy

LOGIN, GRAPH = "login.microsoftonline.com", "graph.microsoft.com"
APPLIER = ("applier", "applier-secret")
_TOKEN = re.compile(r"/([0-9a-f-]{36})/oauth2/v2\.0/token")
_PAGE_SIZE = 3
"""Objects of a page, whatever `$top` is, so that tests read several pages."""


class GraphServer(WebServer):
    """Microsoft Graph and the token endpoint of all Entra tenants of a stand-in's server.

    Attributes:
        throttled: number of the next requests to Graph that are answered with status 429.
    """

    def __init__(self, server: Server, secret: str) -> None:
        super().__init__()
        self._applier = (APPLIER[0], secret)
        self._server = server
        self._tenants: dict[str, str] = {}
        self.throttled = 0

    def answer(self, request: Request) -> Answer:
        token = _TOKEN.fullmatch(request.path)
        if request.headers["Host"] == LOGIN and request.method == "POST" and token:
            return self._token(token[1], request.form)
        if request.headers["Host"] != GRAPH or request.method != "GET":
            return _error(404, "ResourceNotFound", "Not found")
        tenant = self._tenants.get(request.bearer)
        if tenant is None:
            return _error(401, "InvalidAuthenticationToken", "Access token validation failure.")
        if self.throttled:
            self.throttled -= 1
            return Answer(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "1"})
        with self._server.account(tenant) as account:
            return self._get(request, account)

    def _token(self, tenant: str, form: Mapping[str, str]) -> Answer:
        granted = (form.get("client_id"), form.get("client_secret")) == self._applier
        if not granted or form.get("scope") != f"https://{GRAPH}/.default":
            error = {"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret."}
            return Answer(401, error)
        token = secrets.token_urlsafe(24)
        self._tenants[token] = tenant
        return Answer(200, {"access_token": token, "token_type": "Bearer", "expires_in": 3599})

    def _get(self, request: Request, account: Account) -> Answer:
        found = graph_objects.at(account, request.path, request.query.get("$filter", ""))
        if found is None:
            return _error(404, "Request_ResourceNotFound", f"{request.path} does not exist")
        selected = [name for name in request.query.get("$select", "").split(",") if name]
        if isinstance(found, dict):
            return Answer(200, _selected(found, selected))
        start = int(request.query.get("$skiptoken", "0"))
        page: dict[str, Any] = {
            "value": [_selected(entry, selected) for entry in found[start : start + _PAGE_SIZE]]
        }
        if start + _PAGE_SIZE < len(found):
            kept = "&".join(f"{key}={value}" for key, value in request.query.items() if key != "$skiptoken")
            following = f"https://{GRAPH}{request.path}?{kept}&$skiptoken={start + _PAGE_SIZE}"
            page["@odata.nextLink"] = following
        return Answer(200, page)


def _selected(entry: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    return {name: value for name, value in entry.items() if not names or name in names}


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status, {"error": {"code": code, "message": message}})


@contextmanager
def graph(
    authority: Authority, server: Server, secret: str = APPLIER[1]
) -> Iterator[tuple[GraphServer, dict[str, str]]]:
    """Serve Microsoft Graph, and yield it with the environment variables for its clients.

    Args:
        authority: the certificate authority of the servers.
        server: the Entra tenants.
        secret: the secret of the application that signs in.
    """
    graph_server = GraphServer(server, secret)
    with serving_by_proxy(authority, GRAPH, graph_server, LOGIN) as proxy:
        yield graph_server, {"HTTPS_PROXY": proxy, "SSL_CERT_FILE": str(authority.certificate)}
