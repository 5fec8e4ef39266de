"""Build the address of a call as its client knows it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit


class ExternalAddress:
    """The server's external address, from the configured base URL and never from a header.

    Args:
        base_url: Scheme and host; also the path prefix, if a proxy removes one.

    Raises:
        ValueError: `base_url` is not an absolute http or https URL, or has a user, a query or a fragment.
    """

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
            raise ValueError(
                f"base_url {base_url!r} is not an absolute http or https URL without a user. "
                "Set the server's address as clients know it, such as https://app.example."
            )
        if "?" in base_url or "#" in base_url:
            raise ValueError(f"base_url {base_url!r} has a query or a fragment. Remove it.")
        self.origin = f"{parts.scheme}://{parts.netloc}"
        self.base = base_url.rstrip("/")

    @staticmethod
    def path(scope: Mapping[str, Any]) -> str | None:
        """Return the path of an ASGI scope before decoding; None if the scope has no reliable path.

        That is so if the server does not provide `raw_path`, which is optional in ASGI, or if a component
        between server and middleware changed `path`: the application would then serve another address than
        the one that was decided.
        """
        raw = scope.get("raw_path")
        if not isinstance(raw, bytes) or not raw.startswith(b"/"):
            return None
        path = raw.decode("latin-1")
        decoded = unquote(path) if "%" in path else path
        return path if decoded == scope["path"] else None
