"""FLOWMCP-018: each protected resource and manual registration has users."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.sign_in_paths import admitted
from flow_mcp.review.policy.declarations.access_lists import access_lists
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import rfc
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Violation
from flow_mcp.settings import Grant

_GATED = frozenset({"auth0", "entra", "keycloak"})
"""Kinds of authorization server at which only people whom the declaration admits get tokens."""


def _declares(access: str, **more: object) -> Resource:
    return declares(clients={"agent": {"grant": "client-credentials", "access": [access]}}, **more)


def _manual(grant: str) -> object:
    return {"legacy": {"clientId": "legacy-portal", "grant": grant, "access": ["456/test"]}}


class UnusedRegistration(Rule):
    """Report protected resources without a client, and manual registrations without people.

    Nobody monitors unused access, so its misuse goes unnoticed.
    """

    id = "FLOWMCP-018"
    severity = Severity.LOW
    message = (
        "Each protected resource should have a client, and each manual registration for people should admit "
        "some."
    )
    remedy = "Remove it, or declare a client or people for it."
    references = (
        rfc(9700, "2.3"),
        Reference(
            "NIST SP 800-53, CM-7: Least Functionality", "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"
        ),
    )
    good = (
        _declares("456/*"),
        _declares("456/*", manualRegistrations=_manual("client-credentials")),
    )
    bad = (
        _declares("456/test"),
        _declares("456/*", manualRegistrations=_manual("authorization-code")),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        yield from _resources_without_client(declaration)
        yield from _registrations_without_people(declaration)


def _resources_without_client(declaration: Declaration) -> Iterator[Violation]:
    entries = {entry for _, access in access_lists(declaration) for entry in access}
    for resource in declaration.resources:
        if entries.isdisjoint(("*", f"{resource.workspace}/*", resource.key)):
            if resource.key in declaration.kind.pending(declaration):
                continue
            # Lists in a declaration are sets, so the path contains the entry instead of an index.
            path = ("workspaces", resource.workspace, "environments", resource.environment)
            yield Violation(path, "has no client, because no access list grants it")


def _registrations_without_people(declaration: Declaration) -> Iterator[Violation]:
    """Report manual registrations for people whose protected resources admit none."""
    kind = declaration.kind
    if kind.key not in _GATED:
        return
    for name, manual in declaration.tenant.manual_registrations.items():
        if manual.grant is Grant.AUTHORIZATION_CODE and all(
            admitted(declaration, resource).is_empty for resource in declaration.reached_by(manual.access)
        ):
            yield Violation(
                ("manualRegistrations", name), "is for people, but its protected resources admit no people"
            )
