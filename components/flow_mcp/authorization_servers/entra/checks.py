"""Checks of a declaration for Entra, made before any request to the server."""

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

_MAXIMUM_LENGTH = 255
"""Maximum number of characters of an Application ID URI (a display name may have one more);
https://learn.microsoft.com/entra/identity-platform/supported-accounts-validation"""
_MAXIMUM_OBJECTS_OF_CREATOR = 250
"""Maximum number of directory objects that one principal may create;
https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions"""


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield the findings of all checks that apply to the customer's own Entra tenant only."""
    yield from check_directory(
        declaration, cast("Entra", declaration.server), ("authorizationServer", "entra")
    )


def check_directory(declaration: Declaration, entra: Entra, server_path: Path) -> Iterator[Finding]:
    """Yield the findings on an Entra tenant in which the stack creates the applications.

    Args:
        declaration: the tenant's declaration.
        entra: its Entra tenant.
        server_path: the path of the Entra tenant in the declaration.
    """
    yield from people.check_by_resource(declaration)
    yield from _preauthorized(declaration, entra, server_path)
    yield from _identifiers(declaration, entra)
    yield from _apis(declaration, entra, server_path)
    yield from check_sign_in(declaration, server_path, lambda resource: names.is_mcp_url(entra, resource))
    yield from _objects(declaration, server_path)
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
                "Declare groups to admit fewer people. Programs still need their role.",
                "warning",
            )


def check_manual(declaration: Declaration) -> Iterator[Finding]:
    """Yield findings on manual registrations whose client ID is not a GUID, as Entra's client IDs are."""
    for name, manual in declaration.tenant.manual_registrations.items():
        if not GUID.fullmatch(manual.client_id):
            yield Finding(
                ("manualRegistrations", name, "clientId"),
                "is not a GUID in lower case, as Entra's client IDs are in tokens",
                "Copy the Application (client) ID from the app registration.",
            )


def _preauthorized(declaration: Declaration, entra: Entra, server_path: Path) -> Iterator[Finding]:
    vscode, path = entra.preauthorized.vscode, (*server_path, "preauthorized", "vscode")
    if vscode is None:
        return
    yield from check_access(declaration, (*path, "access"), vscode.access)
    if entra.cloud is not Cloud.PUBLIC:
        yield Finding(
            path,
            f"is an application of Microsoft's public cloud and does not exist in {entra.cloud}",
            "Remove it, and declare your own client.",
        )
    for resource in declaration.reached_by(vscode.access):
        if not names.is_mcp_url(entra, resource):
            yield Finding(
                path,
                f"cannot get tokens for {resource.key}: VS Code sends `resource`, and Entra accepts only "
                "URLs on a domain that is verified in the Entra tenant (AADSTS9010010)",
                "Verify the MCP server's domain there and add it to verifiedDomains, or remove this entry.",
            )
            break
    tenant = declaration.tenant
    for section in ("clients", "manualRegistrations"):
        if "vscode" in (tenant.clients if section == "clients" else tenant.manual_registrations):
            yield Finding(
                (section, "vscode"),
                "has the same name as the preauthorized application",
                "Choose another name.",
            )
    for name, manual in tenant.manual_registrations.items():
        if manual.client_id == names.VSCODE:
            yield Finding(
                ("manualRegistrations", name, "clientId"),
                "is the client ID of VS Code, which is declared under preauthorized already",
                "Remove one of the two entries.",
            )


def _identifiers(declaration: Declaration, entra: Entra) -> Iterator[Finding]:
    for resource in declaration.resources:
        for label, text in (
            ("Application ID URI", names.identifier_uri(declaration, entra, resource)),
            ("display name", names.api_name(declaration, resource)),
        ):
            if len(text) > _MAXIMUM_LENGTH:
                yield Finding(
                    ("workspaces", resource.workspace),
                    f"makes the {label} of {resource.environment} {len(text)} characters long, "
                    f"but Entra allows {_MAXIMUM_LENGTH}",
                    "Use shorter IDs.",
                )


def _apis(declaration: Declaration, entra: Entra, server_path: Path) -> Iterator[Finding]:
    keys = {resource.key for resource in declaration.resources}
    key_of_uri: dict[str, str] = {}
    for key, api in (entra.apis or {}).items():
        path = (*server_path, "apis", key)
        if key not in keys:
            yield Finding(path, "is not a declared workspace and environment", "Remove it, or correct it.")
        uri = api.identifier_uri
        if uri and (first := key_of_uri.setdefault(uri, key)) != key:
            yield Finding(
                (*path, "identifierUri"),
                f"is also the Application ID URI of {first}, so tokens for one would be valid for the other",
                "Register a separate application for each.",
            )


def check_sign_in(
    declaration: Declaration, server_path: Path, accepts_resource: Callable[[ResourceDeclared], bool]
) -> Iterator[Finding]:
    """Yield findings on problems that clients for people will have at Entra.

    Args:
        declaration: the tenant's declaration.
        server_path: the path of the Entra tenant in the declaration.
        accepts_resource: returns whether a protected resource's Application ID URI is its URL.
    """
    tenant, people_sign_in = declaration.tenant, False
    sections = (("clients", tenant.clients), ("manualRegistrations", tenant.manual_registrations))
    for section, clients in sections:
        for name, client in clients.items():
            if client.grant is not Grant.AUTHORIZATION_CODE:
                continue
            people_sign_in = True
            if not all(map(accepts_resource, declaration.reached_by(client.access))):
                host = urlsplit(declaration.instance.server).hostname
                yield Finding(
                    (section, name),
                    "will fail at Entra (AADSTS9010010) if it sends `resource`, as MCP clients should: the "
                    f"Application ID URI is not the MCP server's URL, because {host} is not declared as a "
                    "verified domain of the Entra tenant",
                    "Verify the domain there and add it to verifiedDomains, or use a client that sends no "
                    "`resource`.",
                    "warning",
                )
    if people_sign_in:
        yield Finding(
            server_path,
            "publishes metadata without code_challenge_methods_supported, so clients that follow the MCP "
            "specification strictly refuse to sign people in",
            "Test the clients that people use. Entra does support PKCE.",
            "warning",
        )


def _objects(declaration: Declaration, server_path: Path) -> Iterator[Finding]:
    """Yield the number of directory objects: two for each protected resource and each client."""
    resources, clients = len(declaration.resources), len(declaration.tenant.clients)
    objects = 2 * (resources + clients)
    yield Finding(
        server_path,
        f"needs {objects} directory objects: an application and a service principal for each protected "
        f"resource ({resources}) and each client ({clients})",
        f"A principal without an administrator's role may create {_MAXIMUM_OBJECTS_OF_CREATOR}; deleted ones "
        "count for 30 days. An Entra tenant may have 50 000, or 300 000 with a verified domain.",
        "warning" if objects > _MAXIMUM_OBJECTS_OF_CREATOR else "info",
    )
