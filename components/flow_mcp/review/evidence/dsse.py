"""The signed file: a DSSE envelope (https://github.com/secure-systems-lab/dsse, version 1.0.2).

The library signs and verifies. The file is parsed here, because the library trusts a key ID, which is only a
hint, and because untrusted files need limits.
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
MAXIMUM_BYTES = 64 * 1024 * 1024
"""The maximum size of a file; larger ones are rejected unread."""
_MAXIMUM_SIGNATURES = 100


class _Signature(BaseModel):
    model_config = ConfigDict(strict=True)

    sig: str


class _Envelope(BaseModel):
    # The format allows other members. No signature covers them, so they are ignored.
    model_config = ConfigDict(strict=True)

    payload: str
    payload_type: Annotated[str, Field(alias="payloadType")]
    signatures: Annotated[list[_Signature], Field(max_length=_MAXIMUM_SIGNATURES)]


@dataclass(frozen=True)
class SignedPayload:
    """The payload of an envelope whose signatures were verified.

    Attributes:
        payload: the bytes that every given key has signed.
        other_signatures: the number of signatures by other keys; they are ignored.
    """

    payload: bytes
    other_signatures: int


def seal(payload: bytes, signer: Signer) -> bytes:
    """Sign a statement and return its envelope as the content of a file."""
    envelope = Envelope(payload, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return rfc8785.dumps(envelope.to_dict()) + b"\n"


def open_envelope(data: bytes, keys: Sequence[Key]) -> SignedPayload:
    """Verify that every given key has signed an envelope, and return its payload.

    Args:
        data: the content of the file.
        keys: at least one public key, without duplicates; each of them must have signed.

    Raises:
        NotVerifiedError: it is not such an envelope, or a key has not signed it.
    """
    envelope = _read(data)
    if envelope.payload_type != PAYLOAD_TYPE:
        raise NotVerifiedError(f"its payload type is not {PAYLOAD_TYPE}, so it is not an in-toto statement")
    payload = _decoded(envelope.payload, "payload")
    signatures = [_decoded(signature.sig, "signature") for signature in envelope.signatures]
    signed = Envelope(payload, PAYLOAD_TYPE, {}).pae()
    verified: set[int] = set()
    for key in keys:
        by_key = {
            index for index, signature in enumerate(signatures) if _is_signature(key, signature, signed)
        }
        if not by_key:
            raise NotVerifiedError(
                f"it has no signature by the key {key.keyid} (signatures in the file: {len(signatures)})"
            )
        verified |= by_key
    return SignedPayload(payload, len(signatures) - len(verified))


def _read(data: bytes) -> _Envelope:
    if len(data) > MAXIMUM_BYTES:
        raise NotVerifiedError(f"it is larger than {MAXIMUM_BYTES} bytes and was not read")
    try:
        return validate_strictly(_Envelope, data)
    except ValidationError as error:
        raise NotVerifiedError(f"it is not a DSSE envelope: {first_problem(error)}") from None


def _decoded(text: str, member: str) -> bytes:
    try:
        # The format allows the standard and the URL-safe alphabet.
        return base64.b64decode(text.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise NotVerifiedError(f"it is not a DSSE envelope: its {member} is not base64") from None


def _is_signature(key: Key, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify_signature(Signature(key.keyid, signature.hex()), signed)
    except UnverifiedSignatureError:
        return False
    return True


def first_problem(error: ValidationError) -> str:
    """Return the first problem of a document, without repeating any value of it."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    place, message = ".".join(map(str, problem["loc"])), problem["msg"].removeprefix("Value error, ")
    return terminal(f"{place}: {message}" if place else message)
