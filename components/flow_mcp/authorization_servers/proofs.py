"""The DPoP proofs that protected resources accept, as their clients' declarations require."""

from __future__ import annotations

from flow_mcp.declaration.declaration import Declaration, ResourceDeclared
from flow_mcp.settings import Dpop

_ALGORITHMS = ("ES256", "ES384", "ES512", "EdDSA", "PS256", "RS256")
"""Accepted algorithms of proofs, the usual one first."""


def accepted_proofs(declaration: Declaration, resource: ResourceDeclared) -> Dpop | None:
    """Return the proofs that a resource accepts; None if no client with access needs bound tokens."""
    tenant = declaration.tenant
    entries = [(client.access, declaration.binding(client)) for client in tenant.clients.values()]
    entries += [
        (manual.access, declaration.binding(manual)) for manual in tenant.manual_registrations.values()
    ]
    entries += [
        (method.access, declaration.binding())
        for method in declaration.server.registration_methods.values()
        if method
    ]
    bindings = [binding for access, binding in entries if resource in declaration.reached_by(access)]
    return Dpop(algorithms=_ALGORITHMS, required=all(bindings)) if any(bindings) else None
