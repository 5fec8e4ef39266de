"""Tests of `flow-mcp verify` on a real Keycloak, as declared and with manual changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from tests.live.authority import Authority
from tests.live.command import flow_mcp
from tests.live.https_site import https_site
from tests.live.key_pair import KeyPair
from tests.live.tenant import Tenant

_SCOPE = "flow-mcp/{name}/1/production"
_INSPECTOR = "https://inspector.example"


@pytest.fixture(scope="module")
def signer() -> KeyPair:
    """The key of the tenants' client `signer`."""
    return KeyPair.make("signer")


@pytest.fixture(scope="module")
def closed_tenant(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, signer: KeyPair, admin: httpx.Client
) -> Iterator[Tenant]:
    """A tenant with declared clients only."""
    yield from _tenant("shut", module_scratch, keycloak, signer, {}, admin)


@pytest.fixture(scope="module")
def open_tenant(
    module_scratch: ScratchProject, keycloak: LocalKeycloak, signer: KeyPair, admin: httpx.Client
) -> Iterator[Tenant]:
    """A tenant with dynamic client registration and metadata documents, for the test environment."""
    registration = {
        "dynamic": {"redirectHosts": ["127.0.0.1"], "corsOrigins": [_INSPECTOR], "access": ["1/test"]},
        "metadataDocuments": {
            "domains": ["localhost"],
            "redirectHosts": ["127.0.0.1"],
            "access": ["1/test"],
        },
    }
    yield from _tenant("ajar", module_scratch, keycloak, signer, {"registration": registration}, admin)


def test_a_tenant_as_declared_passes_all_checks(closed_tenant: Tenant) -> None:
    assert _found(closed_tenant) == (0, set())


