"""Two tenants of one Flow instance, with one realm each, created with `pulumi up`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import yaml

from flow_mcp.settings import SettingsDocument, SettingsEnvelope
from tests.interop.browser import Person
from tests.interop.scene import MadeTenant
from tests.live.tenant import Tenant

PLANNER, GUEST = Person("ada", "a-planner-of-the-tests"), Person("guy", "a-guest-of-the-tests")
# The redirect URIs of the clients, whose ports change (RFC 8252, 7.3).
_REDIRECTS = ["http://127.0.0.1/callback", "http://127.0.0.1/oauth/callback"]
_PEOPLE = {"people": {"groups": ["planners"]}}


def declaration(name: str, keycloak: str, certificate: str) -> dict[str, Any]:
    """Return a tenant with two environments, of which all clients but one have access to test only."""
    person = {"grant": "authorization-code", "redirectUris": _REDIRECTS, **_PEOPLE}
    program = {"grant": "client-credentials", "access": ["1/test"]}
    return {
        "id": name,
        "workspaces": {"1": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak,
                "realm": {"name": name, "create": True},
                "registration": {
                    # Keycloak holds a registration's `client_uri` against these hosts too: that of
                    # mcp-remote and of the Inspector is their repository's.
                    "dynamic": {"redirectHosts": ["127.0.0.1", "github.com"], "access": ["1/test"]},
                    "metadataDocuments": {
                        "domains": ["localhost"],
                        "redirectHosts": ["127.0.0.1"],
                        "access": ["1/test"],
                    },
                },
            }
        },
        "clients": {
            "desktop": {**person, "access": ["1/test"]},
            "inspector": {"application": "inspector", "access": ["1/test"], **_PEOPLE},
            "agent": program,
            "scopeless-agent": {**program, "requestsScope": False},
            "roaming-agent": {**program, "access": ["*"]},
            "signing-agent": {**program, "privateKeyJwt": {"certificate": certificate}},
        },
    }


def create(tenant: Tenant, declared: dict[str, Any], instance: str, settings: Path) -> MadeTenant:
    """Create the stack and the settings file of the server."""
    tenant.create()
    config = {"flow-mcp:instance": {"server": instance}, "flow-mcp:tenant": declared}
    tenant.scratch.declare(tenant.name, yaml.safe_dump({"config": config}))
    tenant.up()
    outputs = tenant.outputs(secrets=True)
    document = SettingsDocument.from_json(outputs["settings"])
    envelope = SettingsEnvelope.of(document, revision=1)
    (settings / f"{tenant.name}.json").write_text(envelope.model_dump_json())
    return MadeTenant(tenant.name, document, outputs["clientSecrets"])


def employ(tenant: MadeTenant, admin: httpx.Client) -> None:
    """Create the realm's people: a planner and a guest."""
    for person, groups in ((PLANNER, ["planners"]), (GUEST, [])):
        admin.post(
            f"{tenant.name}/users",
            json={
                "username": person.name,
                "enabled": True,
                "email": f"{person.name}@example.com",
                "firstName": person.name,
                "lastName": "Example",
                "credentials": [{"type": "password", "value": person.password}],
                "groups": groups,
            },
        )
