"""FLOWMCP-026: a realm with production in it does not go with the stack."""

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


class RealmKept(Rule):
    """People, their passwords and second factors live in a realm, and nothing brings them back."""

    id = "FLOWMCP-026"
    severity = Severity.LOW
    message = "The realm of a tenant with production should not be deletable."
    remedy = "Remove realm.deletable until the tenant is to go."
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
            yield Violation(path, "lets the people of production go with the stack")
