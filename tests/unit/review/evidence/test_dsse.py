"""The envelope: signatures as anybody could check them, and what strangers may put into a file."""

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
# The specification's pre-authentication encoding, written out.
SIGNED = b"DSSEv1 28 application/vnd.in-toto+json 43 " + PAYLOAD


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SSlibKey]:
    directory = tmp_path_factory.mktemp("keys")
    return lambda kind: public_key(write_keys(directory, kind)[1])


def _sealed(directory: Path, kind: str = "ed25519") -> dict[str, Any]:
    private, _ = write_keys(directory, kind)
    sealed: dict[str, Any] = json.loads(dsse.sealed(PAYLOAD, signer(private, str)))
    return sealed


def _why(envelope: object, *keys: SSlibKey) -> str:
    data = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    with pytest.raises(NotVerifiedError) as refused:
        dsse.opened(data, keys)
    return str(refused.value)


@pytest.mark.parametrize("kind", ["ed25519", "p256", "p384", "p521", "rsa"])
def test_the_signature_is_one_by_the_specification(tmp_path: Path, kind: str) -> None:
    sealed = _sealed(tmp_path, kind)
    assert sealed.keys() == {"payload", "payloadType", "signatures"}
    assert (base64.b64decode(sealed["payload"]), sealed["payloadType"]) == (PAYLOAD, TYPE.decode())
    (signature,) = sealed["signatures"]
    made = base64.b64decode(signature["sig"])
    match private_key(kind).public_key():
        case ed25519.Ed25519PublicKey() as key:
            key.verify(made, SIGNED)
        case ec.EllipticCurvePublicKey() as key:
            digests = {"p256": hashes.SHA256(), "p384": hashes.SHA384(), "p521": hashes.SHA512()}
            key.verify(made, SIGNED, ec.ECDSA(digests[kind]))
        case rsa.RSAPublicKey() as key:
            pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
            key.verify(made, SIGNED, pss, hashes.SHA256())
        case _:
            raise AssertionError(kind)


def test_a_signature_made_elsewhere_without_a_key_id_is_found(keys: Callable[[str], SSlibKey]) -> None:
    key = private_key("ed25519")
    assert isinstance(key, ed25519.Ed25519PrivateKey)
    made = base64.urlsafe_b64encode(key.sign(SIGNED)).decode()
    payload = base64.urlsafe_b64encode(PAYLOAD).decode()
    envelope = {"payload": payload, "payloadType": TYPE.decode(), "signatures": [{"sig": made}]}
    assert dsse.opened(json.dumps(envelope).encode(), [keys("ed25519")]) == dsse.Opened(PAYLOAD, 0)


def test_an_ed25519_key_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    assert _sealed(tmp_path) == _sealed(tmp_path)
    private, _ = write_keys(tmp_path)
    assert dsse.sealed(PAYLOAD, signer(private, str)).endswith(b'"}]}\n')


