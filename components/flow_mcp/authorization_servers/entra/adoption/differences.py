"""How existing objects differ from those that the stack would create, by the properties of the provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from flow_mcp.authorization_servers.adoption import Difference
from flow_mcp.authorization_servers.entra.adoption.provider_values import (
    application_values,
    federated_credential_values,
    service_principal_values,
)
from flow_mcp.authorization_servers.representations import Representation

_ORDERED = frozenset({"accessTokens", "idTokens", "resourceAccesses", "saml2Tokens"})
"""Properties whose order the provider compares. Other lists are sets."""
_ACCOUNT_ENABLED = {"accountEnabled": True}
"""The property of a service principal that the program does not set and whose default is not empty."""


def of_application(app: Representation, wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the differences of an application, with the program's properties by name in Python."""
    return differences(application_values(app), in_pulumi(wanted))


def of_service_principal(principal: Representation, wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the differences of a service principal, with the program's properties by name in Python."""
    return differences(service_principal_values(principal), {**_ACCOUNT_ENABLED, **in_pulumi(wanted)})


def of_federated_credential(credential: Representation, wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the differences of a federated credential, with the program's properties by name in Python."""
    return differences(federated_credential_values(credential), in_pulumi(wanted))


def differences(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the properties that differ. Values that are absent, empty or false are equal to each other."""
    return tuple(
        Difference(name, _shown(value, name), _shown(wanted.get(name), name))
        for name, value in sorted(present.items())
        if _plain(value, name) != _plain(wanted.get(name), name)
    )


def in_pulumi(properties: Any) -> Any:
    """Return properties with their names in Pulumi, also those of nested objects."""
    if isinstance(properties, Mapping):
        return {to_camel(name): in_pulumi(value) for name, value in properties.items()}
    return [in_pulumi(value) for value in properties] if isinstance(properties, list) else properties


def _shown(value: Any, name: str) -> Any:
    return value if isinstance(value, bool) else _plain(value, name)


def _plain(value: Any, name: str) -> Any:
    """Return a value without its unset parts, and its sets in a defined order; None if nothing is set."""
    if isinstance(value, Mapping):
        parts = {key: plain for key, part in value.items() if (plain := _plain(part, key)) is not None}
        return dict(sorted(parts.items())) or None
    if isinstance(value, list):
        entries = [plain for entry in value if (plain := _plain(entry, name)) is not None]
        return (entries if name in _ORDERED else sorted(entries, key=json.dumps)) or None
    return None if value in ("", False, None) else value
