"""FLOWMCP-043: no client reaches a resource with unbound tokens if others need bound ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import Path
from flow_mcp.review.policy.declarations.access_lists import registration_methods
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import rfc
from flow_mcp.review.policy.rule import Context, Resource, Rule, Severity, Violation

_BOUND = {"tokens": {"binding": "dpop"}}


def _declares(second: Mapping[str, object], **tenant: object) -> Resource:
    agent = {"grant": "client-credentials", "access": ["456/test"]}
    return declares(clients={"agent": {**agent, **_BOUND}, "reporting": {**agent, **second}}, **tenant)


class BoundTokens(Rule):
    """Report clients with unbound tokens at resources where other clients need bound ones.

    A stolen token of the unbound client gives access to the same resource, so the binding protects little.
    """

    id = "FLOWMCP-043"
    severity = Severity.LOW
    message = "If one client of a protected resource needs bound tokens, all its clients should."
    remedy = (
        "Declare tokens: {binding: dpop} for this client too, or for the tenant, if the client supports DPoP."
    )
    references = (rfc(9449, "2"), rfc(9700, "2.2.1"))
    good = (_declares(_BOUND), _declares({}, **_BOUND), _declares({"access": ["456/production"]}))
    bad = (_declares({}),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        entries = list(_entries(declaration))
        bound = {
            resource
            for _, access, binding in entries
            if binding
            for resource in declaration.reached_by(access)
        }
        for path, access, binding in entries:
            shared = [resource.key for resource in declaration.reached_by(access) if resource in bound]
            if shared and not binding:
                yield Violation(
                    path,
                    f"reaches {', '.join(shared)} with unbound tokens, although other clients there need "
                    "bound ones",
                )


def _entries(declaration: Declaration) -> Iterator[tuple[Path, tuple[str, ...], str | None]]:
    """Yield path, access and binding of each client, manual registration and registration method."""
    for name, client in declaration.tenant.clients.items():
        yield ("clients", name), client.access, declaration.binding(client)
    for name, manual in declaration.tenant.manual_registrations.items():
        yield ("manualRegistrations", name), manual.access, declaration.binding(manual)
    for path, method in registration_methods(declaration):
        yield path, method.access, declaration.binding()
