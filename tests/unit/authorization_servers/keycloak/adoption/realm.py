"""A realm in memory that answers the requests of an adoption."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from flow_mcp.authorization_servers.adoption import AdoptionRequest
from flow_mcp.authorization_servers.keycloak.adoption.reader import KeycloakReader
from flow_mcp.operations.adopt.proposal import Proposal, propose

URL = "https://id.example"
FLOW = "https://app.profitbase.biz/flow"
PRODUCTION = f"{FLOW}/mcp/tenants/acme/workspaces/1/environments/production"


class RealmInMemory:
    """Answers `find` from prepared objects by path; an unprepared path has no object."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self._content = {"/realms/acme": {"realm": "acme"}, **content}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def find(self, path: str, **_: Any) -> Any:
        return self._content.get(path)


def scope(name: str, audience: str, **more: Any) -> dict[str, Any]:
    """Return a client scope with an audience mapper."""
    mapper = {
        "id": f"{name}-mapper",
        "name": "aud",
        "protocolMapper": "oidc-audience-mapper",
        "config": {"included.custom.audience": audience, "access.token.claim": "true"},
    }
    return {
        "id": f"{name}-id",
        "name": name,
        "protocol": "openid-connect",
        "protocolMappers": [mapper],
        **more,
    }


def proposal(content: Mapping[str, Any], **request: Any) -> Proposal:
    """Return the proposal for the tenant acme of a realm with this content."""
    server = {"url": URL, "realm": {"name": "acme", "create": False}}
    reader = KeycloakReader(lambda _: RealmInMemory(content))  # type: ignore[arg-type,return-value]
    known = AdoptionRequest("acme", FLOW, server, **{"workspaces": {"1": ["production"]}, **request})
    return propose("acme", "keycloak", reader, known, {"server": FLOW}, lambda _: None)
