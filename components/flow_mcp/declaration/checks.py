"""Checks that involve several parts of a tenant and apply to every kind of authorization server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from flow_mcp.declaration import enterprise
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.applications.checks import check_clients, check_registration
from flow_mcp.declaration.applications.entry import Application
from flow_mcp.declaration.clients import Client
from flow_mcp.declaration.declaration import AuthorizationServerKind, Declaration
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.tenant import Tenant
from flow_mcp.settings import Grant


def check(
    declaration: Declaration,
    chosen: Sequence[AuthorizationServerKind],
    known: Iterable[str],
    applications: Mapping[str, Application] | None,
) -> Iterator[Finding]:
    """Yield all findings about a parsed declaration, including those of its kind of authorization server.

    The paths are those of the tenant's file.

    Args:
        declaration: the tenant's declaration.
        chosen: the kinds of authorization server that it declares.
        known: the keys of all kinds.
        applications: the known applications; None if the team's file of them is invalid.
    """
    origin = declaration.origin
    for finding in _check(declaration, chosen, known, applications):
        path, remedy = origin.path(finding.path), finding.remedy
        if origin.key and path[:1] == ("clients",):
            remedy += f" For this server only: declare the client under {origin.key}.clients."
        yield replace(finding, path=path, remedy=remedy)


def _check(
    declaration: Declaration,
    chosen: Sequence[AuthorizationServerKind],
    known: Iterable[str],
    applications: Mapping[str, Application] | None,
) -> Iterator[Finding]:
    choice_findings = list(check_choice(chosen, known))
    yield from choice_findings
    yield from _identifiers(declaration.tenant)
    for name, client in declaration.tenant.clients.items():
        keeps_redirect_uris = declaration.keeps_redirect_uris(name)
        yield from _client(("clients", name), client, keeps_redirect_uris=keeps_redirect_uris)
    yield from _access(declaration)
    yield from _names(declaration)
    yield from enterprise.check(declaration)
    if applications is not None:
        yield from check_clients(declaration, applications)
        yield from check_registration(declaration, applications)
    if not choice_findings:
        yield from declaration.kind.check(declaration)


def check_choice(chosen: Sequence[AuthorizationServerKind], known: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding unless exactly one authorization server is declared."""
    if len(chosen) != 1:
        keys = ", ".join(kind.key for kind in chosen)
        yield Finding(
            ("authorizationServer",),
            f"declares {len(chosen)} authorization servers ({keys or 'none'})",
            f"Declare exactly one of: {', '.join(known)}.",
        )


def access_lists(tenant: Tenant) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield the path and the value of each access list of clients and manual registrations."""
    for name, client in tenant.clients.items():
        yield ("clients", name, "access"), client.access
    for name, manual in tenant.manual_registrations.items():
        yield ("manualRegistrations", name, "access"), manual.access


def _identifiers(tenant: Tenant) -> Iterator[Finding]:
    """Yield a finding for IDs that differ only in case, which some servers' databases ignore."""
    yield from _case_conflicts((("workspaces", name), name) for name in tenant.workspaces)
    for name, workspace in tenant.workspaces.items():
        yield from _case_conflicts(
            (("workspaces", name, "environments", index), environment)
            for index, environment in enumerate(workspace.environments)
        )


def _case_conflicts(identifiers: Iterable[tuple[Path, str]]) -> Iterator[Finding]:
    earlier: dict[str, str] = {}
    for path, identifier in identifiers:
        first = earlier.setdefault(identifier.lower(), identifier)
        if first != identifier:
            yield Finding(
                path,
                f"differs from {first} only in case, which some authorization servers ignore",
                "Use IDs that differ in other characters too.",
            )


def _client(path: Path, client: Client, *, keeps_redirect_uris: bool) -> Iterator[Finding]:
    """Yield findings about a client whose grant, people and credentials contradict each other."""
    if client.grant is Grant.CLIENT_CREDENTIALS:
        people_settings = {
            "redirectUris": bool(client.redirect_uris),
            "webOrigins": bool(client.web_origins),
            "people": not client.people.is_empty,
        }
        for key in (key for key, is_declared in people_settings.items() if is_declared):
            yield Finding(
                (*path, key),
                "applies to people, who cannot sign in with grant client-credentials",
                "Remove it, or declare grant authorization-code.",
            )
        if client.client_type == "public":
            yield Finding(
                (*path, "clientType"),
                "is public, but grant client-credentials needs a confidential client (RFC 6749, 4.4)",
                "Remove it.",
            )
    else:
        # check_clients reports missing redirect URIs of known applications.
        if not client.redirect_uris and client.application is None and not keeps_redirect_uris:
            yield Finding(
                (*path, "redirectUris"),
                "is missing, but grant authorization-code requires it",
                "List the application's redirect URIs.",
            )
        if client.client_type == "public":
            for key in client.credentials:
                yield Finding(
                    (*path, key),
                    "is a credential, which a public client cannot have",
                    "Remove it, or remove clientType: public.",
                )
    for key in client.credentials[1:]:
        yield Finding(
            (*path, key), f"is a second authentication method besides {client.credentials[0]}", "Keep one."
        )


def _access(declaration: Declaration) -> Iterator[Finding]:
    for path, access in access_lists(declaration.tenant):
        yield from check_access(declaration, path, access)


def _names(declaration: Declaration) -> Iterator[Finding]:
    tenant = declaration.tenant
    for name in tenant.manual_registrations:
        if name in tenant.clients:
            yield Finding(
                ("manualRegistrations", name),
                "has the same name as a client, and the stack's outputs list both by name",
                "Choose another name.",
            )
    owner: dict[str, str] = {}
    for section, name, client_id in chain(
        (("clients", name, declaration.client_id(name)) for name in tenant.clients),
        (
            ("manualRegistrations", name, manual.client_id)
            for name, manual in tenant.manual_registrations.items()
        ),
    ):
        if client_id in owner:
            yield Finding(
                (section, name, "clientId"),
                f"is also the client ID of {owner[client_id]}",
                "Register each application separately.",
            )
        owner.setdefault(client_id, f"{section}.{name}")