def test_every_given_key_must_have_signed(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    one, other, ours, theirs = _sealed(tmp_path), _sealed(tmp_path, "p256"), keys("ed25519"), keys("p256")
    both = one | {"signatures": one["signatures"] + other["signatures"]}
    data = json.dumps(both).encode()
    assert dsse.opened(data, [ours, theirs]) == dsse.Opened(PAYLOAD, 0)
    assert dsse.opened(data, [theirs]) == dsse.Opened(PAYLOAD, 1)
    assert _why(both, ours, keys("other")) == (
        f"it has 2 signatures, and none by the key {keys('other').keyid}"
    )
    # The same signature twice is still one signer's, whatever key ID it claims.
    twice = one | {"signatures": one["signatures"] + [one["signatures"][0] | {"keyid": theirs.keyid}]}
    assert _why(twice, ours, theirs) == f"it has 2 signatures, and none by the key {theirs.keyid}"


def test_who_signed_is_never_what_the_file_says(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    sealed, ours = _sealed(tmp_path, "other"), keys("ed25519")
    sealed["signatures"][0] |= {"keyid": ours.keyid, "keytype": "none", "scheme": "none", "alg": "none"}
    assert _why(sealed, ours) == f"it has 1 signature, and none by the key {ours.keyid}"


@pytest.mark.parametrize("kind", ["ed25519", "p256", "rsa"])
@pytest.mark.parametrize("made", ["", "AA==", "A" * 86 + "==", "A" * 400])
def test_what_is_no_signature_of_the_kind_verifies_nothing(
    tmp_path: Path, keys: Callable[[str], SSlibKey], kind: str, made: str
) -> None:
    sealed = _sealed(tmp_path, kind) | {"signatures": [{"keyid": keys(kind).keyid, "sig": made}]}
    assert _why(sealed, keys(kind)) == f"it has 1 signature, and none by the key {keys(kind).keyid}"


def test_changed_content_is_not_what_was_signed(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    changed = base64.b64encode(PAYLOAD.replace(b"v1", b"v2")).decode()
    why = f"it has 1 signature, and none by the key {keys('ed25519').keyid}"
    assert _why(_sealed(tmp_path) | {"payload": changed}, keys("ed25519")) == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"signatures": []}, "it has no signatures, and none by the key "),
        ({"payloadType": "application/json"}, "the payload's type is not application/vnd.in-toto+json"),
        ({"payloadType": "Application/vnd.in-toto+json"}, "the payload's type is not application/vnd"),
        ({"payloadType": None}, "it is no DSSE envelope: payloadType: Input should be a valid string"),
        ({"payload": 1}, "it is no DSSE envelope: payload: Input should be a valid string"),
        ({"payload": "e30"}, "it is no DSSE envelope: its payload is not base64"),
        ({"payload": "e3 0="}, "it is no DSSE envelope: its payload is not base64"),
        ({"payload": "ü30="}, "it is no DSSE envelope: its payload is not base64"),
        ({"payload": "\ud800"}, "it is no DSSE envelope: "),
        ({"signatures": [{"sig": "%%"}]}, "it is no DSSE envelope: its signature is not base64"),
        (
            {"signatures": [{"sig": None}]},
            "it is no DSSE envelope: signatures.0.sig: Input should be a valid",
        ),
        ({"signatures": [[]]}, "it is no DSSE envelope: signatures.0: Input should be an object"),
        ({"signatures": {}}, "it is no DSSE envelope: signatures: Input should be a valid array"),
        (
            {"signatures": [{"sig": ""}] * 101},
            "it is no DSSE envelope: signatures: List should have at most 100",
        ),
    ],
)
def test_envelopes_that_strangers_made_prove_nothing(
    tmp_path: Path, keys: Callable[[str], SSlibKey], changes: dict[str, object], why: str
) -> None:
    assert _why(_sealed(tmp_path) | changes, keys("ed25519")).startswith(why)


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
def test_what_is_no_envelope_proves_nothing(keys: Callable[[str], SSlibKey], data: bytes) -> None:
    assert _why(data, keys("ed25519")).startswith("it is no DSSE envelope: ")


def test_a_key_that_stands_twice_is_refused(tmp_path: Path, keys: Callable[[str], SSlibKey]) -> None:
    twice = b'{"payload":"e30=",' + json.dumps(_sealed(tmp_path)).encode()[1:]
    assert _why(twice, keys("ed25519")) == "it is no DSSE envelope: An object has a key twice"


def test_a_huge_file_is_not_looked_at(
    keys: Callable[[str], SSlibKey], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dsse, "LARGEST", 10)
    assert _why(b" " * 11, keys("ed25519")) == "it is larger than 10 bytes, so it was not looked at"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=strategies.data())
def test_any_changed_byte_ends_without_a_traceback(
    keys: Callable[[str], SSlibKey], tmp_path: Path, data: strategies.DataObject
) -> None:
    sealed = bytearray(json.dumps(_sealed(tmp_path)).encode())
    place = data.draw(strategies.integers(0, len(sealed) - 1))
    sealed[place] = data.draw(strategies.integers(0, 255))
    with suppress(NotVerifiedError):
        assert dsse.opened(bytes(sealed), [keys("ed25519")]).payload == PAYLOAD
