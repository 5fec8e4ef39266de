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
    """Return ConfigMaps as YAML, one for each tenant, with the file `<tenant>.json`.

    Raises:
        ExportError: a tenant's settings exceed the size limit of a ConfigMap.
    """
    return yaml.safe_dump_all(map(_config_map, envelopes), sort_keys=True, explicit_start=True, width=10**9)


def envelopes_in(text: str) -> dict[str, SettingsEnvelope]:
    """Return the envelopes in the output of `config_maps`, by tenant.

    Raises:
        ExportError: the text is not such an output.
    """
    try:
        maps = [document for document in yaml.safe_load_all(text) if document is not None]
        envelopes = [SettingsEnvelope.from_json(data) for item in maps for data in item["data"].values()]
    except (yaml.YAMLError, ValidationError, AttributeError, KeyError, TypeError) as error:
        raise ExportError(
            "The file to replace has no ConfigMaps of an earlier export. Name another file, or remove it."
        ) from error
    return {envelope.tenant: envelope for envelope in envelopes}


def secrets(credentials: Mapping[str, Mapping[str, Mapping[str, str]]]) -> str:
    """Return Secrets as YAML, one for each tenant, with `<client>.client-id` and `<client>.client-secret`.

    Args:
        credentials: `clientId` and `clientSecret` by tenant and client name.
    """
    objects = (_secret(tenant, clients) for tenant, clients in sorted(credentials.items()))
    return yaml.safe_dump_all(objects, sort_keys=True, explicit_start=True, width=10**9)


def name(prefix: str, tenant: str) -> str:
    """Return a DNS label for a tenant; if its ID is not a label, a digest makes the name unique."""
    full = f"{prefix}-{tenant}"
    # A name that ends like a digest could collide with another tenant's shortened name.
    if len(full) <= _LONGEST_NAME and _LABEL.fullmatch(full) and not re.search(r"-[0-9a-f]{10}$", full):
        return full
    digest = sha256(tenant.encode()).hexdigest()[:10]
    readable = re.sub(r"[^a-z0-9]+", "-", full.lower())[: _LONGEST_NAME - 11].strip("-")
    return f"{readable}-{digest}"


def _config_map(envelope: SettingsEnvelope) -> dict[str, Any]:
    text = envelope.to_json()
    if len(text.encode()) > MAX_CONFIG_MAP_BYTES:
        raise ExportError(
            f"The settings of {envelope.tenant} have {len(text.encode())} bytes, more than the "
            f"{MAX_CONFIG_MAP_BYTES} of a ConfigMap. Export files instead (--to DIR)."
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
    # An annotation, because the characters of a label are restricted.
    return {"name": name(prefix, tenant), "labels": dict(_LABELS), "annotations": {_TENANT: tenant}}
