"""A new secret is handed over to a file, and to stand-ins of Kubernetes' API server and of Vault."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from flow_mcp.operations.rotate.credential import Credential
from flow_mcp.operations.rotate.errors import RotateError
from flow_mcp.operations.rotate.places import target

SECRET = "MARKER-s3cret"
CREDENTIAL = Credential("acme", "agent", "https://id.example/realms/acme", "flow-mcp-acme-agent", SECRET)
_KUBERNETES = "/api/v1/namespaces/flow/secrets"
_VAULT = "/v1/secret/data/flow/acme"


class StandIn:
    """A server that stores objects by path, as Kubernetes does for Secrets and Vault for KV secrets.

    Attributes:
        url: its URL.
        objects: the stored objects by path.
        requests: method and path of each request.
        status: the status of every response; None for normal operation.
        version: Vault's number of the secret's last version.
        namespaces: Vault's namespaces of all requests.
    """

    def __init__(self) -> None:
        self.url = ""
        self.objects: dict[str, Any] = {}
        self.requests: list[str] = []
        self.status: int | None = None
        self.version = 0
        self.namespaces: set[str | None] = set()

    def answer(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        self.requests.append(f"{method} {path}")
        if self.status:
            return self.status, {"errors": [SECRET], "message": SECRET}
        if path == _VAULT:
            return self._vault(method, path, body)
        name = f"{path}/{body['metadata']['name']}" if method == "POST" else path
        if method == "GET" and name not in self.objects:
            return 404, {"kind": "Status", "code": 404}
        if method == "POST":
            self.objects[name] = dict(body)
        elif method == "PATCH":
            self.objects[name]["data"] |= body["data"]
        return 200, {"kind": "Secret", "apiVersion": "v1", **self.objects[name]}

    def _vault(self, method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        """Answer as KV version 2 that requires check-and-set."""
        if method == "GET":
            if path not in self.objects:
                return 404, {"errors": []}
            stored = self.objects[path]
            deleted = "" if stored else "2026-11-30T00:00:00Z"
            metadata = {"version": self.version, "deletion_time": deleted}
            return 200 if stored else 404, {"data": {"data": stored, "metadata": metadata}}
        if body["options"] != {"cas": self.version}:
            return 400, {"errors": ["check-and-set parameter did not match the current version"]}
        self.objects[path] = body["data"]
        self.version += 1
        return 200, {"data": {"version": self.version}}


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A stand-in on 127.0.0.1."""
    server = StandIn()
    with _listening(server):
        yield server


