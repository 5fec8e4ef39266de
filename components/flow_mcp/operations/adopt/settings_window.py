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
_CLIENT_IDS = "clientids"
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
        keys = _keys(entry, file)
        listed = [*_as_list(keys.get(_CLIENT_IDS, [])), *_as_list(keys.get(_CLIENT_ID, []))]
        if not listed and isinstance(value, list):
            raise AdoptError(f"{file} has an entry without a client ID. Add a key clientId to it.")
        for client_id in listed:
            if not isinstance(client_id, str) or not client_id.strip():
                raise AdoptError(f"{file} has the client ID {json.dumps(client_id)}, which is no text.")
            yield _optional(keys, _TENANT, file), _optional(keys, _AUTHORITY, file), client_id.strip()


def _csv(text: str, file: Path) -> Iterator[tuple[str, str, str]]:
    first_line = text.partition("\n")[0]
    delimiter = ";" if first_line.count(";") > first_line.count(",") else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restval="")
    try:
        rows = [*reader]
    except csv.Error:
        raise AdoptError(f"{file} is not valid CSV. Correct it, or save the settings as JSON.") from None
    _require_distinct(reader.fieldnames or (), file)
    for number, row in enumerate(rows, start=1):
        # DictReader lists the cells beyond the columns below None.
        if any(cell.strip() for cell in row.pop(None, ())):
            raise AdoptError(
                f"{file} has more cells than columns in row {number}. Write one client ID in each row, in "
                "the column clientId."
            )
        keys = _keys(row, file)
        if _CLIENT_ID not in keys:
            raise AdoptError(f"{file} has no column clientId. Name the columns authority and clientId.")
        tenant, authority = _optional(keys, _TENANT, file), _optional(keys, _AUTHORITY, file)
        yield tenant, authority, keys[_CLIENT_ID].strip()


def _optional(keys: Mapping[str, Any], name: str, file: Path) -> str:
    """Return a text of an entry; empty if the entry has none."""
    value = keys.get(name, "")
    if not isinstance(value, str):
        raise AdoptError(f"{file} has the {name} {json.dumps(value)}, which is no text. Put it in quotes.")
    return value.strip()


def _keys(entry: Mapping[str, Any], file: Path) -> dict[str, Any]:
    """Return an entry with its keys in lower case, without spaces, hyphens and underscores.

    Raises:
        AdoptError: two keys are the same then, and one of them would be lost.
    """
    _require_distinct(entry, file)
    return {_plain(key): value for key, value in entry.items()}


def _require_distinct(keys: Iterable[str], file: Path) -> None:
    # A spreadsheet can have several columns without a name.
    names = [name for name in map(_plain, keys) if name]
    if len(names) > len(set(names)):
        raise AdoptError(f"{file} has two keys or columns with the same name. Keep one of them.")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(key: str) -> str:
    return "".join(_letters(key.casefold()))


def _letters(key: str) -> Iterable[str]:
    return (character for character in key if character not in " -_")
