"""The signed file: a DSSE envelope (https://github.com/secure-systems-lab/dsse, version 1.0.2).

Signing and verifying are the library's. Reading is done here: the library takes a key ID for more than the
hint that it is, and a file of a stranger needs limits first.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key, Signature, Signer  # type: ignore[attr-defined] # it lists no exports

from flow_mcp.common.safe_text import terminal
from flow_mcp.review.evidence.errors import NotVerifiedError
from flow_mcp.settings.strict_json import validate_strictly

PAYLOAD_TYPE = "application/vnd.in-toto+json"
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is still looked at."""
_MOST = 100


class _Signature(BaseModel):
    model_config = ConfigDict(strict=True)

    sig: str


class _Envelope(BaseModel):
    # Other members are allowed by the format; no signature covers them, and nothing here uses them.
    model_config = ConfigDict(strict=True)

    payload: str
    payload_type: Annotated[str, Field(alias="payloadType")]
    signatures: Annotated[list[_Signature], Field(max_length=_MOST)]


@dataclass(frozen=True)
class Opened:
    """What was signed, and by whom.

    Attributes:
        payload: the bytes that every given key has signed.
        strangers: how many signatures no given key has made; they prove nothing and harm nothing.
    """

    payload: bytes
    strangers: int


def sealed(payload: bytes, signer: Signer) -> bytes:
    """The envelope of a statement, as it stands in a file."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return rfc8785.dumps(envelope.to_dict()) + b"\n"


def opened(data: bytes, keys: Sequence[Key]) -> Opened:
    """The statement in an envelope, once every key has been found among its signers.

    Args:
        data: what stands in the file.
        keys: public keys, at least one, each once; all of them must have signed.

    Raises:
        NotVerifiedError: it is no such envelope, or a key has not signed it.
    """
    envelope = _read(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise NotVerifiedError(f"the payload's type is not {PAYLOAD_TYPE}: this is no in-toto statement")
    payload = _decoded(envelope.payload, "payload")
    signatures = [_decoded(each.sig, "signature") for each in envelope.signatures]
    signed = Envelope(payload, PAYLOAD_TYPE, {}).pae()
    made: set[int] = set()
    for key in keys:
        by_key = {number for number, each in enumerate(signatures) if _has_signed(key, each, signed)}
        if not by_key:
            raise NotVerifiedError(f"{_count(len(signatures))}, and none by the key {key.keyid}")
        made |= by_key
    return Opened(payload, len(signatures) - len(made))


def _read(data: bytes) -> _Envelope:
    if len(data) > LARGEST:
        raise NotVerifiedError(f"it is larger than {LARGEST} bytes, so it was not looked at")
    try:
        return validate_strictly(_Envelope, data)
    except ValidationError as error:
        raise NotVerifiedError(f"it is no DSSE envelope: {first(error)}") from None


def _decoded(text: str, what: str) -> bytes:
    try:
        # The format allows both alphabets.
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise NotVerifiedError(f"it is no DSSE envelope: its {what} is not base64") from None


def _has_signed(key: Key, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify_signature(Signature(key.keyid, signature.hex()), signed)
    except UnverifiedSignatureError:
        return False
    return True


def first(error: ValidationError) -> str:
    """The first thing that is wrong with a document; no value of it is repeated."""
    found = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place, problem = ".".join(map(str, found["loc"])), found["msg"].removeprefix("Value error, ")
    return terminal(f"{place}: {problem}" if place else problem)


def _count(number: int) -> str:
    return f"it has {number or 'no'} {'signature' if number == 1 else 'signatures'}"
