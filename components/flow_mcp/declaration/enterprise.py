"""Enterprise-managed authorization: the company identity providers whose assertions a tenant accepts.

MCP extension `io.modelcontextprotocol/enterprise-managed-authorization`; Identity Assertion JWT Authorization
Grant, draft-ietf-oauth-identity-assertion-authz-grant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flow_mcp.common.suggestions import did_you_mean
from flow_mcp.declaration.enterprise_issuer import EnterpriseIssuer
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.settings import Grant

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration

ID_JAG = "urn:ietf:params:oauth:grant-profile:id-jag"
"""The grant profile of identity assertions, as metadata lists it (section 7.2 of the draft)."""
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
"""The grant type with which a client redeems an assertion (RFC 7523, section 2.1)."""


def issuers_of(declaration: Declaration, client: str) -> tuple[EnterpriseIssuer, ...]:
    """Return the company identity providers whose assertions a client may redeem, in declared order."""
    return tuple(entry for entry in declaration.tenant.enterprise or () if client in entry.clients)


def check(declaration: Declaration) -> Iterator[Finding]:
    """Yield findings on `enterprise` that apply to every kind of authorization server."""
    tenant = declaration.tenant
    if tenant.enterprise is None:
        return
    if not declaration.kind.redeems_assertions:
        yield Finding(
            ("enterprise",),
            f"is not supported for {declaration.kind.key}: the stack cannot declare there whose assertions "
            "are redeemed",
            "Remove it, or use a keycloak authorization server.",
        )
    issuers: dict[str, int] = {}
    for index, entry in enumerate(tenant.enterprise):
        path: Path = ("enterprise", index)
        if entry.issuer in issuers:
            yield Finding(
                (*path, "issuer"),
                f"is also the issuer of enterprise[{issuers[entry.issuer]}]",
                "Declare all of its clients in one entry.",
            )
        issuers.setdefault(entry.issuer, index)
        for position, name in enumerate(entry.clients):
            yield from _client(declaration, (*path, "clients", position), name)
        subjects = list((entry.linked_people or {}).items())
        for position, (user, subject) in enumerate(subjects):
            earlier = [other for other, taken in subjects[:position] if taken == subject]
            if earlier:
                yield Finding(
                    (*path, "linkedPeople", user),
                    f"has the same subject as {earlier[0]}, and a subject is one person",
                    "Declare each subject once.",
                )


def _client(declaration: Declaration, path: Path, name: str) -> Iterator[Finding]:
    clients = declaration.tenant.clients
    client = clients.get(name)
    if client is None:
        known = f"Declared clients: {', '.join(clients) or 'none'}."
        yield Finding(
            path,
            f"names {name}, which is no client of the tenant",
            f"{did_you_mean(name, clients)} {known}".strip(),
        )
    elif client.grant is not Grant.AUTHORIZATION_CODE:
        yield Finding(
            path,
            f"names {name}, which acts for itself, but an assertion is about a person",
            "Declare grant authorization-code for the client, or remove it here.",
        )
    elif not client.confidential:
        yield Finding(
            path,
            f"names {name}, which is public, and only a client with a credential may redeem assertions",
            "Declare clientType: confidential, or privateKeyJwt, for the client.",
        )
    elif client.gets_scope_unasked:
        yield Finding(
            path,
            f"names {name}, which gets its scope unasked (requestsScope: false), so that an assertion for "
            "another protected resource would be accepted",
            "Remove requestsScope from the client, and configure the scope in the application.",
        )
