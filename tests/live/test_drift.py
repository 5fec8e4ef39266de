"""`flow-mcp drift` on a real Keycloak: it lists and mends each kind of drift and changes nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.drift.document import drift_schema
from tests.live.command import flow_mcp
from tests.live.drift_injections import DRIFTS, EVIL, Expected, delete_scope
from tests.live.drift_unmanaged import APPEARED, create_unmanaged, delete_unmanaged
from tests.live.drifting import RealmByHand
from tests.live.tenant import Tenant

_NAME = "drifting"
_ADMINISTRATORS = {
    "displayName": "Drifting Ltd",
    "passwordPolicy": "length(14)",
    "smtpServer": {"host": "mail.example", "from": "id@drifting.example"},
}
"""Settings of an administrator, which no declaration contains."""


def _declaration(keycloak: LocalKeycloak) -> dict[str, Any]:
    def person(redirect: str, *access: str) -> dict[str, Any]:
        people = {"groups": ["planners"]}
        return {
            "grant": "authorization-code",
            "redirectUris": [redirect],
            "access": list(access),
            "people": people,
        }

    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["production", "test", "staging"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "realm": {"name": _NAME, "create": True, "deletable": True},
                "registration": {
                    "dynamic": {"redirectHosts": ["127.0.0.1"], "access": ["1/test"]},
                    "metadataDocuments": {"domains": ["claude.ai"], "access": ["1/test"]},
                },
            }
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["1/production"]},
            "signer": {
                "grant": "client-credentials",
                "access": ["1/test"],
                "privateKeyJwt": {"jwksUrl": "https://signer.example/jwks.json"},
            },
            "reporter": {"grant": "client-credentials", "access": ["1/test"]},
            "desktop": person("http://127.0.0.1/callback", "*"),
            "web": person("https://web.example/callback", "1/test"),
        },
        "manualRegistrations": {"legacy": {"clientId": "legacy-crm", "access": ["1/production"]}},
    }


@pytest.fixture(scope="module")
def applied(module_scratch: ScratchProject, keycloak: LocalKeycloak, admin: httpx.Client) -> Iterator[Tenant]:
    """The applied stack, and the client of its manual registration."""
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak))
    tenant.up()
    RealmByHand(admin, _NAME).add(
        "clients", {"clientId": "legacy-crm", "redirectUris": ["https://crm.example/"]}
    )
    yield tenant
    admin.delete(_NAME)


@pytest.fixture(scope="module")
def realm(applied: Tenant, admin: httpx.Client) -> RealmByHand:
    return RealmByHand(admin, applied.name)


def test_a_tenant_without_changes_has_no_drift(
    applied: Tenant, realm: RealmByHand, keycloak: LocalKeycloak
) -> None:
    registered = httpx.post(
        f"{keycloak.url}/realms/{_NAME}/clients-registrations/openid-connect",
        json={"redirect_uris": ["http://127.0.0.1/callback"], "token_endpoint_auth_method": "none"},
        trust_env=False,
    ).json()
    code, document = _drift(applied)
    realm.delete(f"clients/{realm.client_by_id(registered['client_id'])['id']}")
    assert (code, _drifts(document), _appeared(document)) == (
        0,
        set(),
        [
            (
                "client",
                registered["client_id"],
                "",
                "none",
                f"{registered['client_id']}: It reaches 1/test. Grants: authorization code. "
                "Redirect URIs: http://127.0.0.1/callback. A declared registration method allows it.",
            )
        ],
    )


def test_each_kind_of_drift_is_listed_without_a_lock_or_a_change(applied: Tenant, realm: RealmByHand) -> None:
    create_unmanaged(realm)
    realm.change("", _ADMINISTRATORS)
    for change in DRIFTS:
        change(realm)
    before = _files(applied.scratch.state)
    lock = applied.scratch.state / ".pulumi" / "locks" / "organization" / "flow-mcp" / _NAME / "x.json"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text("{}", encoding="utf-8")
    locked = applied.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", _NAME, check=False)
    code, document = _drift(applied)
    status = _status(applied.scratch, 0, _NAME)
    lock.unlink()

    assert "locked by 1 lock" in locked.stdout
    assert (code, document["failed"]) == (3, [])
    assert _drifts(document) == {drift for drifts in DRIFTS.values() for drift in drifts}
    assert _appeared(document) == APPEARED
    assert _files(applied.scratch.state) == before
    (tenant,) = document["tenants"]
    assert tenant["lost"] == [
        "The secret of reporter. Keycloak creates new secrets. Distribute them from the output clientSecrets."
    ]
    assert status == {_NAME: 26}


def test_mend_reverts_managed_objects_and_keeps_the_others(applied: Tenant, realm: RealmByHand) -> None:
    secret = applied.outputs(secrets=True)["clientSecrets"]["agent"]
    result = flow_mcp(applied.scratch, "drift", _NAME, "--mend", "--json")
    document = json.loads(result.stdout)
    Draft202012Validator(drift_schema()).validate(document)
    assert (result.returncode, document["failed"]) == (3, []), result.stderr
    mended = document["tenants"][0]["mended"]
    assert (mended["left"], mended["repairs"]) == (
        [],
        [
            "Reset the secret of agent to the stack's output clientSecrets.",
            "Restore the owner mark of the client web.",
            "Require PKCE with S256 for web.",
            "Disable the CIBA grant of web.",
            "Remove offline_access from the role flow-mcp:drifting:1:test:people.",
            "Assign the role for 1/test to the service account of signer.",
            "Reset bruteForceProtected, registrationAllowed and sslRequired of the realm.",
        ],
    )
    representation = realm.get("")
    assert {name: representation[name] for name in _ADMINISTRATORS} == _ADMINISTRATORS
    assert applied.outputs(secrets=True)["clientSecrets"]["agent"] == secret
    assert secret not in result.stdout + result.stderr
    assert realm.get(f"clients/{realm.client('agent')['id']}/client-secret")["value"] == secret

    code, document = _drift(applied)
    assert (code, _drifts(document), _appeared(document)) == (3, set(), APPEARED)
    delete_unmanaged(realm)
    code, document = _drift(applied)
    assert (code, _drifts(document), _appeared(document)) == (0, set(), [])
    assert applied.changes() == {}


def test_recreated_objects_and_unapplied_changes_are_not_mended(
    applied: Tenant, realm: RealmByHand, keycloak: LocalKeycloak
) -> None:
    realm.change_client("web", webOrigins=[EVIL])
    delete_scope(realm)
    recreated = realm.add(
        "client-scopes", {"name": f"flow-mcp/{_NAME}/1/staging", "protocol": "openid-connect"}
    )
    code, document = _drift(applied)
    label = f"client scope flow-mcp/{_NAME}/1/staging"
    assert (code, document["tenants"][0]["notes"]) == (
        3,
        [
            f"The {label} was deleted and recreated without Pulumi. Take it over with `flow-mcp adopt`, or "
            "delete it and run with --mend."
        ],
    )
    result = flow_mcp(applied.scratch, "drift", _NAME, "--mend")
    assert f"{_NAME} was not mended: the {label} was recreated without Pulumi" in result.stderr
    realm.delete(f"client-scopes/{recreated}")

    changed = _declaration(keycloak)
    changed["clients"]["web"]["access"] = ["*"]
    applied.declare(changed)
    result = flow_mcp(applied.scratch, "drift", _NAME, "--mend")
    applied.declare(_declaration(keycloak))
    assert (result.returncode, realm.client("web")["webOrigins"]) == (3, [EVIL])
    assert "drifting was not mended: its file has unapplied changes" in result.stderr
    assert flow_mcp(applied.scratch, "drift", _NAME, "--mend").returncode == 0
    assert realm.client("web")["webOrigins"] == []


def test_a_server_that_does_not_answer_fails_only_its_own_tenant(
    applied: Tenant, keycloak: LocalKeycloak
) -> None:
    gone = Tenant("gone", applied.scratch)
    gone.create()
    declaration = _declaration(keycloak) | {"id": "gone"}
    declaration["authorizationServer"]["keycloak"]["url"] = "http://127.0.0.1:9"
    gone.declare(declaration)
    state = applied.scratch.pulumi("stack", "export", "--stack", _NAME).stdout
    text = state.replace(keycloak.url, "http://127.0.0.1:9").replace(
        f"urn:pulumi:{_NAME}::", "urn:pulumi:gone::"
    )
    file = applied.scratch.directory / "gone.json"
    file.write_text(text[text.index("{") :], encoding="utf-8")
    applied.scratch.pulumi("stack", "import", "--force", "--stack", "gone", "--file", str(file))
    code, document = _drift(applied, "gone")
    assert (code, [tenant["stack"] for tenant in document["tenants"]]) == (2, [_NAME])
    (failed,) = document["failed"]
    assert failed["stack"] == "gone"
    assert failed["reason"].startswith("Keycloak at http://127.0.0.1:9 cannot be reached: ")
    assert failed["reason"].endswith(
        "Check that it is running, that its address is correct and that this machine can connect to it."
    )
    applied.scratch.pulumi("stack", "rm", "--yes", "--force", "--stack", "gone")


def test_a_deleted_realm_is_rebuilt_after_a_list_of_what_is_lost(
    applied: Tenant, admin: httpx.Client
) -> None:
    secret = applied.outputs(secrets=True)["clientSecrets"]["agent"]
    admin.delete(_NAME)
    result = flow_mcp(applied.scratch, "drift", _NAME)
    assert result.returncode == 3
    assert result.stdout.splitlines()[1:] == [
        "  ▲ high   realm                         The realm drifting was deleted, including everything that "
        "the stack created in it.",
        "  --mend does not restore",
        "    - The users of the realm, with their passwords, sessions and group memberships. "
        "Restore them from a backup of Keycloak, or create or synchronize them again.",
        "    - The realm's signing keys. Keycloak creates new keys, and tokens issued before are rejected.",
        "    - Clients with dynamic registration. They must register again.",
        "    - Settings of administrators: e-mail server, password policy, identity providers, federation.",
        "    - The secrets of agent and reporter. Keycloak creates new secrets. Distribute them from the "
        "output clientSecrets.",
    ]

    applied.scratch.pulumi("refresh", "--yes", "--skip-preview", "--stack", _NAME)
    code, document = _drift(applied)
    assert code == 0
    assert document["tenants"][0]["notes"] == [
        "`pulumi refresh` wrote the server's values into the state, so earlier drift is not listed. "
        "`flow-mcp gate preview drifting` shows the differences from the declaration."
    ]
    applied.up()
    code, document = _drift(applied)
    assert (code, _drifts(document), _appeared(document)) == (0, set(), [])
    assert applied.outputs(secrets=True)["clientSecrets"]["agent"] != secret


def _drift(tenant: Tenant, *others: str) -> tuple[int, Any]:
    """The exit code, and the valid document."""
    result = flow_mcp(tenant.scratch, "drift", *others, tenant.name, "--json")
    assert "Traceback" not in result.stderr
    assert "\x1b" not in result.stdout
    document = json.loads(result.stdout)
    Draft202012Validator(drift_schema()).validate(document)
    return result.returncode, document


def _status(scratch: ScratchProject, code: int, *stacks: str) -> dict[str, Any]:
    """The drift that `flow-mcp status` counts, by stack."""
    result = flow_mcp(scratch, "status", *stacks, "--drift", "--json")
    assert result.returncode == code, result.stderr
    return {tenant["stack"]: tenant["drift"] for tenant in json.loads(result.stdout)}


def _drifts(document: Any) -> set[Expected]:
    (tenant,) = document["tenants"]
    drifts = [
        (drift["type"], drift["resource"], drift["property"], drift["risk"], drift.get("kind"), drift["text"])
        for drift in tenant["drifts"]
    ]
    assert len(drifts) == len(set(drifts))
    return set(drifts)


def _appeared(document: Any) -> list[tuple[str, ...]]:
    (tenant,) = document["tenants"]
    assert tenant["unread"] == ""
    return sorted(
        (
            item["kind"],
            # Keycloak chooses a token's ID.
            "" if item["kind"] == "initial-access-token" else item["name"],
            item["within"],
            item["risk"],
            item["text"],
        )
        for item in tenant["appeared"]
    )


def _files(directory: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in directory.rglob("*") if file.is_file()}
