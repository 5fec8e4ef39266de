"""Requests to Microsoft Graph and the sign-in for them."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from joserfc import jwt
from joserfc.jwk import RSAKey

from flow_mcp.authorization_servers.entra import Entra
from flow_mcp.authorization_servers.entra.graph_api import GraphApi
from flow_mcp.authorization_servers.errors import AuthorizationServerError, CredentialsError, RightsError
from flow_mcp.authorization_servers.http import http_client
from tests.unit.authorization_servers.network import Answer, StandIn, json_answer

_TENANT = "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
_ENTRA = Entra.model_validate_json(json.dumps({"tenantId": _TENANT}))
_TOKEN = f"POST /{_TENANT}/oauth2/v2.0/token"
_GRAPH = "https://graph.microsoft.com"
_SECRET = {"ARM_CLIENT_ID": "applier", "ARM_CLIENT_SECRET": "applier-secret"}


def _api(
    answers: dict[str, Answer | list[Answer]], environment: dict[str, str] | None = None
) -> tuple[GraphApi, StandIn]:
    network = StandIn({_TOKEN: json_answer(200, {"access_token": "token"}), **answers})
    chosen = _SECRET if environment is None else environment
    return GraphApi(_ENTRA, chosen, lambda url: http_client(url, network)), network


def test_a_collection_is_read_from_all_of_its_pages_with_one_sign_in() -> None:
    second = f"{_GRAPH}/v1.0/applications?$skiptoken=x"
    api, network = _api(
        {
            "GET /v1.0/applications?%24select=id": json_answer(
                200, {"value": [{"id": "1"}, 7], "@odata.nextLink": second}
            ),
            "GET /v1.0/applications?$skiptoken=x": json_answer(200, {"value": [{"id": "2"}]}),
        }
    )
    assert [*api.listed("/v1.0/applications", select="id")] == [{"id": "1"}, {"id": "2"}]
    assert network.requests.count(_TOKEN) == 1
    assert parse_qs(network.bodies[0]) == {
        "grant_type": ["client_credentials"],
        "client_id": ["applier"],
        "client_secret": ["applier-secret"],
        "scope": [f"{_GRAPH}/.default"],
    }


@pytest.mark.parametrize("link", ["https://evil.example/page", f"{_GRAPH}/v1.0/applications"])
def test_a_next_page_of_another_server_or_one_that_was_read_is_not_requested(link: str) -> None:
    page = {"value": [], "@odata.nextLink": link}
    api, network = _api({"GET /v1.0/applications": json_answer(200, page)})
    with pytest.raises(AuthorizationServerError, match="as the next page"):
        [*api.listed("/v1.0/applications"), *api.listed("/v1.0/applications")]
    assert len(network.requests) <= 3


@pytest.mark.parametrize(
    "answer", [httpx.Response(200, text="<html>Sign in</html>"), json_answer(200, {}), json_answer(404, {})]
)
def test_a_page_without_a_list_is_not_an_empty_one(answer: httpx.Response) -> None:
    second = f"{_GRAPH}/v1.0/applications?$skiptoken=x"
    first = json_answer(200, {"value": [], "@odata.nextLink": second})
    api, _ = _api({"GET /v1.0/applications": first, "GET /v1.0/applications?$skiptoken=x": answer})
    with pytest.raises(AuthorizationServerError, match=r"returned no list for /v1\.0/applications"):
        [*api.listed("/v1.0/applications")]


def test_a_throttled_request_is_sent_again() -> None:
    throttled = httpx.Response(429, headers={"Retry-After": "0"})
    api, _ = _api({"GET /v1.0/x": [throttled, json_answer(200, {"id": "1"})]})
    assert api.find("/v1.0/x") == {"id": "1"}


def test_an_absent_object_is_none() -> None:
    api, _ = _api({})
    assert api.find("/v1.0/x") is None


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (401, CredentialsError, "rejects the token"),
        (403, RightsError, "Grant the application permission Application.Read.All"),
        (400, AuthorizationServerError, "answered 400 to /v1.0/x"),
    ],
)
def test_a_rejected_request_says_what_to_do(status: int, error: type[Exception], message: str) -> None:
    api, _ = _api({"GET /v1.0/x": json_answer(status, {"error": {"message": "No.", "code": "n"}})})
    with pytest.raises(error, match=message):
        api.find("/v1.0/x")


def test_a_rejected_sign_in_has_the_reason_and_not_the_secret() -> None:
    description = "AADSTS7000215: Invalid client secret.\r\nTrace ID: 1"
    body = {"error": "invalid_client", "error_description": description}
    api, _ = _api({_TOKEN: json_answer(401, body)})
    with pytest.raises(CredentialsError) as raised:
        api.find("/v1.0/x")
    assert "(AADSTS7000215: Invalid client secret). Correct the credentials." in str(raised.value)
    assert "applier-secret" not in str(raised.value)


def test_the_token_of_another_issuer_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("issued\n", encoding="utf-8")
    environment = {
        "ARM_CLIENT_ID": "applier",
        "ARM_USE_OIDC": "true",
        "ARM_OIDC_TOKEN_FILE_PATH": str(tmp_path / "token"),
    }
    api, network = _api({"GET /v1.0/x": json_answer(200, {})}, environment)
    api.find("/v1.0/x")
    assert parse_qs(network.bodies[0])["client_assertion"] == ["issued"]


def test_the_token_of_another_issuer_is_requested_from_its_service() -> None:
    environment = {
        "ARM_CLIENT_ID": "applier",
        "ARM_USE_OIDC": "1",
        "ACTIONS_ID_TOKEN_REQUEST_URL": "https://actions.example/token?x=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "bearer",
    }
    service = "GET /token?x=1&audience=api%3A%2F%2FAzureADTokenExchange"
    answers: dict[str, Answer | list[Answer]] = {
        service: json_answer(200, {"value": "issued"}),
        "GET /v1.0/x": json_answer(200, {}),
    }
    api, network = _api(answers, environment)
    api.find("/v1.0/x")
    assert network.requests == [service, _TOKEN, "GET /v1.0/x"]


def test_a_managed_identity_gets_its_token_from_the_machine_without_a_proxy() -> None:
    environment = {"ARM_USE_MSI": "true", "ARM_MSI_ENDPOINT": "http://169.254.169.254/token"}
    request = "GET /token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com"
    answers: dict[str, Answer | list[Answer]] = {
        request: json_answer(200, {"access_token": "token"}),
        "GET /v1.0/x": json_answer(200, {}),
    }
    network = StandIn(answers)
    opened: dict[str, bool] = {}

    def client(url: str) -> httpx.Client:
        connection = http_client(url, network)
        opened[url] = connection.trust_env
        return connection

    GraphApi(_ENTRA, environment, client).find("/v1.0/x")
    assert network.requests == [request, "GET /v1.0/x"]
    assert opened == {_GRAPH: True, "http://169.254.169.254/token": False}


def test_a_certificate_signs_an_assertion_with_its_thumbprint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "applier")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + timedelta(days=1))
    ).sign(key, hashes.SHA256())
    protection = serialization.BestAvailableEncryption(b"opened")
    file = tmp_path / "applier.pfx"
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"a", key, certificate, None, protection))
    environment = {
        "ARM_CLIENT_ID": "applier",
        "ARM_CLIENT_CERTIFICATE_PATH": str(file),
        "ARM_CLIENT_CERTIFICATE_PASSWORD": "opened",
    }
    api, network = _api({"GET /v1.0/x": json_answer(200, {})}, environment)
    api.find("/v1.0/x")
    (assertion,) = parse_qs(network.bodies[0])["client_assertion"]
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    token = jwt.decode(assertion, RSAKey.import_key(public), algorithms=["PS256"])
    thumbprint = base64.urlsafe_b64encode(certificate.fingerprint(hashes.SHA256())).decode().rstrip("=")
    assert token.header["x5t#S256"] == thumbprint
    assert token.claims["aud"] == f"https://login.microsoftonline.com/{_TENANT}/oauth2/v2.0/token"

    def unsupported(*_: object) -> None:
        raise UnsupportedAlgorithm("RC2")

    wrong, _ = _api({}, {**environment, "ARM_CLIENT_CERTIFICATE_PASSWORD": "wrong"})
    with pytest.raises(CredentialsError, match="is not a PKCS #12 certificate"):
        wrong.find("/v1.0/x")
    monkeypatch.setattr(pkcs12, "load_key_and_certificates", unsupported)
    with pytest.raises(CredentialsError, match="is not a PKCS #12 certificate"):
        wrong.find("/v1.0/x")


def test_without_credentials_the_message_names_the_alternatives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    api, _ = _api({}, {})
    with pytest.raises(CredentialsError, match="or sign in with `az login`"):
        api.find("/v1.0/x")


def test_the_azure_cli_is_asked_for_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "az"
    program.write_text('#!/bin/sh\necho "{\\"accessToken\\": \\"$7\\"}"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    api, network = _api({"GET /v1.0/x": json_answer(200, {})}, {})
    api.find("/v1.0/x")
    assert network.requests == ["GET /v1.0/x"]
