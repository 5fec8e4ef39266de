"""URLs and hosts, taken so strictly that all who read them later see the same ones."""

from __future__ import annotations

import re
import string
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field

from flow_mcp.declaration.findings import RefusedError

# What Keycloak stores of a redirect URI or origin; Entra takes 256.
_LONGEST = 255
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
# Decoded, these are the same path to some readers and another to others, or end it.
_NEEDLESS = frozenset(string.ascii_letters + string.digits + "-._~/\\%\x7f" + "".join(map(chr, range(0x20))))
_OWN_SCHEME = re.compile(r"(?!https?$)[A-Za-z][A-Za-z0-9+.-]*", re.IGNORECASE)
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+.-]*:/(?:/[a-z0-9.-]+/)?[A-Za-z0-9._~/-]+")
# Schemes that browsers and operating systems handle themselves.
_NOT_PRIVATE = frozenset({"about", "blob", "data", "file", "filesystem", "ftp", "javascript", "mailto"})
_NOT_PRIVATE |= {"tel", "vbscript", "view-source", "ws", "wss"}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"https": 443, "http": 80}


def is_loopback(host: str | None) -> bool:
    """Whether `host` names this machine only (RFC 8252, section 8.3)."""
    return host in _LOOPBACK


def split_url(url: str) -> SplitResult:
    """Split an absolute http(s) URL; everything that could hide another host is refused.

    Raises:
        RefusedError: the text is not such a URL.
    """
    if len(url) > _LONGEST:
        raise RefusedError(f"is longer than {_LONGEST} characters", "Use a shorter address.")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in _DEFAULT_PORTS:
        raise RefusedError("is not an absolute http(s) URL", "Write it out, such as https://app.example.com.")
    authority, *_ = re.split(r"[/?#\\]", rest, maxsplit=1)
    if "@" in authority:
        raise RefusedError("has a user name or password in it", "Remove it, and change it where it is valid.")
    if not _CHARACTERS.fullmatch(url) or "[" in rest[len(authority) :] or "]" in rest[len(authority) :]:
        raise RefusedError(
            "has characters that a URL cannot have",
            "Percent-encode them; write a host name of other letters in its xn-- form.",
        )
    match = _AUTHORITY.fullmatch(authority)
    if not match or not _is_host(match["host"]) or int(match["port"] or 1) > 65535:
        raise RefusedError(
            "has no host that every reader would take for the same",
            "Write a host name in lower case or an IP address as usual, and the port only if it is special.",
        )
    return urlsplit(url)


def secure_url(url: str) -> SplitResult:
    """Split an absolute URL that is https, or plain http to this machine.

    Raises:
        RefusedError: the text is not such a URL.
    """
    parts = split_url(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise RefusedError("is plain http", "Use https; plain http is for loopback addresses only.")
    return parts


def _is_host(host: str) -> bool:
    try:
        if host.startswith("["):
            return str(IPv6Address(host[1:-1])) == host[1:-1]
        labels = host.split(".")
        if _NUMBER.fullmatch(labels[-1]):
            return str(IPv4Address(host)) == host
    except ValueError:
        return False
    return len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)


def _addressed(url: str) -> SplitResult:
    parts = secure_url(url)
    if parts.port == _DEFAULT_PORTS[parts.scheme]:
        raise RefusedError("names the port that its scheme has anyway", "Leave the port out.")
    return parts


def _server_url(url: str) -> str:
    parts = _addressed(url)
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Remove it.")
    if url.endswith("/"):
        raise RefusedError("ends with a slash", "Remove the slash.")
    if not _PLAIN_PATH.fullmatch(parts.path) or _has_dots(parts.path):
        raise RefusedError(
            "has a path with empty, `.` or `..` segments, or with other than letters, digits and -._~",
            "Write the path plainly.",
        )
    return url


def _issuer_url(url: str) -> str:
    # Some issuers end with a slash, Azure Kubernetes Service's among them, and are compared with it.
    _server_url(url.removesuffix("/"))
    return url


OWN_SCHEME = (
    "has a scheme that any application can claim",
    "Use https or a loopback address: MCP allows no other (Authorization, Communication Security).",
)
"""Message and remedy for a redirect URI with a private-use scheme."""


def is_private_use(uri: str) -> bool:
    """Return whether a redirect URI has a private-use scheme (RFC 8252, section 7.1)."""
    scheme = uri.partition(":")[0]
    return bool(
        len(uri) <= _LONGEST
        and _OWN_SCHEME.fullmatch(scheme)
        and scheme not in _NOT_PRIVATE
        and _PRIVATE_USE.fullmatch(uri)
        and not _has_dots(uri)
    )


def _private_use_uri(uri: str) -> str:
    if not is_private_use(uri):
        raise RefusedError(
            "is not a URI with a private-use scheme",
            "Write it in lower case and in full, such as example://host/callback; https and loopback "
            "addresses are redirectUris.",
        )
    return uri


def _client_redirect_uri(uri: str) -> str:
    """Validate a redirect URI of a client; later checks allow private-use schemes to known applications."""
    return uri if is_private_use(uri) else _redirect_uri(uri)


def _redirect_uri(uri: str) -> str:
    """A redirect URI that can be compared exactly (RFC 9700, section 4.1.3; RFC 8252, section 7)."""
    scheme, colon, _ = uri.partition(":")
    if colon and _OWN_SCHEME.fullmatch(scheme):
        raise RefusedError(*OWN_SCHEME)
    parts = secure_url(uri)
    if "*" in uri:
        raise RefusedError(
            "has a wildcard, which would let a code reach somebody else's page", "List each URI in full."
        )
    if "#" in uri:
        raise RefusedError("has a fragment (RFC 6749, section 3.1.2)", "Remove # and what follows.")
    if not parts.path:
        raise RefusedError("has no path", "Write the one that the application uses, / if it is the root.")
    if "//" in parts.path or _has_dots(parts.path) or _has_needless(parts.path):
        raise RefusedError(
            "has a path with empty, `.` or `..` segments, or with encoded characters that need no encoding",
            "Write the path plainly.",
        )
    return uri


def _has_dots(path: str) -> bool:
    return any(segment in {".", ".."} for segment in path.split("/"))


def _has_needless(path: str) -> bool:
    return any(chr(int(code, 16)) in _NEEDLESS for code in re.findall("%(..)", path))


def _host(host: str) -> str:
    if host.startswith("[") or host != host.lower() or not _is_host(host):
        raise RefusedError(
            "is not a host name in lower case, nor an IPv4 address",
            "Write it without scheme, port, path and wildcard.",
        )
    return host


def _origin(origin: str) -> str:
    parts = _addressed(origin)
    if origin != f"{parts.scheme}://{parts.netloc}":
        raise RefusedError("is not an origin", "Write scheme and host only, such as https://app.example.com.")
    return origin


_URI = Field(json_schema_extra={"format": "uri"})

ServerUrl = Annotated[str, AfterValidator(_server_url), _URI]
"""The base address of a server."""

IssuerUrl = Annotated[str, AfterValidator(_issuer_url), _URI]
"""`iss` of somebody else's tokens."""

RedirectUri = Annotated[str, AfterValidator(_redirect_uri), _URI]
PrivateUseUri = Annotated[str, AfterValidator(_private_use_uri), _URI]
ClientRedirectUri = Annotated[str, AfterValidator(_client_redirect_uri), _URI]
Origin = Annotated[str, AfterValidator(_origin), _URI]
Host = Annotated[str, AfterValidator(_host)]
