"""`flow-mcp adopt` on a real Keycloak, with the commands of docs/adopt.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from jsonschema import Draft202012Validator

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.adopt.document import adopt_schema
from flow_mcp.runtime import Validator
from flow_mcp.settings import SettingsEnvelope
from tests.live import realm_by_hand
from tests.live.command import flow_mcp
from tests.live.drifting import RealmByHand
from tests.live.tenant import Tenant
from tests.unit.documentation.pages import Block, blocks
from tests.unit.documentation.shell import commands

CLAIM = "flow-mcp-claim:flow-mcp:handmade"
_EXPECTED = Path(__file__).parent / "adopted.json"
_BOOKKEEPING = {"claim", "flow-mcp-handmade", "handmade", "handmade-admin", "metadata"}
"""Resources of the first update that exist in the state only, and the claim."""
_CLIENT_DIFFERENCES = [
    *("accessTokenLifespan", "backchannelLogoutSessionRequired", "description", "extraConfig"),
    *("fullScopeAllowed", "name"),
]
"""The properties of the recreated client that differ."""


def migration(language: str) -> list[Block]:
    """The blocks of docs/migrate.md in a language."""
    return [block for block in blocks(language) if block.page.name == "migrate.md"]


@pytest.fixture(scope="module")
def realm(admin: httpx.Client) -> Iterator[RealmByHand]:
    yield realm_by_hand.create(admin)
    admin.delete(realm_by_hand.NAME)


def test_the_migration_page_leads_from_the_settings_window_to_a_stack_and_back(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, realm: RealmByHand
) -> None:
    page = {"https://id.acme.example/realms/acme": f"{keycloak.url}/realms/handmade", "acme": "handmade"}
    page |= {"456=": "1=", "nightly-agent": "nightly", "portal": "desktop"}

    def here(text: str) -> str:
        for documented, name in page.items():
            text = text.replace(documented, name)
        return text

    before = realm_by_hand.everything(realm)
    file = module_scratch.project.directory / "stacks" / "Pulumi.handmade.yaml"
    (window,) = migration("csv")
    (module_scratch.project.directory / "window.csv").write_text(here(window.text), "utf-8")
    for block in migration("sh"):
        for program, *arguments in commands(here(block.text)):
            if program == "flow-mcp":
                ended = flow_mcp(module_scratch, *arguments)
                assert ended.returncode == 0, ended.stdout + ended.stderr
            else:
                unasked = ["--yes", "--skip-preview"]
                confirmed = {"up": unasked, "destroy": unasked, "stack rm": ["--yes"]}
                name = arguments[0] if arguments[0] != "stack" else " ".join(arguments[:2])
                module_scratch.pulumi(*arguments, *confirmed.get(name, ()))
            if arguments[0] == "up":
                assert _without_claim(realm_by_hand.everything(realm)) == before
                secrets = Tenant("handmade", module_scratch).outputs(secrets=True)["clientSecrets"]
                assert secrets == {"nightly": "nightly-secret"}
    delivered = (module_scratch.project.directory / "settings" / "handmade.json").read_text("utf-8")
    (server,) = SettingsEnvelope.from_json(delivered).document().authorization_servers
    assert [client.client_id for client in server.clients] == ["desktop", "nightly"]
    assert realm_by_hand.everything(realm) == before
    file.unlink()


def test_a_realm_made_by_hand_is_adopted_without_a_change(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, realm: RealmByHand
) -> None:
    before = realm_by_hand.everything(realm)
    files = _files(module_scratch)
    source = ("adopt", "handmade", "--authority", f"{keycloak.url}/realms/handmade")

    shown = flow_mcp(module_scratch, *source)
    assert shown.returncode == 0, shown.stderr
    proposed = flow_mcp(module_scratch, *source, "--json")
    document = json.loads(proposed.stdout)
    assert _files(module_scratch) == files
    assert realm_by_hand.everything(realm) == before
    Draft202012Validator(adopt_schema()).validate(document)
    assert _without_ids(document, keycloak, before) == json.loads(_EXPECTED.read_text(encoding="utf-8"))

    written = flow_mcp(module_scratch, *source, "--write")
    assert written.returncode == 0, written.stderr
    file = module_scratch.project.stack_file("handmade")
    assert yaml.safe_load(file.read_text("utf-8")) == {"config": {"flow-mcp:tenant": document["tenant"]}}
    checked = flow_mcp(module_scratch, "check", "handmade")
    assert checked.returncode == 0, checked.stdout
    tenant = Tenant("handmade", module_scratch)
    tenant.create()
    unchanged = {resource.partition("/")[2] for resource in document["unchanged"]}
    assert tenant.changes() == {
        "create": _BOOKKEEPING | unchanged,
        "import": {entry["resource"].partition("/")[2] for entry in document["takenOver"]},
    }
    tenant.up()
    assert _without_claim(realm_by_hand.everything(realm)) == before
    assert tenant.changes() == {}
    secrets = {
        client["name"]: realm_by_hand.CLIENTS[client["clientId"]].get("secret")
        for client in document["clients"]
        if client["section"] == "clients"
    }
    assert tenant.outputs(secrets=True)["clientSecrets"] == {
        name: secret for name, secret in secrets.items() if secret
    }


def test_a_kept_property_changes_only_after_it_was_removed_from_the_file(
    module_scratch: ScratchProject, realm: RealmByHand
) -> None:
    before = realm_by_hand.everything(realm)
    tenant = Tenant("handmade", module_scratch)
    file = yaml.safe_load(module_scratch.project.stack_file("handmade").read_text("utf-8"))
    declaration = file["config"]["flow-mcp:tenant"]
    kept = declaration["adopted"]["Client/wildcards-only"]["keep"]
    kept.remove("pkceCodeChallengeMethod")
    del declaration["adopted"]["ClientDefaultScopes/nightly-default-scopes"]
    tenant.declare(declaration)
    assert tenant.changes() == {
        "create": {"nightly-default-scopes"},
        "update": {"handmade", "wildcards-only"},
    }
    tenant.up()
    after = realm_by_hand.everything(realm)
    changed = {name for name, client in after["clients"].items() if client != before["clients"][name]}
    assert changed == {"nightly", "wildcards-only"}
    assert {**after, "clients": {}} == {**before, "clients": {}}
    attributes = after["clients"]["wildcards-only"]["attributes"]
    assert (attributes["pkce.code.challenge.method"], attributes["use.refresh.tokens"]) == ("S256", "true")
    assert after["clients"]["nightly"]["defaultClientScopes"] == ["basic"]
    assert tenant.changes() == {}

    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", "handmade")
    left = realm_by_hand.everything(realm)
    assert left["clients"].keys() == before["clients"].keys()
    assert left["client-scopes"] == before["client-scopes"]


def test_what_was_recreated_by_hand_is_taken_over(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client
) -> None:
    tenant = Tenant("again", module_scratch)
    tenant.declare(
        {
            "id": "again",
            "workspaces": {"1": {"environments": ["test"]}},
            "authorizationServer": {
                "keycloak": {
                    "url": keycloak.url,
                    "realm": {"name": "again", "create": True, "deletable": True},
                }
            },
            "clients": {"agent": {"grant": "client-credentials", "access": ["1/test"]}},
        }
    )
    tenant.create()
    tenant.up()
    assert json.loads(flow_mcp(module_scratch, "adopt", "again", "--json").stdout)["takenOver"] == []
    realm = RealmByHand(admin, "again")
    ids = _recreate(realm)
    refused = module_scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "again", check=False)
    assert "by a client that this stack did not create" in " ".join(refused.stdout.split())

    file = module_scratch.project.stack_file("again")
    content = file.read_bytes()
    shown = flow_mcp(module_scratch, "adopt", "again")
    assert (shown.returncode, file.read_bytes()) == (0, content)
    assert "fullScopeAllowed is true; the stack would set false." in shown.stdout
    written = flow_mcp(module_scratch, "adopt", "again", "--write", "--json")
    differences = {
        entry["resource"]: (entry["id"], [difference["property"] for difference in entry["differences"]])
        for entry in json.loads(written.stdout)["takenOver"]
    }
    scope = f"again/client-scope/{ids['scope']}"
    assert differences == {
        "AudienceProtocolMapper/1/test-audience": (f"{scope}/{ids['mapper']}", ["includedCustomAudience"]),
        "Client/agent": (
            f"again/{ids['client']}",
            _CLIENT_DIFFERENCES,
        ),
        "ClientScope/1/test": (f"again/{ids['scope']}", ["consentScreenText", "description"]),
        "Role/1/test-programs-role": (f"again/{ids['role']}", ["description"]),
    }
    module_scratch.pulumi("up", "--refresh", "--yes", "--skip-preview", "--stack", "again")
    assert tenant.changes() == {}
    agent = tenant.document.authorization_servers[0].clients[0]
    with httpx.Client() as http:
        token = tenant.program_token(http, agent, agent.token_requests[0])
    assert Validator(tenant.document).decide(agent.token_requests[0].resource, token).status == 200
    assert [realm.client("agent")["id"], realm.scope("1/test")["id"]] == [ids["client"], ids["scope"]]
    module_scratch.pulumi("destroy", "--yes", "--skip-preview", "--remove", "--stack", "again")


def _recreate(realm: RealmByHand) -> dict[str, str]:
    """Delete the tenant's client, scope and role, make them again by hand, and return their IDs."""
    scope, role = realm.scope("1/test"), realm.access_role("1/test", "programs")
    realm.delete(f"clients/{realm.client('agent')['id']}")
    realm.delete(f"client-scopes/{scope['id']}")
    realm.delete(f"roles-by-id/{role['id']}")
    mapper = realm_by_hand.audience("audience", "https://other.example", **{"id.token.claim": "false"})
    program = {"publicClient": False, "standardFlowEnabled": False, "serviceAccountsEnabled": True}
    client = realm.add("clients", {"clientId": "flow-mcp-again-agent", "fullScopeAllowed": True, **program})
    recreated = realm.add(
        "client-scopes",
        {"name": scope["name"], "protocol": "openid-connect", "protocolMappers": [mapper]},
    )
    realm.add("roles", {"name": role["name"]})
    mappers = realm.scope("1/test")["protocolMappers"]
    role_id = realm.access_role("1/test", "programs")["id"]
    return {"client": client, "scope": recreated, "mapper": mappers[0]["id"], "role": role_id}


def _files(scratch: ScratchProject) -> dict[Path, bytes]:
    """Return the files of the stacks and of the backend."""
    directories = (scratch.project.directory / "stacks", scratch.state)
    return {
        file: file.read_bytes()
        for directory in directories
        for file in sorted(directory.rglob("*"))
        if file.is_file()
    }


def _without_ids(document: Any, keycloak: LocalKeycloak, content: dict[str, Any]) -> Any:
    """Return the document with names instead of the IDs and the address that the server assigned."""
    text = json.dumps(document).replace(keycloak.url, "https://id.example")
    for client_id, client in content["clients"].items():
        text = text.replace(client["id"], json.dumps(f"<client {client_id}>")[1:-1])
    for scope in content["client-scopes"]:
        text = text.replace(scope["id"], f"<scope {scope['name']}>")
        for mapper in scope.get("protocolMappers") or ():
            text = text.replace(mapper["id"], f"<mapper {mapper['name']}>")
    return json.loads(text)


def _without_claim(content: dict[str, Any]) -> dict[str, Any]:
    components = [component for component in content["components"] if component.get("subType") != CLAIM]
    return {**content, "components": components}
