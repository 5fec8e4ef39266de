"""Which keys sign, and what is said of those that cannot."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from flow_mcp.review.evidence import dsse
from flow_mcp.review.evidence.errors import EvidenceError
from flow_mcp.review.evidence.keys import public_key, signer
from tests.unit.review.evidence.samples import write_keys

MAKE = "make one with `openssl genpkey -algorithm ed25519 -out evidence.pem`"
GET = "get it with `openssl pkey -in evidence.pem -pubout -out evidence.pub`"
KINDS = "use an Ed25519, an ECDSA (P-256, P-384, P-521) or an RSA key"


def _nobody_asks() -> str:
    raise AssertionError("asked for a passphrase")


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "p521", "rsa"])
def test_what_a_key_signs_its_public_part_verifies(tmp_path: Path, kind: str) -> None:
    private, public = write_keys(tmp_path, kind)
    sealed = dsse.sealed(b"{}", signer(private, _nobody_asks))
    assert dsse.opened(sealed, [public_key(public)]) == dsse.Opened(b"{}", 0)


def test_an_encrypted_key_needs_its_passphrase(tmp_path: Path) -> None:
    private, public = write_keys(tmp_path, passphrase="correct horse")
    sealed = dsse.sealed(b"{}", signer(private, lambda: "correct horse"))
    assert dsse.opened(sealed, [public_key(public)]).payload == b"{}"
    for wrong in ("incorrect horse", "", "\ud800"):
        with pytest.raises(EvidenceError) as refused:
            signer(private, partial(str, wrong))
        assert str(refused.value) == f"{private} cannot be decrypted with this passphrase"


@pytest.mark.parametrize("kind", ["secp256k1", "x25519", "dsa"])
def test_keys_of_other_kinds_are_refused(tmp_path: Path, kind: str) -> None:
    private, public = write_keys(tmp_path, kind)
    with pytest.raises(EvidenceError) as refused:
        signer(private, _nobody_asks)
    assert str(refused.value) == f"{private} is a key of another kind; {KINDS}"
    with pytest.raises(EvidenceError) as refused:
        public_key(public)
    assert str(refused.value) == f"{public} is a key of another kind; {KINDS}"


def test_a_small_rsa_key_is_refused(tmp_path: Path) -> None:
    _, public = write_keys(tmp_path, "small-rsa")
    with pytest.raises(EvidenceError) as refused:
        public_key(public)
    assert str(refused.value) == f"{public} is an RSA key of 1024 bits; use one of 2048 or more"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "key"
    file.write_bytes(content)
    with pytest.raises(EvidenceError) as refused:
        signer(file, _nobody_asks)
    assert str(refused.value) == f"{file} holds no private key in PEM that can be used; {MAKE}"
    with pytest.raises(EvidenceError) as refused:
        public_key(file)
    assert str(refused.value) == f"{file} holds no public key in PEM; {GET}"


def test_a_private_key_is_not_taken_for_a_public_one(tmp_path: Path) -> None:
    private, public = write_keys(tmp_path)
    with pytest.raises(EvidenceError) as refused:
        public_key(private)
    assert str(refused.value) == f"{private} holds no public key in PEM; {GET}"
    with pytest.raises(EvidenceError):
        signer(public, _nobody_asks)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as refused:
        public_key(tmp_path / "none")
    assert str(refused.value) == f"{tmp_path / 'none'} cannot be read: No such file or directory"
