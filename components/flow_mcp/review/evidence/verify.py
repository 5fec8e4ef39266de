"""Verify that a file is evidence, signed by the given keys, and covers the given documents.

The signature is verified first: unsigned content is neither parsed nor shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import ValidationError
from securesystemslib.signer import Key  # type: ignore[attr-defined] # it lists no exports

from flow_mcp.review.evidence import dsse
from flow_mcp.review.evidence.errors import NotVerifiedError
from flow_mcp.review.evidence.statement import Statement
from flow_mcp.settings import SettingsEnvelope


@dataclass(frozen=True)
class Expected:
    """The tenants and documents that evidence must cover.

    Attributes:
        tenants: the tenants' IDs.
        settings: delivered settings, with or without envelope, by the file's name.
        declarations: the contents of tenants' files, by the file's name.
    """

    tenants: Sequence[str] = ()
    settings: Mapping[str, bytes] = field(default_factory=dict)
    declarations: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Verified:
    """Verified evidence.

    Attributes:
        statement: the signed statement.
        signers: the IDs of the keys that signed it.
        other_signatures: the number of signatures by other keys, which are not verified.
    """

    statement: Statement
    signers: tuple[str, ...]
    other_signatures: int


def verify(data: bytes, keys: Sequence[Key], expected: Expected) -> Verified:
    """Verify evidence.

    Args:
        data: the file's content.
        keys: at least one public key; each of them must have signed.
        expected: what the evidence must cover.

    Raises:
        NotVerifiedError: the signature, the format or the content is not as expected.
    """
    distinct = {key.keyid: key for key in keys}
    signed = dsse.open_envelope(data, tuple(distinct.values()))
    try:
        statement = Statement.from_json(signed.payload)
    except ValidationError as error:
        problem = dsse.first_problem(error)
        raise NotVerifiedError(f"it is signed, but is not evidence of version 1: {problem}") from None
    missing = list(_missing(statement, expected))
    if missing:
        raise NotVerifiedError(f"it is signed, but {'; '.join(missing)}")
    return Verified(statement, tuple(distinct), signed.other_signatures)


def _missing(statement: Statement, expected: Expected) -> Iterator[str]:
    tenants = {tenant.tenant for tenant in statement.predicate.tenants}
    digests = {subject.digest.sha256 for subject in statement.subject}
    for tenant in expected.tenants:
        if tenant not in tenants:
            yield f"it does not cover the tenant {tenant}"
    for name, content in expected.settings.items():
        if _settings_digest(content) not in digests:
            yield f"it does not cover the settings in {name}"
    for name, content in expected.declarations.items():
        if sha256(content).hexdigest() not in digests:
            yield f"it does not cover the declaration in {name}"


def _settings_digest(content: bytes) -> str:
    try:
        return SettingsEnvelope.from_json(content).digest.removeprefix("sha-256:")
    except ValidationError:
        # `pulumi stack output settings` appends a line break, which is not part of the document.
        return sha256(content.removesuffix(b"\n")).hexdigest()
