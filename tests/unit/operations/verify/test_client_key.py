"""Tests of programs' private keys and their assertions."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from flow_mcp.operations.verify import tokens
from flow_mcp.operations.verify.client_key import ClientKey, ClientKeyError
from tests.unit.operations.verify.fake import AUTHORITY, SECRET, TOKEN, Fake, program_token
from tests.unit.runtime import acme

_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pem(key: PrivateKeyTypes, passphrase: str = "") -> bytes:
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


@pytest.mark.parametrize(
    ("private", "algorithm"),
    [
        (_RSA, "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ec.generate_private_key(ec.SECP384R1()), "ES384"),
        (ec.generate_private_key(ec.SECP521R1()), "ES512"),
    ],
    ids=["RSA", "P-256", "P-384", "P-521"],
)
def test_an_assertion_is_for_this_client_and_this_issuer_and_short_lived(
    tmp_path: Path, private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: str
) -> None:
    file = tmp_path / "signer.pem"
    file.write_bytes(_pem(private))
    sent = ClientKey.read(file).parameters("signer-id", AUTHORITY)
    kind = RSAKey if isinstance(private, rsa.RSAPrivateKey) else ECKey
    public = kind.import_key(
        private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    signed = jwt.decode(sent.pop("client_assertion"), public, algorithms=[algorithm])
    assert sent == {
        "client_id": "signer-id",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    issued, identifier = signed.claims.pop("iat"), signed.claims.pop("jti")
    assert signed.header == {"typ": "JWT", "alg": algorithm}
    assert signed.claims == {"iss": "signer-id", "sub": "signer-id", "aud": AUTHORITY, "exp": issued + 60}
    assert abs(issued - time.time()) < 30
    again = ClientKey.read(file).parameters("signer-id", AUTHORITY)["client_assertion"]
    assert jwt.decode(again, public, algorithms=[algorithm]).claims["jti"] != identifier


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "has no private key in PEM"),
        (b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", "A certificate is not enough"),
        (_pem(_RSA, "secret"), "is encrypted. Decrypt it"),
        (_pem(ed25519.Ed25519PrivateKey.generate()), "has an unsupported key"),
        (_pem(rsa.generate_private_key(public_exponent=65537, key_size=1024)), "RSA of 2048 bits or more"),
        (_pem(ec.generate_private_key(ec.SECP256K1())), "EC on P-256, P-384 or P-521"),
    ],
    ids=["empty", "certificate", "encrypted", "Ed25519", "RSA of 1024 bits", "another curve"],
)
def test_a_file_without_a_usable_key_is_rejected(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "signer.pem"
    file.write_bytes(content)
    with pytest.raises(ClientKeyError, match=message):
        ClientKey.read(file)


def test_a_missing_key_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(ClientKeyError, match="cannot be read: No such file or directory"):
        ClientKey.read(tmp_path / "none.pem")


def test_a_program_with_a_key_authenticates_with_it_and_without_basic(tmp_path: Path) -> None:
    file = tmp_path / "agent.pem"
    file.write_bytes(_pem(_RSA))
    fake = Fake()
    fake.let_agent_authenticate("private-key-jwt")
    fake.mint(program_token())
    keys = {"agent": ClientKey.read(file)}
    assert fake.observed(tokens.minted, client_keys=keys) == [
        ("pass", "agent for 456/production", "token received")
    ]
    assert fake.statuses(tokens.allowed, client_keys=keys) == ["pass"]
    (_, url, body), *_ = (asked for asked in fake.requests if asked[0] == "POST")
    sent = parse_qs(body)
    assert url == TOKEN
    assert sent["client_id"] == [acme.AGENT]
    assert sent["grant_type"] == ["client_credentials"]
    assert SECRET not in body
    assert fake.authorizations == []


def test_an_assertion_in_a_servers_error_is_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "agent.pem"
    file.write_bytes(_pem(_RSA))
    fake = Fake()
    fake.let_agent_authenticate("private-key-jwt")
    fake.answers["POST", TOKEN] = _repeat_the_assertion
    ((status, _, seen),) = fake.observed(tokens.minted, client_keys={"agent": ClientKey.read(file)})
    assert (status, "eyJ" in seen, "[hidden]" in seen) == ("fail", False, True)


def _repeat_the_assertion(request: httpx.Request) -> httpx.Response:
    (assertion,) = parse_qs(request.read().decode())["client_assertion"]
    return httpx.Response(401, json={"error": "invalid_client", "error_description": f"not {assertion}"})


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("private-key-jwt", "the stack does not have its private key; provide it with `--key agent=FILE`"),
        ("federated", "only its issuer signs its tokens; provide one with `--token agent=FILE`"),
    ],
)
def test_without_its_key_a_program_is_skipped(
    method: Literal["private-key-jwt", "federated"], message: str
) -> None:
    fake = Fake()
    fake.let_agent_authenticate(method)
    assert fake.observed(tokens.minted) == [("skipped", "agent", message)]
