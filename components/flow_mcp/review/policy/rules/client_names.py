"""FLOWMCP-035: client IDs begin with the tenant's prefix."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.references import oauth_2_1
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, RuleSettings, Severity, Violation


class _Settings(RuleSettings):
    prefix: Annotated[
        str, Field(description="Prefix of client IDs; {tenant} stands for the tenant's ID.")
    ] = "flow-mcp-{tenant}-"


def _declares(client_id: str) -> Resource:
    agent = {"grant": "client-credentials", "access": ["456/test"], "clientId": client_id}
    return declares(clients={"agent": agent})


class ClientNames(Rule):
    """Report client IDs without the tenant's prefix.

    The prefix tells the server's administrators, years later, which tenant owns a client.
    """

    id = "FLOWMCP-035"
    severity = Severity.LOW
    message = "A declared client ID should begin with flow-mcp-<tenant>-, unless configured otherwise."
    remedy = "Remove clientId, or add the prefix. Changing a client ID replaces the client."
    references = (
        oauth_2_1("2.2", "Client Identifier"),
        Reference(
            "NIST SP 800-53, CM-8: System Component Inventory",
            "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        ),
    )
    settings = _Settings
    good = (_declares("flow-mcp-acme-importer"),)
    bad = (_declares("importer"),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        if not declaration.kind.chooses_client_ids:
            return
        prefix = context.settings_of(_Settings).prefix.replace("{tenant}", declaration.tenant.id)
        for name, client in declaration.tenant.clients.items():
            if client.client_id and not client.client_id.startswith(prefix):
                yield Violation(
                    ("clients", name, "clientId"),
                    "does not begin with the tenant's prefix, so its owner is hard to find",
                )
