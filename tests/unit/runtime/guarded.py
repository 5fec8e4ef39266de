"""Expected answers of the middleware."""

from __future__ import annotations

from flow_mcp.runtime.asgi import Caller
from tests.unit.runtime.acme import AUTHORITY, DESKTOP, NOW, PRODUCTION, WELL_KNOWN, token
from tests.unit.runtime.asgi_call import Answer, bearer

HOST = "https://app.profitbase.biz"
SCOPE = 'scope="mcp-456-production flow"'
METADATA = f'resource_metadata="{WELL_KNOWN}"'
GOOD = bearer(token())
KARI = Caller("acme", "456", "production", PRODUCTION, AUTHORITY, DESKTOP, "kari", "person", NOW + 300)


def refused(status: int, challenge: str) -> Answer:
    return Answer(
        status, {"www-authenticate": challenge, "cache-control": "no-store", "content-length": "0"}, b""
    )


UNKNOWN = refused(401, 'Bearer realm="Flow MCP"')
NO_TOKEN = refused(401, f"Bearer {METADATA}, {SCOPE}")
INVALID_TOKEN = refused(401, f'Bearer error="invalid_token", {METADATA}, {SCOPE}')
