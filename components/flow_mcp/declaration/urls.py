"""Strict types for URLs and hosts: every URL parser interprets an accepted value in the same way."""

from __future__ import annotations

import re
import string
from ipaddress import IPv4Address, IPv6Address
from typing import Annotated
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field

from flow_mcp.declaration.findings import RefusedError

# Keycloak's limit for a redirect URI or an origin; Entra's is 256.
_LONGEST = 255
_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_AUTHORITY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?")
_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
# If these characters are encoded, some parsers decode them and others do not; some end the path there.
_NEVER_ENCODED = frozenset(
    string.ascii_letters + string.digits + "-._~/\\%\x7f" + "".join(map(chr, range(0x20)))
)
_OWN_SCHEME = re.compile(r"(?!https?$)[A-Za-z][A-Za-z0-9+.-]*", re.IGNORECASE)
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+.-]*:/(?:/[a-z0-9.-]+/)?[A-Za-z0-9._~/-]+")
# Schemes that browsers and operating systems handle themselves.
_NOT_PRIVATE = frozenset({"about", "blob", "data", "file", "filesystem", "ftp", "javascript", "mailto"})
_NOT_PRIVATE |= {"tel", "vbscript", "view-source", "ws", "wss"}
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_DEFAULT_PORTS = {"https": 443, "http": 80}


def is_loopback(host: str | None) -> bool:
    """Whether `host` is a loopback address or `localhost` (RFC 8252, section 8.3)."""
    return host in _LOOPBACK


def split_url(url: str) -> SplitResult:
    """Split an absolute http(s) URL; reject every form in which parsers could find another host.

    Raises:
        RefusedError: the text is not such a URL.
    """
    if len(url) > _LONGEST:
        raise RefusedError(f"is longer than {_LONGEST} characters", "Use a shorter URL.")
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in _DEFAULT_PORTS:
        raise RefusedError(
            "is not an absolute http(s) URL", "Write the full URL, such as https://app.example.com."
        )
    authority, *_ = re.split(r"[/?#\\]", rest, maxsplit=1)
    if "@" in authority:
        raise RefusedError(
            "contains a user name or password", "Remove it, and change the password: it is exposed."
        )
    if not _CHARACTERS.fullmatch(url) or "[" in rest[len(authority) :] or "]" in rest[len(authority) :]:
        raise RefusedError(
            "has characters that are not allowed in a URL",
            "Percent-encode them; write an internationalized host name in its xn-- form.",
        )
    match = _AUTHORITY.fullmatch(authority)
    if not match or not _is_host(match["host"]) or int(match["port"] or 1) > 65535:
        raise RefusedError(
            "has a missing, invalid or ambiguous host or port",
            "Write a lower-case host name or an IP address in its usual form, with a port only if needed.",
        )
    return urlsplit(url)


def secure_url(url: str) -> SplitResult:
    """Split an absolute URL that uses https, or plain http to a loopback address.

    Raises:
        RefusedError: the text is not such a URL.
    """
    parts = split_url(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise RefusedError("uses plain http", "Use https; plain http is allowed only for loopback addresses.")
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


def _without_default_port(url: str) -> SplitResult:
    parts = secure_url(url)
    if parts.port == _DEFAULT_PORTS[parts.scheme]:
        raise RefusedError("includes the default port of its scheme", "Remove the port.")
    return parts


def _server_url(url: str) -> str:
    parts = _without_default_port(url)
    if "?" in url or "#" in url:
        raise RefusedError("has a query or a fragment", "Remove it.")
    if url.endswith("/"):
        raise RefusedError("ends with a slash", "Remove the slash.")
    if not _PLAIN_PATH.fullmatch(parts.path) or _has_dots(parts.path):
        raise RefusedError(
            "has a path with empty, `.` or `..` segments, or characters other than letters, digits and -._~",
            "Write the path without them.",
        )
    return url


def issuer_url(url: str) -> str:
    """Return the URL of a token's issuer.

    Raises:
        RefusedError: the text is not such a URL.
    """
    # Some issuers, such as Azure Kubernetes Service's, end with a slash, which is part of the comparison.
    _server_url(url.removesuffix("/"))
    return url


OWN_SCHEME = (
    "has a scheme that any application can claim",
    "Use https or a loopback address, as MCP requires (Authorization, Communication Security).",
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
    return uri if is_private_use(uri) else redirect_uri(uri)


def redirect_uri(uri: str) -> str:
    """Validate a redirect URI for exact comparison (RFC 9700, section 4.1.3; RFC 8252, section 7).

    Raises:
        RefusedError: the text is not such a URI.
    """
    scheme, colon, _ = uri.partition(":")
    if colon and _OWN_SCHEME.fullmatch(scheme):
        raise RefusedError(*OWN_SCHEME)
    parts = secure_url(uri)
    if "*" in uri:
        raise RefusedError(
            "has a wildcard, which lets an attacker's page receive authorization codes",
            "List each URI in full.",
        )
    if "#" in uri:
        raise RefusedError(
            "has a fragment (RFC 6749, section 3.1.2)", "Remove the # and everything after it."
        )
    if not parts.path:
        raise RefusedError("has no path", "Add the path that the application uses, / for the root.")
    if "//" in parts.path or _has_dots(parts.path) or _has_needless_encoding(parts.path):
        raise RefusedError(
            "has a path with empty, `.` or `..` segments, or with unnecessarily encoded characters",
            "Write the path without them.",
        )
    return uri


def _has_dots(path: str) -> bool:
    return any(segment in {".", ".."} for segment in path.split("/"))


def _has_needless_encoding(path: str) -> bool:
    return any(chr(int(code, 16)) in _NEVER_ENCODED for code in re.findall("%(..)", path))


def _host(host: str) -> str:
    if host.startswith("[") or host != host.lower() or not _is_host(host):
        raise RefusedError(
            "is neither a lower-case host name nor an IPv4 address",
            "Write it without scheme, port, path and wildcard.",
        )
    return host


def _origin(origin: str) -> str:
    parts = _without_default_port(origin)
    if origin != f"{parts.scheme}://{parts.netloc}":
        raise RefusedError("is not an origin", "Write only scheme and host, such as https://app.example.com.")
    return origin


_URI = {"format": "uri"}

ServerUrl = Annotated[
    str, AfterValidator(_server_url), Field(examples=["https://id.acme.example"], json_schema_extra=_URI)
]
"""The base URL of a server."""

IssuerUrl = Annotated[
    str, AfterValidator(issuer_url), Field(examples=["https://id.acme.example/oidc"], json_schema_extra=_URI)
]
"""The issuer of another server's tokens (`iss`)."""

RedirectUri = Annotated[str, AfterValidator(redirect_uri), Field(json_schema_extra=_URI)]
PrivateUseUri = Annotated[str, AfterValidator(_private_use_uri), Field(json_schema_extra=_URI)]
ClientRedirectUri = Annotated[
    str,
    AfterValidator(_client_redirect_uri),
    Field(examples=["http://127.0.0.1/callback"], json_schema_extra=_URI),
]
Origin = Annotated[
    str, AfterValidator(_origin), Field(examples=["https://app.acme.example"], json_schema_extra=_URI)
]
Host = Annotated[str, AfterValidator(_host), Field(examples=["claude.ai"])]
