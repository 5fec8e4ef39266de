"""Is a file evidence, signed by those keys, and about those documents?

The signature comes first: of what nobody signed, nothing is read and nothing is shown.
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
    """What evidence must be about.

    Attributes:
        tenants: each of these.
        settings: settings as they were delivered, in an envelope or not, by file.
        declarations: what declares tenants, by file.
    """

    tenants: Sequence[str] = ()
    settings: Mapping[str, bytes] = field(default_factory=dict)
    declarations: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Verified:
    """Evidence that holds.

    Attributes:
        statement: what it says.
        signers: the keys that signed it, by ID.
        strangers: how many signatures are of other keys.
    """

    statement: Statement
    signers: tuple[str, ...]
    strangers: int


def verify(data: bytes, keys: Sequence[Key], expected: Expected) -> Verified:
    """Verify what stands in a file.

    Args:
        data: the file's content.
        keys: public keys, at least one; every one of them must have signed.
        expected: what the evidence must be about.

    Raises:
        NotVerifiedError: it proves nothing.
    """
    distinct = {key.keyid: key for key in keys}
    opened = dsse.opened(data, tuple(distinct.values()))
    try:
        statement = Statement.from_json(opened.payload)
    except ValidationError as error:
        problem = dsse.first(error)
        raise NotVerifiedError(f"it is signed, but is no evidence of version 1: {problem}") from None
    missing = list(_missing(statement, expected))
    if missing:
        raise NotVerifiedError(f"it is signed, but {'; '.join(missing)}")
    return Verified(statement, tuple(distinct), opened.strangers)


def _missing(statement: Statement, expected: Expected) -> Iterator[str]:
    tenants = {each.tenant for each in statement.predicate.tenants}
    digests = {subject.digest.sha256 for subject in statement.subject}
    for tenant in expected.tenants:
        if tenant not in tenants:
            yield f"it is not about the tenant {tenant}"
    for name, content in expected.settings.items():
        if _settings_digest(content) not in digests:
            yield f"it is about other settings than those in {name}"
    for name, content in expected.declarations.items():
        if sha256(content).hexdigest() not in digests:
            yield f"it is about another declaration than that in {name}"


def _settings_digest(content: bytes) -> str:
    try:
        return SettingsEnvelope.from_json(content).digest.removeprefix("sha-256:")
    except ValidationError:
        # `pulumi stack output settings` ends with a line break that is none of the document's.
        return sha256(content.removesuffix(b"\n")).hexdigest()
