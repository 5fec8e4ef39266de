"""The environment of a tested MCP client: its configuration and the browser."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.interop.browser import Browser
from tests.interop.scene import Scene
from tests.live.https_site import Site


class Registration(StrEnum):
    """How a client for people gets its client ID."""

    DECLARED = "declared"
    DYNAMIC = "dynamic"
    DOCUMENT = "metadata document"


@dataclass(frozen=True)
class Desk:
    """The data that the clients' drivers need."""

    scene: Scene
    browser: Browser
    site: Site
    """Site that publishes a client's metadata document."""
    certificate: Path
    """Certificate authority of the site."""
    home: Path
    """An empty home directory."""

    @property
    def desktop(self) -> str:
        """Client ID of the client for people that the tenant declares in full."""
        return self.scene.tenant.client("desktop").client_id

    @property
    def inspector(self) -> str:
        """ID of the MCP Inspector, which the tenant declares by its name as a known application."""
        return self.scene.tenant.client("inspector").client_id

    def document(self, redirect: str) -> str:
        """Publish a client's metadata document and return its address, the client ID."""
        address = f"{self.site.url}/client.json"
        document = {
            "client_id": address,
            "client_name": "A client with a document",
            "redirect_uris": [redirect],
            "grant_types": ["authorization_code", "refresh_token"],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        }
        self.site.pages["/client.json"] = json.dumps(document).encode()
        return address


class RefusedError(Exception):
    """The client got no result of the tool; the message is the client's output."""


class StuckError(Exception):
    """The client neither got a result nor stopped within the limit; no test expects this."""


def message_of(error: BaseException) -> str:
    """Return the message of an error with the messages of its causes."""
    if isinstance(error, BaseExceptionGroup):
        return "\n".join(message_of(one) for one in error.exceptions)
    return f"{type(error).__name__}: {error}"
