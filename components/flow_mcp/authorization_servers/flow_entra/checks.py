"""What the Flow instance's Entra tenant cannot do, or would do wrong, found before it is called."""

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

_HERE: Path = ("authorizationServer", "flow-entra")


def check(declaration: Declaration) -> Iterator[Finding]:
    """All findings that are particular to the instance's Entra tenant."""
    server = cast("FlowEntra", declaration.server)
    if declaration.instance.flow_entra is None:
        yield Finding(
            ("instance", "flowEntra"),
            "is missing, and the tenant uses it, because it declares no other authorization server",
            "Add flowEntra: {tenantId: …} to flow-mcp:instance in Pulumi.yaml, or declare an "
            "authorizationServer.",
        )
    elif on_premises(declaration):
        yield from _on_premises(declaration, server)
    else:
        yield from check_directory(declaration, entra(declaration), _HERE)
        if server.applications:
            yield Finding(
                (*_HERE, "applications"),
                "is for on-premises instances; on this one the stack makes the applications",
                "Remove it, or say deployment: on-premises in flow-mcp:instance.",
            )


def _on_premises(declaration: Declaration, server: FlowEntra) -> Iterator[Finding]:
    for name in declaration.tenant.clients:
        yield Finding(
            ("clients", name),
            "would be made by the stack, but on-premises an Azure administrator registers applications",
            "List it under manualRegistrations with the client ID that the administrator gives you.",
        )
    if server.preauthorized.vscode:
        yield Finding(
            (*_HERE, "preauthorized"),
            "would be set by the stack, but on-premises an Azure administrator preauthorizes applications",
            "List it under manualRegistrations with grant: authorization-code.",
        )
    yield from check_manual(declaration)
    yield from _applications(declaration, server)
    yield from check_sign_in(
        declaration, _HERE, lambda resource: identifier_uri(declaration, resource) == resource.url
    )


def _applications(declaration: Declaration, server: FlowEntra) -> Iterator[Finding]:
    known = {resource.key for resource in declaration.resources}
    here = (*_HERE, "applications")
    for key in sorted(known - server.applications.keys()):
        yield Finding(
            here,
            f"has none for {key}: until then its settings are left out and all calls of it are refused",
            "Have the administrator do what the output handOver says, and add the client ID.",
            "warning",
        )
    owner: dict[str, str] = {}
    for key, api in server.applications.items():
        if key not in known:
            yield Finding(
                (*here, key),
                "names a protected resource that the tenant does not declare",
                "Correct or remove it.",
            )
        if (other := owner.setdefault(api.client_id, key)) != key:
            yield Finding(
                (*here, key, "clientId"),
                f"is that of {other} too, so that tokens for one would fit the other",
                "Have an application made for each.",
            )
        parts = urlsplit(api.identifier_uri or "")
        if parts.scheme == "https" and not entra(declaration).verified(parts.hostname):
            yield Finding(
                (*here, key, "identifierUri"),
                "is on a domain that is not declared as verified in the Entra tenant",
                "Use api://…, or add the domain to verifiedDomains of flow-mcp:instance.",
            )
    for name, manual in declaration.tenant.manual_registrations.items():
        if manual.client_id in owner:
            yield Finding(
                ("manualRegistrations", name, "clientId"),
                f"is that of the application of {owner[manual.client_id]}, which cannot ask for tokens for "
                "itself (AADSTS90009)",
                "Have an application of its own made for the client.",
            )
