"""Where somebody sits with an MCP client: what the client is given, and the browser beside it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.interop.browser import Browser
from tests.interop.scene import Scene
from tests.live.https_site import Site


class Registration(StrEnum):
    """How a client of people comes to its client ID."""

    DECLARED = "declared"
    DYNAMIC = "dynamic"
    DOCUMENT = "metadata document"


@dataclass(frozen=True)
class Desk:
    """All that the clients' drivers need."""

    scene: Scene
    browser: Browser
    site: Site
    """Where a client's metadata document is published."""
    certificate: Path
    """Authority of the site's certificate."""
    home: Path
    """An empty home directory."""

    @property
    def desktop(self) -> str:
        """ID of the application for people that the tenant declares in full."""
        return self.scene.tenant.client("desktop").client_id

    @property
    def inspector(self) -> str:
        """ID of the MCP Inspector, which the tenant declares by its name as a known application."""
        return self.scene.tenant.client("inspector").client_id

    def document(self, redirect: str) -> str:
        """Publish a client's metadata document; its address is the client ID."""
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
    """The client got no answer of the tool; the text is all that the client said of it."""


class StuckError(Exception):
    """The client neither got an answer nor gave up; no refusal, and never what a test expects."""


def said(error: BaseException) -> str:
    """What an error says, with those that it was made of."""
    if isinstance(error, BaseExceptionGroup):
        return "\n".join(said(one) for one in error.exceptions)
    return f"{type(error).__name__}: {error}"
