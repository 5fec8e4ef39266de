"""FLOWMCP-026: deleting a stack does not delete a realm with production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from flow_mcp.authorization_servers.keycloak import KEYCLOAK as KEYCLOAK_KIND
from flow_mcp.authorization_servers.keycloak import Keycloak
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.production import ProductionSettings
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Violation


def _declares(environment: str, *, deletable: bool) -> Resource:
    realm = {"name": "acme", "create": True, "deletable": deletable}
    return declares(
        {"keycloak": {"url": "https://id.acme.example", "realm": realm}},
        workspaces={"456": {"environments": [environment]}},
    )


class RealmDeletion(Rule):
    """Report deletable realms of tenants with production.

    A realm holds accounts, passwords and second factors, which cannot be restored.
    """

    id = "FLOWMCP-026"
    severity = Severity.LOW
    message = "The realm of a tenant with production should not be deletable."
    remedy = "Remove realm.deletable; set it only when you decommission the tenant."
    references = (
        Reference(
            "Pulumi: retainOnDelete",
            "https://www.pulumi.com/docs/iac/concepts/resources/options/retainondelete/",
        ),
        Reference(
            "NIST SP 800-53, CP-9: System Backup", "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final"
        ),
    )
    settings = ProductionSettings
    good = (_declares("production", deletable=False), _declares("test", deletable=True))
    bad = (_declares("production", deletable=True),)

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:
        if declaration.kind.key != KEYCLOAK_KIND.key:
            return
        realm = cast("Keycloak", declaration.server).realm
        if realm.create and realm.deletable and context.settings_of(ProductionSettings).has(declaration):
            path = ("authorizationServer", KEYCLOAK_KIND.key, "realm", "deletable")
            yield Violation(path, "deletes the realm with all its users when the stack is deleted")
