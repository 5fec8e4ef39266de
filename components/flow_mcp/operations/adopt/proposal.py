"""Proposes the declaration of a tenant that exists at an authorization server, and its imports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any

from flow_mcp.authorization_servers.adoption import (
    AdoptionReader,
    AdoptionRequest,
    ExistingClient,
    Imports,
    OtherClient,
    Reading,
    Report,
)
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration
from flow_mcp.declaration.findings import DeclarationError, Problem
from flow_mcp.operations.adopt.errors import AdoptError

_SECTIONS = ("clients", "manualRegistrations")


@dataclass(frozen=True)
class Proposal:
    """A proposed declaration with its imports.

    Attributes:
        stack: name of the tenant's stack.
        kind: key of the kind of authorization server.
        tenant: the proposed value of `flow-mcp:tenant`.
        reading: the clients and resources from which it was made.
        imports: the objects that the stack takes over, and those that it leaves.
        warnings: the warnings about the declaration.
    """

    stack: str
    kind: str
    tenant: Mapping[str, Any]
    reading: Reading
    imports: Imports
    warnings: tuple[Problem, ...]


def reader_of(kind: AuthorizationServerKind) -> AdoptionReader:
    """Return the reader of a kind of authorization server.

    Raises:
        AdoptError: the kind has none.
    """
    module, _, name = kind.adoption_path.partition(":")
    if not module:
        raise AdoptError(
            f"flow-mcp cannot read an existing {kind.key} yet. Declare its clients under "
            "manualRegistrations, which the stack lists and does not manage."
        )
    reader: AdoptionReader = getattr(import_module(module), name)()
    return reader


def propose(
    stack: str,
    kind: str,
    reader: AdoptionReader,
    request: AdoptionRequest,
    instance: Any,
    report: Report,
) -> Proposal:
    """Return the proposal for a tenant. Nothing is changed.

    Args:
        stack: name of the tenant's stack.
        kind: key of the kind of authorization server.
        reader: the reader of that kind.
        request: what is known before the server is read.
        instance: the value of `flow-mcp:instance`.
        report: called with the progress.

    Raises:
        AuthorizationServerError: the server cannot be read.
        AdoptError: no protected resource of the tenant is known.
        DeclarationError: the declaration would be invalid for a reason other than a client.
    """
    reading = reader.read(request, report)
    if not reading.workspaces:
        raise AdoptError(
            f"No workspace of the tenant {request.tenant_id} is known: no scope or mapper adds the audience "
            "of one of its MCP servers. Name the workspaces and environments with --workspace."
        )
    report("the imports")
    reading, declaration = _with_valid_clients(stack, kind, reading, request, instance)
    imports = reader.imports(declaration)
    tenant = {**_tenant(kind, reading, request), "adopted": _adopted(imports)}
    loaded = from_configuration(tenant, instance, source=stack)
    return Proposal(stack, kind, tenant, reading, imports, loaded.warnings)


def _with_valid_clients(
    stack: str, kind: str, reading: Reading, request: AdoptionRequest, instance: Any
) -> tuple[Reading, Declaration]:
    """Leave clients alone whose declaration would be invalid, such as one with an ID in another script."""
    while True:
        try:
            tenant = _tenant(kind, reading, request)
            return reading, from_configuration(tenant, instance, source=stack).declaration
        except DeclarationError as error:
            invalid = _invalid_clients(error)
            if not invalid:
                raise
            reading = _without(reading, invalid)


def _invalid_clients(error: DeclarationError) -> dict[str, str]:
    """Return the first problem of each client, by the client's name."""
    problems: dict[str, str] = {}
    for problem in error.problems:
        section, _, rest = problem.path.partition(".")
        if section in _SECTIONS and problem.severity == "error":
            name, _, place = rest.partition(".")
            problems.setdefault(name, f"Its {place or 'declaration'} {problem.message}. {problem.remedy}")
    return problems


def _without(reading: Reading, invalid: Mapping[str, str]) -> Reading:
    """Return the reading in which invalid clients are listed only, or left alone if that is invalid too."""
    clients: list[ExistingClient] = []
    others = [*reading.others]
    for client in reading.clients:
        if client.name not in invalid:
            clients.append(client)
        elif client.section == "clients":
            clients.append(_listed(client, invalid[client.name]))
        else:
            reason = f"A tenant's file cannot declare it. {invalid[client.name]}"
            others.append(OtherClient(client.client_id, reason, belongs=True))
    sorted_others = tuple(sorted(others, key=lambda other: other.client_id))
    return replace(reading, clients=tuple(clients), others=sorted_others)


def _listed(client: ExistingClient, problem: str) -> ExistingClient:
    declared = {"clientId": client.client_id} | {key: client.declared[key] for key in ("grant", "access")}
    remark = (
        f"The stack lists the client and does not manage it: a tenant's file cannot declare it. {problem}"
    )
    remarks = (remark, *client.remarks)
    return replace(client, section="manualRegistrations", declared=declared, remarks=remarks, adopted={})


def _tenant(kind: str, reading: Reading, request: AdoptionRequest) -> dict[str, Any]:
    tenant: dict[str, Any] = {
        "id": request.tenant_id,
        "workspaces": {
            name: {"environments": list(environments)} for name, environments in reading.workspaces.items()
        },
        "authorizationServer": {kind: dict(reading.server)},
    }
    for section in _SECTIONS:
        clients = {client.name: client.declared for client in reading.clients if client.section == section}
        tenant |= {section: clients} if clients else {}
    adopted = {
        key: dict(entry) for client in reading.clients for key, entry in sorted(client.adopted.items())
    }
    return {**tenant, "adopted": adopted} if adopted else tenant


def _adopted(imports: Imports) -> dict[str, dict[str, Any]]:
    entries: dict[str, dict[str, Any]] = {left.resource: {"leave": True} for left in imports.left}
    for taken_over in imports.taken_over:
        keep = [difference.property for difference in taken_over.differences]
        entries[taken_over.resource] = {"id": taken_over.id, **({"keep": keep} if keep else {})}
    return dict(sorted(entries.items()))
