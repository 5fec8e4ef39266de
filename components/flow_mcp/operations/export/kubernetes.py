"""Kubernetes objects: a ConfigMap of settings and a Secret of client credentials for each tenant.

Names are DNS labels (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

import yaml
from pydantic import ValidationError

from flow_mcp.operations.export.errors import ExportError
from flow_mcp.settings import SettingsEnvelope

MAX_CONFIG_MAP_BYTES = 1024 * 1024
"""https://kubernetes.io/docs/concepts/configuration/configmap/"""
_LONGEST_NAME = 63
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABELS = {"app.kubernetes.io/managed-by": "flow-mcp", "app.kubernetes.io/part-of": "profitbase-flow"}
_TENANT = "flow-mcp/tenant"


def config_maps(envelopes: Iterable[SettingsEnvelope]) -> str:
    """ConfigMaps as YAML, one a tenant, each with the file `<tenant>.json`.

    Raises:
        ExportError: a tenant's settings are larger than a ConfigMap may be.
    """
    return yaml.safe_dump_all(map(_config_map, envelopes), sort_keys=True, explicit_start=True, width=10**9)


def envelopes_in(text: str) -> dict[str, SettingsEnvelope]:
    """The envelopes in what `config_maps` made, by tenant.

    Raises:
        ExportError: it is something else.
    """
    try:
        maps = [document for document in yaml.safe_load_all(text) if document is not None]
        found = [SettingsEnvelope.from_json(data) for each in maps for data in each["data"].values()]
    except (yaml.YAMLError, ValidationError, AttributeError, KeyError, TypeError) as error:
        raise ExportError("the file to replace holds no ConfigMaps of an earlier export") from error
    return {envelope.tenant: envelope for envelope in found}


def secrets(credentials: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """Secrets as YAML, one a tenant, with `<client>.client-id` and `<client>.client-secret`.

    Args:
        credentials: of each tenant's clients, `clientId` and `clientSecret` by client name.
    """
    objects = (_secret(tenant, clients) for tenant, clients in sorted(credentials.items()))
    return yaml.safe_dump_all(objects, sort_keys=True, explicit_start=True, width=10**9)


def name(prefix: str, tenant: str) -> str:
    """A DNS label for a tenant; where its ID is not one, a digest keeps it apart from all others."""
    whole = f"{prefix}-{tenant}"
    # A name that ends like a digest could be another tenant's shortened one.
    if len(whole) <= _LONGEST_NAME and _LABEL.fullmatch(whole) and not re.search(r"-[0-9a-f]{10}$", whole):
        return whole
    digest = sha256(tenant.encode()).hexdigest()[:10]
    readable = re.sub(r"[^a-z0-9]+", "-", whole.lower())[: _LONGEST_NAME - 11].strip("-")
    return f"{readable}-{digest}"


def _config_map(envelope: SettingsEnvelope) -> dict[str, Any]:
    text = envelope.to_json()
    if len(text.encode()) > MAX_CONFIG_MAP_BYTES:
        raise ExportError(
            f"the settings of {envelope.tenant} have {len(text.encode())} bytes and a ConfigMap holds "
            f"{MAX_CONFIG_MAP_BYTES}; deliver files instead (--to DIR)"
        )
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata("flow-mcp-settings", envelope.tenant),
        "data": {f"{envelope.tenant}.json": text},
    }


def _secret(tenant: str, clients: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": _metadata("flow-mcp-clients", tenant),
        "data": dict(_data(clients)),
    }


def _data(clients: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for client, values in sorted(clients.items()):
        for key, value in (
            ("client-id", values["clientId"]),
            ("client-secret", values["clientSecret"]),
        ):
            yield f"{client}.{key}", base64.b64encode(value.encode()).decode()


def _metadata(prefix: str, tenant: str) -> dict[str, Any]:
    # An annotation takes any text, a label only some.
    return {"name": name(prefix, tenant), "labels": dict(_LABELS), "annotations": {_TENANT: tenant}}
