"""YAML documents with a header, and the values that several manifests share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml

from flow_mcp.common.errors import FlowMcpError

MEMORY_OF_A_WORKER = 400
"""MiB; engine/fleet/workers.py."""


_CREDENTIAL = re.compile("passw|token|secret|key|sig", re.IGNORECASE)
"""Parts of the names of query parameters that contain a credential."""


class ManifestError(FlowMcpError):
    """A manifest cannot be written from these values."""

    exit_code = 2


def yaml_text(header: Iterable[str], *documents: Mapping[str, Any]) -> str:
    """Return documents as YAML with a comment, in the order of their keys as written."""
    comment = "".join(f"# {line}\n" for line in header)
    plain = (_plain(document) for document in documents)
    return comment + yaml.dump_all(plain, Dumper=_Dumper, sort_keys=False, width=10**9)


def public_url(url: str, option: str = "--backend") -> str:
    """Return an address that contains no credential.

    Args:
        url: the address.
        option: the option that gives it.

    Raises:
        ManifestError: the address contains a password or a token.
    """
    parts = urlsplit(url)
    token = parts.scheme in {"http", "https"} and parts.username is not None
    if parts.password is not None or token or any(map(_CREDENTIAL.search, dict(parse_qsl(parts.query)))):
        raise ManifestError(
            f"the address of {option} contains a credential, which a manifest must not; remove it there, and "
            "put it into the secret"
        )
    return url


class _Dumper(yaml.SafeDumper):
    """Writes equal objects twice instead of as aliases."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list | tuple) else value
