"""A Scalekit environment in memory that answers the requests of an adoption."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.scalekit.adoption.reader import ScalekitReader
from flow_mcp.operations.adopt.proposal import Proposal, propose

ENVIRONMENT_URL = "https://acme.scalekit.com"
FLOW = "https://app.profitbase.biz/flow"


class EnvironmentInMemory:
    """Answers requests from MCP servers, and their clients by the MCP server's ID."""

    def __init__(self, servers: list[Any], clients: Mapping[str, Any]) -> None:
        self._servers, self._clients = servers, clients

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def mcp_servers(self) -> Iterator[Any]:
        yield from self._servers

    def find(self, path: str) -> Any:
        return {"clients": self._clients.get(path.split("/")[2])}


def proposal(
    servers: list[Any], clients: Mapping[str, Any], *, resource_id: str = "", **request: Any
) -> Proposal:
    """Return the proposal for the tenant umbrella of an environment with this content."""
    reader = ScalekitReader(lambda _: EnvironmentInMemory(servers, clients))  # type: ignore[arg-type,return-value]
    authority = f"{ENVIRONMENT_URL}/resources/{resource_id}" if resource_id else None
    known = AdoptionRequest(
        "umbrella", FLOW, {"environmentUrl": ENVIRONMENT_URL}, authority=authority, **request
    )
    return propose("umbrella", "scalekit", reader, known, {"server": FLOW}, lambda _: None)