@contextmanager
def _listening(server: StandIn) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def handle_request(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.namespaces.add(self.headers.get("X-Vault-Namespace"))
            status, content = server.answer(self.command, self.path, json.loads(body or b"{}"))
            data = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = handle_request  # noqa: N815 http.server's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server.url = f"http://127.0.0.1:{listener.server_port}"
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield
        finally:
            listener.shutdown()
            thread.join()


@pytest.fixture
def cluster(stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in of an API server, which the kubeconfig names."""
    context = {"name": "here", "context": {"cluster": "here", "user": "here"}}
    clusters = [{"name": "here", "cluster": {"server": stand_in.url}}]
    users = [{"name": "here", "user": {"token": "t-1"}}]
    config = {"current-context": "here", "contexts": [context], "clusters": clusters, "users": users}
    file = tmp_path / "kubeconfig"
    file.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", **config}), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(file))
    return stand_in


@pytest.fixture
def vault(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> StandIn:
    """A stand-in of Vault."""
    monkeypatch.setenv("VAULT_ADDR", stand_in.url)
    monkeypatch.setenv("VAULT_TOKEN", "t-1")
    monkeypatch.delenv("VAULT_NAMESPACE", raising=False)
    return stand_in


def test_a_file_is_private_and_written_once(tmp_path: Path) -> None:
    deliver = target(f"file:{tmp_path / 'agent.json'}")
    assert (deliver(CREDENTIAL), deliver(CREDENTIAL)) == (True, False)
    assert (tmp_path / "agent.json").stat().st_mode & 0o777 == 0o600
    assert json.loads((tmp_path / "agent.json").read_text(encoding="utf-8")) == {
        "authority": "https://id.example/realms/acme",
        "clientId": "flow-mcp-acme-agent",
        "clientSecret": SECRET,
    }


def test_a_kubernetes_secret_is_created_and_then_patched(cluster: StandIn) -> None:
    deliver, path = target("kubernetes:flow/agent"), f"{_KUBERNETES}/agent"
    assert (deliver(CREDENTIAL), deliver(CREDENTIAL)) == (True, False)
    assert cluster.requests == [f"GET {path}", f"POST {_KUBERNETES}", f"GET {path}"]
    cluster.objects[path]["data"] |= {"client-secret": "b2xk", "other": "a2VwdA=="}
    assert deliver(CREDENTIAL)
    assert {
        key: base64.b64decode(value).decode() for key, value in cluster.objects[path]["data"].items()
    } == {
        "client-id": "flow-mcp-acme-agent",
        "client-secret": SECRET,
        "other": "kept",
    }


def test_a_vault_secret_gets_a_new_version_and_keeps_other_keys(vault: StandIn) -> None:
    deliver = target("vault:secret/flow/acme")
    assert (deliver(CREDENTIAL), deliver(CREDENTIAL)) == (True, False)
    assert vault.requests == [f"GET {_VAULT}", f"POST {_VAULT}", f"GET {_VAULT}"]
    vault.objects[_VAULT] = {"client_secret": "old", "other": "kept"}
    assert deliver(CREDENTIAL)
    assert vault.objects[_VAULT] == {
        "client_id": "flow-mcp-acme-agent",
        "client_secret": SECRET,
        "other": "kept",
    }
    assert vault.version == 2


@pytest.mark.parametrize(("variable", "namespace"), [("flow/acme", "flow/acme"), ("", None)])
def test_the_vault_secret_is_in_the_namespace_of_the_environment(
    vault: StandIn, monkeypatch: pytest.MonkeyPatch, variable: str, namespace: str | None
) -> None:
    monkeypatch.setenv("VAULT_NAMESPACE", variable)
    assert target("vault:secret/flow/acme")(CREDENTIAL)
    assert vault.namespaces == {namespace}


def test_a_deleted_vault_secret_gets_a_new_version(vault: StandIn) -> None:
    vault.objects[_VAULT], vault.version = None, 4
    assert target("vault:secret/flow/acme")(CREDENTIAL)
    assert (vault.objects[_VAULT]["client_secret"], vault.version) == (SECRET, 5)


def test_a_vault_secret_that_changes_at_the_same_time_is_not_overwritten(
    vault: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault.objects[_VAULT], vault.version = {"other": "old"}, 4
    answer = vault.answer

    def changed_meanwhile(method: str, path: str, body: Mapping[str, Any]) -> tuple[int, Any]:
        answered = answer(method, path, body)
        vault.objects[_VAULT], vault.version = {"other": "new"}, 5
        return answered

    monkeypatch.setattr(vault, "answer", changed_meanwhile)
    with pytest.raises(RotateError, match=r"\(InvalidRequest\).* at the same time, run the command again"):
        target("vault:secret/flow/acme")(CREDENTIAL)
    assert vault.objects[_VAULT] == {"other": "new"}


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("kubernetes:flow/agent", "Kubernetes answered 403"),
        ("vault:secret/flow/acme", r"Vault rejects secret/flow/acme \(Forbidden\)"),
    ],
)
def test_a_rejected_request_is_reported_without_the_secret(
    cluster: StandIn, vault: StandIn, place: str, reason: str
) -> None:
    assert cluster is vault
    cluster.status = 403
    with pytest.raises(RotateError, match=reason) as raised:
        target(place)(CREDENTIAL)
    assert SECRET not in str(raised.value)
    assert raised.value.__cause__ is None


def test_an_invalid_place_is_rejected_with_the_forms() -> None:
    forms = "Use file:PATH, kubernetes:NAMESPACE/NAME, vault:MOUNT/PATH"
    for place in ("agent.json", "s3:bucket/agent", "file:"):
        with pytest.raises(RotateError, match=forms):
            target(place)
    for place in ("kubernetes:agent", "vault:secret"):
        with pytest.raises(RotateError, match="does not name a"):
            target(place)(CREDENTIAL)


def test_a_missing_cluster_and_missing_variables_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(RotateError, match="No cluster is configured for the Secret agent"):
        target("kubernetes:flow/agent")(CREDENTIAL)
    monkeypatch.delenv("VAULT_ADDR", raising=False)
    with pytest.raises(RotateError, match="VAULT_ADDR and VAULT_TOKEN must be set"):
        target("vault:secret/flow/acme")(CREDENTIAL)