def test_open_registration_as_declared_works_and_leaves_nothing_behind(
    open_tenant: Tenant, authority: Authority, admin: httpx.Client
) -> None:
    before = _client_ids(open_tenant, admin)
    with https_site(authority) as site:
        address = f"{site.url}/client.json"
        site.pages["/client.json"] = json.dumps(
            {
                "client_id": address,
                "client_name": "A client with a document",
                "redirect_uris": ["http://127.0.0.1:53682/callback"],
                "grant_types": ["authorization_code"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }
        ).encode()
        ended = flow_mcp(
            open_tenant.scratch,
            "verify",
            open_tenant.name,
            "--json",
            "--metadata-document",
            address,
            environment={"SSL_CERT_FILE": str(authority.certificate)},
        )
    results = json.loads(ended.stdout)["tenants"][0]["results"]
    passed = {result["id"] for result in results if result["status"] == "pass"}
    skipped = {result["id"] for result in results if result["status"] == "skipped"}
    warned = {result["id"] for result in results if result["status"] == "warn"}
    # Keycloak 26.7 rejects a registration with an unknown field (keycloak#51039).
    assert (ended.returncode, warned) == (0, {"V-DCR-007"})
    assert {"V-DCR-001", "V-DCR-002", "V-DCR-004", "V-DCR-005", "V-CIMD-001", "V-CIMD-002"} <= passed
    # `legacy` is a manual registration, and the MCP servers do not exist.
    assert skipped == {"V-DCR-003", "V-TOKEN-001", "V-MCP-001", "V-MCP-002", "V-MCP-003"}
    assert _client_ids(open_tenant, admin) - {address} == before


def test_no_secret_and_no_token_is_printed(closed_tenant: Tenant) -> None:
    secret = closed_tenant.outputs(secrets=True)["clientSecrets"]["agent"]
    for arguments in (("--all",), ("--json",)):
        ended = flow_mcp(closed_tenant.scratch, "verify", closed_tenant.name, *arguments)
        assert "V-TOKEN-006" in ended.stdout
        for hidden in (secret, "eyJ", closed_tenant.scratch.credentials["KEYCLOAK_PASSWORD"]):
            assert hidden not in ended.stdout + ended.stderr


def test_a_program_with_its_own_key_is_verified_with_it(
    closed_tenant: Tenant, signer: KeyPair, tmp_path: Path
) -> None:
    subject, key = "signer for 1/test", tmp_path / "signer.pem"
    key.write_text(signer.private_key, encoding="utf-8")
    minted, allowed = _seen_of(closed_tenant, subject, key, "V-TOKEN-001", "V-TOKEN-006")
    assert minted == ("pass", "token received")
    assert allowed[0] == "pass"
    assert allowed[1].endswith("the runtime allows it (program)")

    key.write_text(KeyPair.make("signer").private_key, encoding="utf-8")
    (refused,) = _seen_of(closed_tenant, subject, key, "V-TOKEN-001")
    assert refused[0] == "fail"
    assert refused[1].startswith("no token: invalid_client")


def test_without_administrator_credentials_the_client_checks_are_skipped(closed_tenant: Tenant) -> None:
    without = {"KEYCLOAK_USER": "", "KEYCLOAK_PASSWORD": ""}
    ended = flow_mcp(closed_tenant.scratch, "verify", closed_tenant.name, "--json", environment=without)
    results = json.loads(ended.stdout)["tenants"][0]["results"]
    seen = {(result["status"], result["seen"]) for result in results if result["id"] == "V-CLIENT-001"}
    assert seen == {
        (
            "skipped",
            "the environment has no administrator's credentials "
            "(KEYCLOAK_USER and KEYCLOAK_PASSWORD, or KEYCLOAK_CLIENT_SECRET)",
        )
    }


Break = Callable[["Realm"], None]


class Realm:
    """A tenant's realm for manual changes, which `mend` reverts."""

    def __init__(self, tenant: Tenant, admin: httpx.Client) -> None:
        self._tenant, self._admin = tenant, admin
        self._mend: list[Callable[[], object]] = []

    def change_client(self, name: str, **changes: Any) -> None:
        path = f"{self._tenant.name}/clients"
        (client,) = self._admin.get(path, params={"clientId": f"flow-mcp-shut-{name}"}).json()
        attributes = {**client["attributes"], **changes.pop("attributes", {})}
        address = f"{path}/{client['id']}"
        self._admin.put(address, json={**client, **changes, "attributes": attributes})
        self._mend.append(lambda: self._restore(address, client))

    def _restore(self, address: str, client: dict[str, Any]) -> None:
        self._admin.put(address, json=client)
        for scope in self._admin.get(f"{address}/default-client-scopes").json():
            if scope["name"] not in client["defaultClientScopes"]:
                self._admin.delete(f"{address}/default-client-scopes/{scope['id']}")

    def delete_client(self, name: str) -> None:
        path = f"{self._tenant.name}/clients"
        (client,) = self._admin.get(path, params={"clientId": f"flow-mcp-shut-{name}"}).json()
        self._admin.delete(f"{path}/{client['id']}")
        self._mend.append(lambda: self._admin.post(path, json=client))

    def remove_mapper(self, kind: str) -> None:
        scope = self._scope()
        mapper = next(item for item in scope["protocolMappers"] if item["protocolMapper"] == kind)
        path = f"{self._tenant.name}/client-scopes/{scope['id']}/protocol-mappers/models"
        self._admin.delete(f"{path}/{mapper['id']}")
        self._mend.append(lambda: self._admin.post(path, json=mapper))

    def remove_gates(self) -> None:
        path = f"{self._tenant.name}/client-scopes/{self._scope()['id']}/scope-mappings/realm"
        roles = self._admin.get(path).json()
        self._admin.request("DELETE", path, json=roles)
        self._mend.append(lambda: self._admin.post(path, json=roles))

    def make_scope_default(self, client: str) -> None:
        (registered,) = self._admin.get(
            f"{self._tenant.name}/clients", params={"clientId": f"flow-mcp-shut-{client}"}
        ).json()
        base = f"{self._tenant.name}/clients/{registered['id']}"
        scope = self._scope()["id"]
        self._admin.delete(f"{base}/optional-client-scopes/{scope}")
        self._admin.put(f"{base}/default-client-scopes/{scope}")
        self._mend += [
            lambda: self._admin.put(f"{base}/optional-client-scopes/{scope}"),
            lambda: self._admin.delete(f"{base}/default-client-scopes/{scope}"),
        ]

    def open_registration(self) -> None:
        path = f"{self._tenant.name}/components"
        policies = self._admin.get(path, params={"name": "Trusted Hosts"}).json()
        for policy in policies:
            self._admin.delete(f"{path}/{policy['id']}")
            self._mend.append(partial(self._admin.post, path, json=policy))

    def mend(self) -> None:
        for step in reversed(self._mend):
            step()

    def _scope(self) -> dict[str, Any]:
        scopes = self._admin.get(f"{self._tenant.name}/client-scopes").json()
        expected = _SCOPE.format(name=self._tenant.name)
        return next(scope for scope in scopes if scope["name"] == expected)


@pytest.mark.parametrize(
    ("breaks", "named"),
    [
        pytest.param(lambda r: r.open_registration(), {"V-DCR-003"}, id="registration opened by hand"),
        pytest.param(
            lambda r: r.change_client(
                "desktop", redirectUris=["http://127.0.0.1/callback", "https://x.example/"]
            ),
            {"V-CLIENT-003"},
            id="a redirect added by hand",
        ),
        pytest.param(
            lambda r: r.change_client("desktop", attributes={"pkce.code.challenge.method": ""}),
            {"V-CLIENT-005"},
            id="PKCE removed",
        ),
        pytest.param(
            lambda r: r.remove_mapper("oidc-audience-mapper"),
            {"V-SCOPE-001", "V-TOKEN-003", "V-TOKEN-006"},
            id="the audience mapper removed",
        ),
        pytest.param(lambda r: r.remove_gates(), {"V-SCOPE-002"}, id="the scope's roles removed"),
        pytest.param(
            lambda r: r.change_client("desktop", directAccessGrantsEnabled=True),
            {"V-CLIENT-002"},
            id="passwords allowed",
        ),
        pytest.param(lambda r: r.make_scope_default("desktop"), {"V-CLIENT-004"}, id="a scope made default"),
        pytest.param(
            lambda r: r.change_client("agent", enabled=False),
            {"V-CLIENT-001", "V-TOKEN-001"},
            id="a client switched off",
        ),
        pytest.param(lambda r: r.delete_client("desktop"), {"V-CLIENT-001"}, id="a client deleted"),
        pytest.param(
            lambda r: r.change_client("agent", secret="another-secret-than-the-stack-knows"),
            {"V-TOKEN-001"},
            id="a secret changed by hand",
        ),
        pytest.param(
            lambda r: r.change_client("desktop", publicClient=False),
            {"V-CLIENT-006"},
            id="a public client made confidential",
        ),
    ],
)
def test_manual_changes_are_reported(
    closed_tenant: Tenant, admin: httpx.Client, breaks: Break, named: set[str]
) -> None:
    realm = Realm(closed_tenant, admin)
    try:
        breaks(realm)
        assert _found(closed_tenant) == (1, named)
    finally:
        realm.mend()
    assert _found(closed_tenant) == (0, set())


def test_an_unreachable_server_is_a_failed_check(closed_tenant: Tenant, tmp_path: Any) -> None:
    text = closed_tenant.outputs()["settings"].replace(
        closed_tenant.document.authorization_servers[0].authority, "http://127.0.0.1:9"
    )
    file = tmp_path / "settings.json"
    file.write_text(text, encoding="utf-8")
    ended = flow_mcp(closed_tenant.scratch, "verify", "--settings", str(file), "--json")
    failed = {r["id"] for r in json.loads(ended.stdout)["tenants"][0]["results"] if r["status"] == "fail"}
    assert (ended.returncode, failed) == (1, {"V-DISCOVERY-001", "V-DISCOVERY-003"})
    assert "Traceback" not in ended.stderr


def test_a_stack_without_an_update_cannot_be_verified(closed_tenant: Tenant) -> None:
    (closed_tenant.scratch.project.directory / "stacks" / "Pulumi.never.yaml").write_text(
        "config: {}\n", encoding="utf-8"
    )
    ended = flow_mcp(closed_tenant.scratch, "verify", "never")
    assert ended.returncode == 2
    assert "the stack never does not exist at Pulumi's backend" in ended.stderr


def _seen_of(tenant: Tenant, subject: str, key: Path, *checks: str) -> list[tuple[str, str]]:
    """Return status and `seen` of these checks for the subject, verified with this key."""
    ended = flow_mcp(tenant.scratch, "verify", tenant.name, "--json", "--key", f"signer={key}")
    results = json.loads(ended.stdout)["tenants"][0]["results"]
    return [(r["status"], r["seen"]) for r in results if r["id"] in checks and r["subject"] == subject]


def _found(tenant: Tenant) -> tuple[int, set[str]]:
    """Return the exit code and the IDs of checks with failures or warnings."""
    ended = flow_mcp(tenant.scratch, "verify", tenant.name, "--json")
    results = json.loads(ended.stdout)["tenants"][0]["results"]
    return ended.returncode, {result["id"] for result in results if result["status"] in {"fail", "warn"}}


def _client_ids(tenant: Tenant, admin: httpx.Client) -> set[str]:
    return {client["clientId"] for client in admin.get(f"{tenant.name}/clients").json()}


def _tenant(
    name: str,
    scratch: ScratchProject,
    keycloak: LocalKeycloak,
    signer: KeyPair,
    more: dict[str, Any],
    admin: httpx.Client,
) -> Iterator[Tenant]:
    created = Tenant(name, scratch)
    created.create()
    tenant = {
        "id": name,
        "workspaces": {"1": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": keycloak.url,
                "realm": {"name": name, "create": True, "deletable": True},
                **more,
            }
        },
        "clients": {
            "agent": {"grant": "client-credentials", "access": ["1/production"]},
            "signer": {
                "grant": "client-credentials",
                "access": ["1/test"],
                "privateKeyJwt": {"certificate": signer.certificate},
            },
            "desktop": {
                "grant": "authorization-code",
                "redirectUris": ["http://127.0.0.1/callback"],
                "webOrigins": [_INSPECTOR],
                "access": ["*"],
                "people": {"groups": ["planners"]},
            },
        },
        "manualRegistrations": {"legacy": {"clientId": "legacy-crm", "access": ["1/production"]}},
    }
    # A reserved host name (RFC 2606), whose MCP servers never answer.
    instance = {"server": "https://flow.invalid/flow"}
    config = {"flow-mcp:tenant": tenant, "flow-mcp:instance": instance}
    scratch.declare(name, yaml.safe_dump({"config": config}))
    created.up()
    yield created
    admin.delete(name)
