"""Checks of the MCP servers: the challenge of a call without a token, and the metadata."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx

from flow_mcp.operations.verify.check import check
from flow_mcp.operations.verify.observation import Observation, bad, good, observe, skipped
from flow_mcp.operations.verify.target import Target
from flow_mcp.operations.verify.web import NoAnswerError
from flow_mcp.runtime import metadata_url, resource_metadata
from flow_mcp.settings import ProtectedResource

_MCP = "https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization"


@check(
    "V-MCP-001",
    "A call without a token is answered 401 with the address of the metadata",
    meaning="MCP clients cannot find the authorization server; some try the well-known address, others stop.",
    remedy="Deliver the settings to the runtime (`flow-mcp export`). Let the proxy pass WWW-Authenticate.",
    reference=f"{_MCP}#authorization-server-location",
)
def challenge(target: Target) -> Iterator[Observation]:
    for resource, answer in _answers(target, "POST", by_metadata=False):
        if isinstance(answer, Observation):
            yield answer
            continue
        header = answer.headers.get("www-authenticate", "")
        match = re.search(r'\bresource_metadata="([^"]*)"', header)
        right = answer.status_code == 401 and bool(match) and match[1] == metadata_url(resource.url)  # type: ignore[index]
        yield observe(
            resource.key, f"answered {answer.status_code}, WWW-Authenticate: {header[:300]}", passed=right
        )


@check(
    "V-MCP-002",
    "The challenge has the scopes of the settings",
    severity="warning",
    meaning="Clients request all scopes that they find, or none (AADSTS900144 with Entra).",
    remedy="Deliver the settings to the runtime (`flow-mcp export`).",
    reference=f"{_MCP}#scope-selection-strategy",
)
def scopes(target: Target) -> Iterator[Observation]:
    for resource, answer in _answers(target, "POST", by_metadata=False):
        if isinstance(answer, Observation):
            yield answer
            continue
        match = re.search(r'\bscope="([^"]*)"', answer.headers.get("www-authenticate", ""))
        expected = set(resource_metadata(resource)["scopes_supported"])
        seen = f"scope {match[1]!r:.200}" if match else "no scope"
        yield observe(resource.key, seen, passed=match is not None and set(match[1].split()) == expected)


@check(
    "V-MCP-003",
    "The protected resource metadata has its URL and its authorization server, byte for byte",
    meaning="Clients reject the server (RFC 9728, 3.3), or sign in at the wrong authorization server.",
    remedy="Deliver the settings to the runtime (`flow-mcp export`). Let the proxy pass the root "
    "/.well-known/oauth-protected-resource.",
    reference="https://www.rfc-editor.org/rfc/rfc9728#section-3.3",
)
def metadata(target: Target) -> Iterator[Observation]:
    for resource, answer in _answers(target, "GET", by_metadata=True):
        if isinstance(answer, Observation):
            yield answer
            continue
        expected = resource_metadata(resource)
        try:
            document = answer.json() if answer.status_code == httpx.codes.OK else None
        except ValueError:
            document = None
        if not isinstance(document, dict):
            yield bad(resource.key, f"answered {answer.status_code} without metadata")
            continue
        wrong = [name for name, value in expected.items() if document.get(name) != value]
        if wrong:
            yield bad(resource.key, ", ".join(f"{name} {document.get(name)!r:.200}" for name in wrong))
        else:
            yield good(resource.key, f"resource {resource.url}")


def _answers(
    target: Target, method: str, *, by_metadata: bool
) -> Iterator[tuple[ProtectedResource, httpx.Response | Observation]]:
    for resource in target.settings.protected_resources:
        url = metadata_url(resource.url) if by_metadata else resource.url
        try:
            yield resource, target.web.ask(method, url, **({} if by_metadata else {"json": _CALL}))
        except NoAnswerError as error:
            if target.mcp_server:
                yield resource, bad(resource.key, str(error))
            else:
                yield resource, skipped(resource.key, f"{error}; use --mcp-server to make this a failure")


_CALL = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
