"""YAML documents with a header, and the values that several manifests share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import yaml

from flow_mcp.common.errors import FlowMcpError

MEMORY_OF_A_WORKER = 400
"""MiB; engine/fleet/workers.py."""


class ManifestError(FlowMcpError):
    """A manifest cannot be written from these values."""

    exit_code = 2


def yaml_text(header: Iterable[str], *documents: Mapping[str, Any]) -> str:
    """Return documents as YAML with a comment, in the order of their keys as written."""
    comment = "".join(f"# {line}\n" for line in header)
    plain = (_plain(document) for document in documents)
    return comment + yaml.dump_all(plain, Dumper=_Dumper, sort_keys=False, width=10**9)


def public_url(url: str) -> str:
    """Return a backend's address that contains no password.

    Raises:
        ManifestError: the address contains a password.
    """
    if urlsplit(url).password is not None:
        raise ManifestError(
            "the address of the backend contains a password, which a manifest must not; leave --backend out, "
            "and put PULUMI_BACKEND_URL into the secret"
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
