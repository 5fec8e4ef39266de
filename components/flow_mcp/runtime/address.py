"""The address of a call as its client knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit


class ExternalAddress:
    """Builds addresses from the declared base URL, never from what a header says.

    Args:
        base_url: Scheme, host and, where a proxy takes a prefix off the path, that prefix.

    Raises:
        ValueError: it is not an absolute http or https URL, or has a user, a query or a fragment.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise ValueError(
                f"base_url must be the server's address as clients know it, such as https://app.example: "
                f"{base_url!r}"
            )
        if "?" in base_url or "#" in base_url:
            raise ValueError(f"base_url has neither query nor fragment: {base_url!r}")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.base = base_url.rstrip("/")

    @staticmethod
    def path(scope: Mapping[str, Any]) -> str | None:
        """Give the path of an ASGI scope before decoding; None if there is none to rely on.

        That is so where the server does not tell it (`raw_path` is optional in ASGI), and where something
        between server and middleware changed `path`: then the application would serve another address
        than the one that was decided.
        """
        raw = scope.get("raw_path")
        if not isinstance(raw, bytes) or not raw.startswith(b"/"):
            return None
        path = raw.decode("latin-1")
        decoded = unquote(path) if "%" in path else path
        return path if decoded == scope["path"] else None
