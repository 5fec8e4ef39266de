"""What Entra cannot do, or would do wrong, found before it is called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers import people
from flow_mcp.authorization_servers.entra import credentials, names, redirects
from flow_mcp.authorization_servers.entra.declaration import Entra
from flow_mcp.declaration.access_lists import check_access
from flow_mcp.declaration.entra_tenants import GUID, Cloud
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration, ResourceDeclared

_LONGEST_TEXT = 255
"""Characters of identifier URIs (names take one more);
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation"""
_MOST_OF_ONE_CREATOR = 250
"""Directory objects; https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions"""


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to an Entra tenant of one's own."""
    yield from check_directory(
        declaration, cast("Entra", declaration.server), ("authorizationServer", "entra")
    )


def check_directory(declaration: Declaration, entra: Entra, here: Path) -> Iterator[Finding]:
    """All findings on a tenant whose applications the stack makes.

    Args:
        declaration: the tenant.
        entra: its Entra tenant.
        here: where the tenant's file declares it.
    """
    yield from people.check_by_resource(declaration)
    yield from _preauthorized(declaration, entra, here)
    yield from _identifiers(declaration, entra)
    yield from check_sign_in(declaration, here, lambda resource: names.is_mcp_url(entra, resource))
    yield from _objects(declaration, here)
    yield from check_manual(declaration)
    for name, client in declaration.tenant.clients.items():
        path = ("clients", name)
        yield from credentials.check(path, client)
        yield from redirects.check(path, client)
        if client.people.everyone:
            yield Finding(
                (*path, "people"),
                "admits every account of the Entra tenant, guests included, because Entra then requires no "
                "assignment",
                "Name groups if fewer are meant; programs still need their role.",
                "warning",
            )


def check_manual(declaration: Declaration) -> Iterator[Finding]:
    """Client IDs of Entra are GUIDs."""
    for name, manual in declaration.tenant.manual_registrations.items():
        if not GUID.fullmatch(manual.client_id):
            yield Finding(
                ("manualRegistrations", name, "clientId"),
                "is not a GUID in lower case, as Entra's client IDs are in tokens",
                "Copy the Application (client) ID from the app registration.",
            )


def _preauthorized(declaration: Declaration, entra: Entra, here: Path) -> Iterator[Finding]:
    vscode, path = entra.preauthorized.vscode, (*here, "preauthorized", "vscode")
    if vscode is None:
        return
    yield from check_access(declaration, (*path, "access"), vscode.access)
    if entra.cloud is not Cloud.PUBLIC:
        yield Finding(
            path,
            f"is an application of Microsoft's public cloud and not of {entra.cloud}",
            "Remove it, and declare a client of your own.",
        )
    for resource in declaration.reached_by(vscode.access):
        if not names.is_mcp_url(entra, resource):
            yield Finding(
                path,
                f"cannot reach {resource.key}: VS Code sends `resource`, and Entra takes only addresses on a "
                "domain that its tenant has verified (AADSTS9010010)",
                "Verify the MCP server's domain there and add it to verifiedDomains, or remove it.",
            )
            break
    tenant = declaration.tenant
    for where in ("clients", "manualRegistrations"):
        if "vscode" in (tenant.clients if where == "clients" else tenant.manual_registrations):
            yield Finding(
                (where, "vscode"), "has the name of the preauthorized application", "Choose another name."
            )
    for name, manual in tenant.manual_registrations.items():
        if manual.client_id == names.VSCODE:
            yield Finding(
                ("manualRegistrations", name, "clientId"),
                "is VS Code's, which is preauthorized already",
                "Keep one of the two.",
            )


def _identifiers(declaration: Declaration, entra: Entra) -> Iterator[Finding]:
    for resource in declaration.resources:
        for what, text in (
            ("Application ID URI", names.identifier_uri(declaration, entra, resource)),
            ("display name", names.api_name(declaration, resource)),
        ):
            if len(text) > _LONGEST_TEXT:
                yield Finding(
                    ("workspaces", resource.workspace),
                    f"makes the {what} of {resource.environment} {len(text)} characters long; "
                    f"Entra takes {_LONGEST_TEXT}",
                    "Use shorter IDs.",
                )


def check_sign_in(
    declaration: Declaration, here: Path, takes_resource: Callable[[ResourceDeclared], bool]
) -> Iterator[Finding]:
    """What people's clients will meet.

    Args:
        declaration: the tenant.
        here: where its file declares the Entra tenant.
        takes_resource: whether a protected resource's Application ID URI is its URL.
    """
    tenant, signing_in = declaration.tenant, False
    listed = (("clients", tenant.clients), ("manualRegistrations", tenant.manual_registrations))
    for where, clients in listed:
        for name, client in clients.items():
            if client.grant is not Grant.AUTHORIZATION_CODE:
                continue
            signing_in = True
            if not all(map(takes_resource, declaration.reached_by(client.access))):
                host = urlsplit(declaration.instance.server).hostname
                yield Finding(
                    (where, name),
                    "will fail at Entra (AADSTS9010010) if it sends `resource`, as MCP clients should: the "
                    f"Application ID URI is not the MCP server's URL, as {host} is not declared as verified "
                    "in the Entra tenant",
                    "Verify the domain there and add it to verifiedDomains, or use a client that sends no "
                    "`resource`.",
                    "warning",
                )
    if signing_in:
        yield Finding(
            here,
            "publishes metadata without code_challenge_methods_supported, so that clients which keep to the "
            "letter of the MCP specification refuse to sign people in",
            "Try the clients that people use; Entra does support PKCE.",
            "warning",
        )


def _objects(declaration: Declaration, here: Path) -> Iterator[Finding]:
    """An application and a service principal for each protected resource and each client."""
    resources, clients = len(declaration.resources), len(declaration.tenant.clients)
    objects = 2 * (resources + clients)
    yield Finding(
        here,
        f"needs {objects} directory objects: an application and a service principal for each protected "
        f"resource ({resources}) and each client ({clients})",
        f"A principal without an administrator's role may create {_MOST_OF_ONE_CREATOR}, deleted ones "
        "counted for 30 days; an Entra tenant holds 50 000, or 300 000 with a verified domain.",
        "warning" if objects > _MOST_OF_ONE_CREATOR else "info",
    )
