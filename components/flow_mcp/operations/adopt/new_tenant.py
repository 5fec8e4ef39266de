"""What is known about a tenant without a file, before its authorization server is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flow_mcp.authorization_servers import KINDS
from flow_mcp.authorization_servers.adoption import AdoptionReader, AdoptionRequest
from flow_mcp.authorization_servers.flow_entra.instance import authority_of_instance
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.proposal import reader_of
from flow_mcp.operations.adopt.settings_window import SettingsWindow, read_settings

_ANY_ISSUER = "external"
"""The kind that is not recognized by its issuer, because any issuer can be one."""


@dataclass(frozen=True)
class AdoptionOptions:
    """The user's options for the adoption of a tenant.

    Attributes:
        tenant_id: the tenant's ID in Flow.
        kind: key of the kind of authorization server; None: the kind of the authority.
        authority: the issuer; None: the one in `settings_file`.
        server: settings of the authorization server, which take precedence over those of the authority.
        workspaces: the environments of each workspace.
        client_ids: client IDs of the tenant.
        settings_file: the content of Flow's settings window as CSV or JSON.
    """

    tenant_id: str
    kind: str | None = None
    authority: str | None = None
    server: Mapping[str, Any] = field(default_factory=dict)
    workspaces: Mapping[str, Sequence[str]] = field(default_factory=dict)
    client_ids: tuple[str, ...] = ()
    settings_file: Path | None = None


@dataclass(frozen=True)
class AdoptionSource:
    """The authorization server to read: its kind, its reader and the request.

    Attributes:
        kind: the kind's key.
        reader: its reader.
        request: what is known before the server is read.
        instance: the value of `flow-mcp:instance`.
    """

    kind: str
    reader: AdoptionReader
    request: AdoptionRequest
    instance: Any


def adoption_source(project: Project, options: AdoptionOptions) -> AdoptionSource:
    """Return the authorization server to read, from the options and the project.

    Raises:
        AdoptError: the kind of authorization server cannot be determined or read, or the settings file is
            invalid.
    """
    window = (
        read_settings(options.settings_file, options.tenant_id)
        if options.settings_file
        else SettingsWindow(None, ())
    )
    if options.authority and window.authority and options.authority != window.authority:
        raise AdoptError(
            f"--authority is {options.authority}, but {options.settings_file} has {window.authority}. "
            "Give one."
        )
    instance = instance_of(project.file).value
    authority = options.authority or window.authority
    kinds = [options.kind] if options.kind else _kinds(authority, instance)
    kind, reader, server = _server(kinds, authority, options.server)
    flow_server = instance.get("server") if isinstance(instance, dict) else None
    if not isinstance(flow_server, str):
        raise AdoptError(
            f"{project.file} declares no Flow instance, whose URL is part of the audiences. Add "
            "flow-mcp:instance with default: {server: …}."
        )
    client_ids = dict.fromkeys(window.client_ids, f"{options.settings_file}")
    client_ids |= dict.fromkeys(options.client_ids, "--client")
    request = AdoptionRequest(
        options.tenant_id, flow_server, server, options.workspaces, client_ids, instance, authority
    )
    return AdoptionSource(kind, reader, request, instance)


def _kinds(authority: str | None, instance: Any) -> list[str]:
    """Return the kinds that an authority alone can name. Only the instance's Entra tenant is `flow-entra`."""
    if authority and authority == authority_of_instance(instance):
        return ["flow-entra"]
    return [key for key in KINDS if KINDS[key].adoption_path and key not in {"flow-entra", _ANY_ISSUER}]


def _server(
    kinds: Sequence[str], authority: str | None, settings: Mapping[str, Any]
) -> tuple[str, AdoptionReader, Mapping[str, Any]]:
    readers = {key: reader_of(KINDS[key]) for key in kinds}
    if authority:
        servers = {key: reader.server_of(authority) for key, reader in readers.items()}
        matching = {key: server for key, server in servers.items() if server is not None}
        if not matching:
            raise AdoptError(
                f"The authority {authority} is not an issuer of {' or '.join(kinds)}. Correct it, or give "
                f"the settings with --server and --set. For any other server, use --server {_ANY_ISSUER}."
            )
        if len(matching) > 1:
            raise AdoptError(
                f"The authority {authority} can be an issuer of {' or '.join(matching)}. Give --server."
            )
        ((key, server),) = matching.items()
        return key, readers[key], _merged(server, settings)
    if len(kinds) > 1:
        raise AdoptError(
            "The authorization server is not known. Give its issuer with --authority, or --settings with a "
            "file that has it, or --server and --set."
        )
    (kind,) = kinds
    return kind, readers[kind], settings


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Return nested settings; those of `above` take precedence."""
    merged = {**below, **above}
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            merged[key] = _merged(below[key], value)
    return merged
