"""What every part of a declaration has in common, and the small types that its fields use."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


class Declared(BaseModel):
    """Part of a declaration. Unknown keys are refused: a misspelt restriction must not be ignored."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )


_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*"
)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def is_loopback(host: str | None) -> bool:
    """Whether `host` names this machine only (RFC 8252, section 8.3)."""
    return host in _LOOPBACK


def split_url(url: str) -> SplitResult:
    """Split an absolute http(s) URL; everything that could hide another host is refused.

    Raises:
        ValueError: the text is not such a URL.
    """
    if any(ord(character) <= 0x20 or ord(character) >= 0x7F or character == "\\" for character in url):
        raise ValueError("must be a URL of printable ASCII characters, without spaces or backslashes")
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("must be an absolute URL, such as https://id.example.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not carry a user name or password")
    if parts.port == 0 or parts.netloc != parts.netloc.lower():
        raise ValueError("must name its host in lower case, with a port from 1 to 65535 if any")
    return parts


def _server_url(url: str) -> str:
    parts = split_url(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https; plain http is for loopback addresses only")
    if parts.query or parts.fragment or "?" in url or "#" in url:
        raise ValueError("must have no query and no fragment")
    if url.endswith("/"):
        raise ValueError("must not end with a slash")
    if "//" in parts.path or any(segment in {".", ".."} for segment in parts.path.split("/")):
        raise ValueError("must have a path without empty, `.` or `..` segments")
    if "%" in parts.path:
        raise ValueError("must have a path without percent-encoding")
    return url


def _host(host: str) -> str:
    if not _HOST.fullmatch(host):
        raise ValueError("must be a host name or IPv4 address, without scheme, port, path or wildcard")
    return host.lower()


def _origin(origin: str) -> str:
    parts = split_url(origin)
    if parts.path or parts.query or parts.fragment or origin != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("must be an origin: scheme and host, such as https://app.example.com")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must be https; plain http is for loopback addresses only")
    return origin


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,5}[smhd]", text):
        raise ValueError("must be a whole number and a unit, such as 90s, 5m, 8h or 180d")
    return text


def seconds(duration: str) -> int:
    """The seconds of a declared duration, such as `5m`."""
    return int(duration[:-1]) * _SECONDS[duration[-1]]


Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]
"""A tenant's, workspace's or environment's ID: one segment of a URL that needs no encoding."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$")]
"""A name that people give to a client."""

Text = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line of text for people."""

ServerUrl = Annotated[str, AfterValidator(_server_url), Field(json_schema_extra={"format": "uri"})]
Host = Annotated[str, AfterValidator(_host)]
Origin = Annotated[str, AfterValidator(_origin), Field(json_schema_extra={"format": "uri"})]
Duration = Annotated[
    str, AfterValidator(_duration), Field(json_schema_extra={"pattern": "^[1-9][0-9]{0,5}[smhd]$"})
]
