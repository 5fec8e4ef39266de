"""Checks of a declaration for the Flow instance's Entra tenant, made before any request to the server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flow_mcp.authorization_servers.entra.checks import check_directory, check_manual, check_sign_in
from flow_mcp.authorization_servers.flow_entra.declaration import FlowEntra
from flow_mcp.authorization_servers.flow_entra.instance import entra, identifier_uri, on_premises
from flow_mcp.declaration.findings import Finding, Path

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

_PATH: Path = ("authorizationServer", "flow-entra")


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield the findings of all checks that apply to the instance's Entra tenant only."""
    server = cast("FlowEntra", declaration.server)
    if declaration.instance.flow_entra is None:
        yield Finding(
            ("instance", "flowEntra"),
            "is missing, but the tenant uses it because it declares no other authorization server",
            "Add flowEntra: {tenantId: …} to flow-mcp:instance in Pulumi.yaml, or declare an "
            "authorizationServer.",
        )
    elif on_premises(declaration):
        yield from _on_premises(declaration, server)
    else:
        yield from check_directory(declaration, entra(declaration), _PATH)
        if server.applications:
            yield Finding(
                (*_PATH, "applications"),
                "is for on-premises instances; on this instance the stack creates the applications",
                "Remove it, or set deployment: on-premises in flow-mcp:instance.",
            )


def _on_premises(declaration: Declaration, server: FlowEntra) -> Iterator[Finding]:
    for name in declaration.tenant.clients:
        yield Finding(
            ("clients", name),
            "would be created by the stack, but on-premises an Azure administrator registers applications",
            "List it under manualRegistrations with the client ID that the administrator gives you.",
        )
    if server.preauthorized.vscode:
        yield Finding(
            (*_PATH, "preauthorized"),
            "would be set by the stack, but on-premises an Azure administrator preauthorizes applications",
            "List it under manualRegistrations with grant: authorization-code.",
        )
    yield from check_manual(declaration)
    yield from _applications(declaration, server)
    yield from check_sign_in(
        declaration, _PATH, lambda resource: identifier_uri(declaration, resource) == resource.url
    )


def _applications(declaration: Declaration, server: FlowEntra) -> Iterator[Finding]:
    declared_keys = {resource.key for resource in declaration.resources}
    applications_path = (*_PATH, "applications")
    for key in sorted(declared_keys - server.applications.keys()):
        yield Finding(
            applications_path,
            f"has no application for {key}, so the runtime rejects all calls of it",
            "Give the administrator the output handOver, and add the client ID that they report.",
            "warning",
        )
    key_of_client_id: dict[str, str] = {}
    for key, api in server.applications.items():
        if key not in declared_keys:
            yield Finding(
                (*applications_path, key),
                "names a protected resource that the tenant does not declare",
                "Correct or remove it.",
            )
        if (first_key := key_of_client_id.setdefault(api.client_id, key)) != key:
            yield Finding(
                (*applications_path, key, "clientId"),
                f"is also the client ID of {first_key}, so tokens for one would be valid for the other",
                "Use a separate application for each.",
            )
        parts = urlsplit(api.identifier_uri or "")
        if parts.scheme == "https" and not entra(declaration).verified(parts.hostname):
            yield Finding(
                (*applications_path, key, "identifierUri"),
                "is on a domain that is not declared as verified in the Entra tenant",
                "Use api://…, or add the domain to verifiedDomains of flow-mcp:instance.",
            )
    for name, manual in declaration.tenant.manual_registrations.items():
        if manual.client_id in key_of_client_id:
            yield Finding(
                ("manualRegistrations", name, "clientId"),
                f"is the client ID of the application of {key_of_client_id[manual.client_id]}, which cannot "
                "request tokens for itself (AADSTS90009)",
                "Use a separate application for the client.",
            )
