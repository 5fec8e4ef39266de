"""A secret and a key are rotated on a real Keycloak, while clients request tokens all the time."""

from __future__ import annotations

import json
import stat
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from flow_mcp.authorization_servers.keycloak.key_set import key_id
from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.operations.token_client import TokenRefusedError, fetch_program_token
from flow_mcp.runtime import KeyCache, Validator
from flow_mcp.settings import Client, SettingsDocument
from tests.live.command import flow_mcp
from tests.live.key_pair import KeyPair
from tests.live.tenant import Tenant

_NAME = "rotated"
_PAUSE_SECONDS = 0.05
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Caller:
    """A program that requests a token and calls the MCP server, again and again.

    Attributes:
        call: makes one call, and raises an error if it fails.
        calls: the number of calls.
        failures: the errors of failed calls.
    """

    call: Callable[[], None]
    calls: int = 0
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Call in a thread until the block ends. At least one call is made at its start and at its end."""
        ended = threading.Event()

        def loop() -> None:
            while not ended.wait(_PAUSE_SECONDS):
                self._call()

        self._call()
        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self._call()

    def _call(self) -> None:
        self.calls += 1
        try:
            self.call()
        except (TokenRefusedError, httpx.HTTPError, AssertionError) as error:
            self.failures.append(str(error))


@dataclass(frozen=True)
class Access:
    """Calls the tenant's MCP server with a client's credential."""

    http: httpx.Client
    document: SettingsDocument
    keys: KeyCache

    def client(self, name: str) -> Client:
        (server,) = self.document.authorization_servers
        return next(client for client in server.clients if client.name == name)

    def by_secret(self, secret: str) -> None:
        client = self.client("nightly")
        self._guarded(fetch_program_token(self.http, client, client.token_requests[0], secret))

    def by_key(self, pair: KeyPair, *, with_key_id: bool) -> None:
        client = self.client("signer")
        request = client.token_requests[0]
        parameters = {**request.parameters, **self._assertion(client, pair, with_key_id=with_key_id)}
        signed = request.model_copy(update={"parameters": parameters})
        self._guarded(fetch_program_token(self.http, client, signed, None))

    def _assertion(self, client: Client, pair: KeyPair, *, with_key_id: bool) -> dict[str, str]:
        now = int(time.time())
        claims = {
            "iss": client.client_id,
            "sub": client.client_id,
            "aud": self.document.authorization_servers[0].authority,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        header = {"alg": "RS256"} | ({"kid": key_id(pair.certificate)} if with_key_id else {})
        assertion = jwt.encode(header, claims, RSAKey.import_key(pair.private_key))
        return {
            "client_id": client.client_id,
            "client_assertion_type": _BEARER,
            "client_assertion": assertion,
        }

    def _guarded(self, token: str) -> None:
        (resource,) = self.document.protected_resources
        assert Validator(self.document, self.keys).decide(resource.url, token).status == 200


@dataclass(frozen=True)
class Scene:
    """The rotation, after it was finished.

    Attributes:
        tenant: the tenant.
        access: calls with any credential.
        callers: the programs that called during the rotation, by the credential that they used.
        secrets: the secret before and after the rotation.
        pairs: the key before and after the rotation.
        handed_over: the file to which the new secret was handed over.
        printed: what all commands printed.
        early: the answer to a hand-over before the rotation was applied.
    """

    tenant: Tenant
    access: Access
    callers: dict[str, Caller]
    secrets: tuple[str, str]
    pairs: tuple[KeyPair, KeyPair]
    handed_over: Path
    printed: str
    early: str


def _declaration(keycloak: LocalKeycloak, certificate: str, **server: Any) -> dict[str, Any]:
    realm = {"name": _NAME, "create": True, "deletable": True}
    secret = {"issued": "2026-09-01", "rotateAfter": "90d", "overlap": "7d"}
    return {
        "id": _NAME,
        "workspaces": {"1": {"environments": ["test"]}},
        "authorizationServer": {"keycloak": {"url": keycloak.url, "realm": realm, **server}},
        "clients": {
            "nightly": {"grant": "client-credentials", "access": ["1/test"], "secret": secret},
            "signer": {
                "grant": "client-credentials",
                "access": ["1/test"],
                "privateKeyJwt": {"certificate": certificate},
            },
        },
    }


@pytest.fixture(scope="module")
def scene(
    module_scratch: ScratchProject,
    keycloak: LocalKeycloak,
    tmp_path_factory: pytest.TempPathFactory,
    admin: httpx.Client,
) -> Iterator[Scene]:
    """A secret and a key that were rotated, and the programs that called meanwhile."""
    directory = tmp_path_factory.mktemp("rotation")
    old_pair, new_pair = KeyPair.make("old"), KeyPair.make("new")
    tenant = Tenant(_NAME, module_scratch)
    tenant.create()
    tenant.declare(_declaration(keycloak, old_pair.certificate))
    tenant.up()
    printed: list[str] = []

    def command(*arguments: str, code: int = 0) -> str:
        result = flow_mcp(module_scratch, "rotate", _NAME, *arguments)
        printed.append(result.stdout + result.stderr)
        assert result.returncode == code, printed[-1]
        return printed[-1]

    with httpx.Client(trust_env=False, timeout=30) as http:
        access = Access(http, tenant.document, KeyCache())
        old_secret = tenant.outputs(secrets=True)["clientSecrets"]["nightly"]
        certificate, handed_over = directory / "new.pem", directory / "nightly.json"
        certificate.write_text(new_pair.certificate, encoding="utf-8")
        callers = {
            "old secret": Caller(lambda: access.by_secret(old_secret)),
            "old key": Caller(lambda: access.by_key(old_pair, with_key_id=False)),
        }
        with callers["old secret"].running(), callers["old key"].running():
            command("nightly", "--due", "--as-of", "2026-11-30")
            command("signer", "--certificate", str(certificate))
            early = command("nightly", "--to", f"file:{handed_over}", code=2)
            printed.append(tenant.up())
            command("nightly", "--to", f"file:{handed_over}")
            new_secret = json.loads(handed_over.read_text(encoding="utf-8"))["clientSecret"]
            callers["new secret"] = Caller(lambda: access.by_secret(new_secret))
            callers["new key"] = Caller(lambda: access.by_key(new_pair, with_key_id=True))
            # During the overlap, an update changes both clients for another reason.
            file = module_scratch.project.stack_file(_NAME)
            text = file.read_text(encoding="utf-8")
            file.write_text(
                text.replace("keycloak:\n", "keycloak:\n        tokens: {access: 4m}\n"), encoding="utf-8"
            )
            with callers["new secret"].running(), callers["new key"].running():
                printed.append(tenant.up())
        with callers["new secret"].running(), callers["new key"].running():
            command("--finish", "--as-of", "2026-12-07")
            printed.append(tenant.up())
        yield Scene(
            tenant,
            access,
            callers,
            (old_secret, new_secret),
            (old_pair, new_pair),
            handed_over,
            "".join(printed),
            early,
        )
    admin.delete(_NAME)


def test_no_call_fails_while_a_secret_and_a_key_are_rotated(scene: Scene) -> None:
    assert {name: caller.failures for name, caller in scene.callers.items()} == {
        "old secret": [],
        "old key": [],
        "new secret": [],
        "new key": [],
    }
    assert min(caller.calls for caller in scene.callers.values()) > 20


def test_the_previous_credentials_are_rejected_after_the_rotation_is_finished(scene: Scene) -> None:
    (old_secret, _), (old_pair, new_pair) = scene.secrets, scene.pairs
    with pytest.raises(TokenRefusedError, match=r"status 401, error unauthorized_client"):
        scene.access.by_secret(old_secret)
    with pytest.raises(TokenRefusedError, match=r"error (invalid_client|unauthorized_client)"):
        scene.access.by_key(old_pair, with_key_id=False)
    scene.access.by_key(new_pair, with_key_id=False)
    assert scene.tenant.changes() == {}


def test_the_new_secret_is_handed_over_only_after_it_is_applied_and_to_nobody_else(scene: Scene) -> None:
    assert "The secret of nightly that the file declares is not applied" in scene.early
    assert stat.S_IMODE(scene.handed_over.stat().st_mode) == 0o600
    client = scene.access.client("nightly")
    assert json.loads(scene.handed_over.read_text(encoding="utf-8")) == {
        "authority": scene.access.document.authorization_servers[0].authority,
        "clientId": client.client_id,
        "clientSecret": scene.secrets[1],
    }
    state = scene.tenant.scratch.pulumi("stack", "export", "--stack", _NAME).stdout
    assert [secret for secret in scene.secrets if secret in scene.printed + state] == []


def test_the_file_records_the_finished_rotation(scene: Scene) -> None:
    text = scene.tenant.scratch.project.stack_file(_NAME).read_text(encoding="utf-8")
    assert 'issued: "2026-11-30"' in text
    assert ("previous" in text, scene.pairs[0].certificate.splitlines()[3] in text) == (False, False)
