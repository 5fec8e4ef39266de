"""Supported keys, and the messages for unsupported ones."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from flow_mcp.review.evidence import dsse
from flow_mcp.review.evidence.errors import EvidenceError
from flow_mcp.review.evidence.keys import public_key, signer
from tests.unit.review.evidence.samples import write_keys

CREATE = "create one with `openssl genpkey -algorithm ed25519 -out evidence.pem`"
EXTRACT = "extract it with `openssl pkey -in evidence.pem -pubout -out evidence.pub`"
KINDS = "use an Ed25519, an ECDSA (P-256, P-384, P-521) or an RSA key"


def _no_passphrase() -> str:
    raise AssertionError("asked for a passphrase")


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "p521", "rsa"])
def test_a_public_key_verifies_the_signature_of_its_private_key(tmp_path: Path, kind: str) -> None:
    private, public = write_keys(tmp_path, kind)
    sealed = dsse.seal(b"{}", signer(private, _no_passphrase))
    assert dsse.open_envelope(sealed, [public_key(public)]) == dsse.SignedPayload(b"{}", 0)


def test_an_encrypted_key_needs_its_passphrase(tmp_path: Path) -> None:
    private, public = write_keys(tmp_path, passphrase="correct horse")
    sealed = dsse.seal(b"{}", signer(private, lambda: "correct horse"))
    assert dsse.open_envelope(sealed, [public_key(public)]).payload == b"{}"
    for wrong in ("incorrect horse", "", "\ud800"):
        with pytest.raises(EvidenceError) as raised:
            signer(private, partial(str, wrong))
        assert str(raised.value) == f"{private} cannot be decrypted with this passphrase"


@pytest.mark.parametrize("kind", ["secp256k1", "x25519", "dsa"])
def test_keys_of_other_kinds_are_rejected(tmp_path: Path, kind: str) -> None:
    private, public = write_keys(tmp_path, kind)
    with pytest.raises(EvidenceError) as raised:
        signer(private, _no_passphrase)
    assert str(raised.value) == f"{private} contains a key of an unsupported kind; {KINDS}"
    with pytest.raises(EvidenceError) as raised:
        public_key(public)
    assert str(raised.value) == f"{public} contains a key of an unsupported kind; {KINDS}"


def test_a_small_rsa_key_is_rejected(tmp_path: Path) -> None:
    _, public = write_keys(tmp_path, "small-rsa")
    with pytest.raises(EvidenceError) as raised:
        public_key(public)
    assert str(raised.value) == f"{public} contains an RSA key of 1024 bits; use 2048 or more"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_file_without_a_key_is_rejected(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(EvidenceError) as raised:
        signer(file, _no_passphrase)
    assert str(raised.value) == f"{file} contains no usable private key in PEM; {CREATE}"
    with pytest.raises(EvidenceError) as raised:
        public_key(file)
    assert str(raised.value) == f"{file} contains no public key in PEM; {EXTRACT}"


def test_a_private_key_is_not_accepted_as_a_public_one(tmp_path: Path) -> None:
    private, public = write_keys(tmp_path)
    with pytest.raises(EvidenceError) as raised:
        public_key(private)
    assert str(raised.value) == f"{private} contains no public key in PEM; {EXTRACT}"
    with pytest.raises(EvidenceError):
        signer(public, _no_passphrase)


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as raised:
        public_key(tmp_path / "none")
    assert str(raised.value) == f"{tmp_path / 'none'} cannot be read: No such file or directory"
