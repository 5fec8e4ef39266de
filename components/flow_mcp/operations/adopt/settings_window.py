"""The content of Flow's settings window: authorities and client IDs of tenants, as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flow_mcp.operations.adopt.errors import AdoptError

_AUTHORITY = "authority"
_CLIENT_ID = "clientid"
_TENANT = "tenant"


@dataclass(frozen=True)
class SettingsWindow:
    """The settings of a tenant in Flow.

    Attributes:
        authority: the issuer; None if the file has none.
        client_ids: the client IDs, sorted.
    """

    authority: str | None
    client_ids: tuple[str, ...]


def read_settings(file: Path, tenant_id: str) -> SettingsWindow:
    """Read a tenant's settings from a file, which can have those of other tenants too.

    JSON is `{"authority": …, "clientIds": […]}` or a list of `{"authority": …, "clientId": …}`. CSV has a row
    with the columns `authority` and `clientId` for each client; `authority` may be empty.
    A further column or key `tenant` names the tenant of a row: the rows of other tenants are left out.

    Args:
        file: the file.
        tenant_id: the tenant's ID in Flow.

    Raises:
        AdoptError: the file is neither, has no client ID of the tenant, has two authorities for it, or names
            the tenant of some client IDs only.
        OSError: the file cannot be read.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise AdoptError(f"{file} is not UTF-8 text. Save it as CSV or JSON in UTF-8.") from None
    entries = list(_json(text, file) if text.lstrip()[:1] in ("{", "[") else _csv(text, file))
    tenants = sorted({tenant for tenant, _, _ in entries if tenant})
    if tenants and tenant_id not in tenants:
        raise AdoptError(
            f"{file} has no row of the tenant {tenant_id}. It has: {', '.join(tenants)}. Give the tenant's "
            "ID in Flow with --id, or correct the column tenant."
        )
    if tenants and any(client_id and not tenant for tenant, _, client_id in entries):
        raise AdoptError(f"{file} has client IDs without a tenant. Fill in the column tenant in each row.")
    entries = [entry for entry in entries if not tenants or entry[0] == tenant_id]
    authorities = sorted({authority for _, authority, _ in entries if authority})
    client_ids = tuple(sorted({client_id for _, _, client_id in entries if client_id}))
    if len(authorities) > 1:
        raise AdoptError(
            f"{file} has {len(authorities)} authorities: {', '.join(authorities)}. A tenant has one: use a "
            "file for each tenant, or add a column tenant."
        )
    if not client_ids:
        raise AdoptError(f"{file} has no client ID. Add a column or a key clientId.")
    return SettingsWindow(authorities[0] if authorities else None, client_ids)


def _json(text: str, file: Path) -> Iterator[tuple[str, str, str]]:
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        raise AdoptError(f"{file} is not valid JSON. Correct it, or save the settings as CSV.") from None
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            raise AdoptError(f"{file} has an entry that is no object. Use authority and clientIds.")
        keys = _keys(entry)
        listed = keys.get("clientids", keys.get(_CLIENT_ID, []))
        for client_id in listed if isinstance(listed, list) else [listed]:
            yield _text(keys.get(_TENANT)), _text(keys.get(_AUTHORITY)), _text(client_id)


def _csv(text: str, file: Path) -> Iterator[tuple[str, str, str]]:
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    try:
        rows = [*csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")]
    except csv.Error:
        raise AdoptError(f"{file} is not valid CSV. Correct it, or save the settings as JSON.") from None
    for row in rows:
        keys = _keys({name: value for name, value in row.items() if isinstance(name, str)})
        if _CLIENT_ID not in keys:
            raise AdoptError(f"{file} has no column clientId. Name the columns authority and clientId.")
        yield _text(keys.get(_TENANT)), _text(keys.get(_AUTHORITY)), _text(keys[_CLIENT_ID])


def _keys(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry with its keys in lower case, without spaces, hyphens and underscores."""
    return {_plain(key): value for key, value in entry.items()}


def _plain(key: str) -> str:
    return "".join(_letters(key.casefold()))


def _letters(key: str) -> Iterable[str]:
    return (character for character in key if character not in " -_")


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
