"""The DSSE envelope: signatures by the specification, and untrusted files."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import HealthCheck, given, settings, strategies
from securesystemslib.signer import SSlibKey  # type: ignore[attr-defined] # it lists no exports

from flow_mcp.review.evidence import dsse
from flow_mcp.review.evidence.errors import NotVerifiedError
from flow_mcp.review.evidence.keys import public_key, signer
from tests.unit.review.evidence.samples import private_key, write_keys

PAYLOAD = b'{"_type":"https://in-toto.io/Statement/v1"}'
TYPE = b"application/vnd.in-toto+json"
# The specification's pre-authentication encoding of the payload.
SIGNED = b"DSSEv1 28 application/vnd.in-toto+json 43 " + PAYLOAD


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SSlibKey]:
    directory = tmp_path_factory.mktemp("keys")
    return lambda kind: public_key(write_keys(directory, kind)[1])


def _sealed(directory: Path, kind: str = "ed25519") -> dict[str, Any]:
    private, _ = write_keys(directory, kind)
    sealed: dict[str, Any] = json.loads(dsse.seal(PAYLOAD, signer(private, str)))
    return sealed


def _rejection(envelope: object, *keys: SSlibKey) -> str:
    data = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    with pytest.raises(NotVerifiedError) as raised:
        dsse.open_envelope(data, keys)
    return str(raised.value)


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "p521", "rsa"])
def test_the_signature_follows_the_specification(tmp_path: Path, kind: str) -> None:
    sealed = _sealed(tmp_path, kind)
    assert sealed.keys() == {"payload", "payloadType", "signatures"}
    assert (base64.b64decode(sealed["payload"]), sealed["payloadType"]) == (PAYLOAD, TYPE.decode())
    (signature,) = sealed["signatures"]
    signature_bytes = base64.b64decode(signature["sig"])
    match private_key(kind).public_key():
        case ed25519.Ed25519PublicKey() as key:
            key.verify(signature_bytes, SIGNED)
        case ec.EllipticCurvePublicKey() as key:
            digests = {"p256": hashes.SHA256(), "p384": hashes.SHA384(), "p521": hashes.SHA512()}
            key.verify(signature_bytes, SIGNED, ec.ECDSA(digests[kind]))
        case rsa.RSAPublicKey() as key:
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            key.verify(signature_bytes, SIGNED, pss, hashes.SHA256())
        case _:
            raise AssertionError(kind)


def test_a_signature_by_another_tool_without_key_id_is_accepted(keys: Callable[[str], SSlibKey]) -> None:
    key = private_key("ed25519")
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    signature = base64.urlsafe_b64encode(key.sign(SIGNED)).decode()
    payload = base64.urlsafe_b64encode(PAYLOAD).decode()
    envelope = {"payload": payload, "payloadType": TYPE.decode(), "signatures": [{"sig": signature}]}
    assert dsse.open_envelope(json.dumps(envelope).encode(), [keys("ed25519")]) == dsse.SignedPayload(
        PAYLOAD, 0
    )


def test_an_ed25519_signature_is_deterministic(tmp_path: Path) -> None:
    assert _sealed(tmp_path) == _sealed(tmp_path)
    private, _ = write_keys(tmp_path)
    assert dsse.seal(PAYLOAD, signer(private, str)).endswith(b'"}]}\n')


def test_every_given_key_must_have_signed(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    first, second = _sealed(tmp_path), _sealed(tmp_path, "p256")
    first_key, second_key = keys("ed25519"), keys("p256")
    both = first | {"signatures": first["signatures"] + second["signatures"]}
    data = json.dumps(both).encode()
    assert dsse.open_envelope(data, [first_key, second_key]) == dsse.SignedPayload(PAYLOAD, 0)
    assert dsse.open_envelope(data, [second_key]) == dsse.SignedPayload(PAYLOAD, 1)
    assert _rejection(both, first_key, keys("other")) == (
        f"it has no signature by the key {keys('other').keyid} (signatures in the file: 2)"
    )
    # A copy of a signature with another key ID is still a signature of the first key.
    copied = first["signatures"][0] | {"keyid": second_key.keyid}
    twice = first | {"signatures": [*first["signatures"], copied]}
    assert _rejection(twice, first_key, second_key) == (
        f"it has no signature by the key {second_key.keyid} (signatures in the file: 2)"
    )


def test_the_key_id_in_the_file_is_not_trusted(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    sealed, key = _sealed(tmp_path, "other"), keys("ed25519")
    sealed["signatures"][0] |= {"keyid": key.keyid, "keytype": "none", "scheme": "none", "alg": "none"}
    assert (
        _rejection(sealed, key) == f"it has no signature by the key {key.keyid} (signatures in the file: 1)"
    )


@pytest.mark.parametrize("kind", ["ed25519", "p256", "rsa"])
@pytest.mark.parametrize("signature", ["", "AA==", "A" * 86 + "==", "A" * 400])
def test_an_invalid_signature_is_not_verified(
    tmp_path: Path, keys: Callable[[str], SSlibKey], kind: str, signature: str
) -> None:
    sealed = _sealed(tmp_path, kind) | {"signatures": [{"keyid": keys(kind).keyid, "sig": signature}]}
    assert (
        _rejection(sealed, keys(kind))
        == f"it has no signature by the key {keys(kind).keyid} (signatures in the file: 1)"
    )


def test_changed_content_is_not_verified(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    changed = base64.b64encode(PAYLOAD.replace(b"v1", b"v2")).decode()
    message = f"it has no signature by the key {keys('ed25519').keyid} (signatures in the file: 1)"
    assert _rejection(_sealed(tmp_path) | {"payload": changed}, keys("ed25519")) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"signatures": []}, "it has no signature by the key "),
        ({"payloadType": "application/json"}, "its payload type is not application/vnd.in-toto+json"),
        ({"payloadType": "Application/vnd.in-toto+json"}, "its payload type is not application/vnd"),
        ({"payloadType": None}, "it is not a DSSE envelope: payloadType: Input should be a valid string"),
        ({"payload": 1}, "it is not a DSSE envelope: payload: Input should be a valid string"),
        ({"payload": "e30"}, "it is not a DSSE envelope: its payload is not base64"),
        ({"payload": "e3 0="}, "it is not a DSSE envelope: its payload is not base64"),
        ({"payload": "ü30="}, "it is not a DSSE envelope: its payload is not base64"),
        ({"payload": "\ud800"}, "it is not a DSSE envelope: "),
        ({"signatures": [{"sig": "%%"}]}, "it is not a DSSE envelope: its signature is not base64"),
        (
            {"signatures": [{"sig": None}]},
            "it is not a DSSE envelope: signatures.0.sig: Input should be a valid",
        ),
        ({"signatures": [[]]}, "it is not a DSSE envelope: signatures.0: Input should be an object"),
        ({"signatures": {}}, "it is not a DSSE envelope: signatures: Input should be a valid array"),
        (
            {"signatures": [{"sig": ""}] * 101},
            "it is not a DSSE envelope: signatures: List should have at most 100",
        ),
    ],
)
def test_a_malformed_envelope_is_not_verified(
    tmp_path: Path, keys: Callable[[str], SSlibKey], changes: dict[str, object], message: str
) -> None:
    assert _rejection(_sealed(tmp_path) | changes, keys("ed25519")).startswith(message)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"{" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b'{"payload":' + b"9" * 100_000 + b"}",
        b'{"payload": NaN}',
        b"{}{}",
    ],
    ids=range(9),
)
def test_a_file_without_an_envelope_is_not_verified(keys: Callable[[str], SSlibKey], data: bytes) -> None:
    assert _rejection(data, keys("ed25519")).startswith("it is not a DSSE envelope: ")


def test_a_duplicate_key_is_rejected(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    twice = b'{"payload":"e30=",' + json.dumps(_sealed(tmp_path)).encode()[1:]
    assert _rejection(twice, keys("ed25519")) == "it is not a DSSE envelope: An object has a key twice"


def test_a_huge_file_is_not_read(keys: Callable[[str], SSlibKey], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dsse, "MAXIMUM_BYTES", 10)
    assert _rejection(b" " * 11, keys("ed25519")) == "it is larger than 10 bytes and was not read"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_a_changed_byte_never_raises_another_error(
    keys: Callable[[str], SSlibKey], tmp_path: Path, data: strategies.DataObject
) -> None:
    sealed = bytearray(json.dumps(_sealed(tmp_path)).encode())
    place = data.draw(strategies.integers(0, len(sealed) - 1))
    sealed[place] = data.draw(strategies.integers(0, 255))
    with suppress(NotVerifiedError):
        assert dsse.open_envelope(bytes(sealed), [keys("ed25519")]).payload == PAYLOAD
