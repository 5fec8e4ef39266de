"""The envelope of a settings document, with the tenant's ID, a revision and a digest.

`flow-mcp export` writes a tenant's envelope to a file `<tenant>.json`, which the runtime loads. Its schema is
published as `docs/schemas/envelope.schema.json`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import Field, model_validator

from flow_mcp.common.strict_model import StrictModel
from flow_mcp.settings.document import SettingsDocument
from flow_mcp.settings.strict_json import validate_strictly


class SettingsEnvelope(StrictModel):
    """A settings document with a digest, and with a revision by which the runtime rejects older documents."""

    version: Annotated[Literal[1], Field(description="Version of this contract.")]
    tenant: Annotated[str, Field(description="The tenant's ID in Flow, the same as in the document.")]
    revision: Annotated[
        int,
        Field(
            ge=1,
            lt=2**53,
            description="Number of the stack's update that last changed the document; it never decreases.",
        ),
    ]
    digest: Annotated[
        str,
        Field(
            pattern="^sha-256:[0-9a-f]{64}$",
            description="SHA-256 of the UTF-8 bytes of the string `settings`.",
        ),
    ]
    settings: Annotated[
        str,
        Field(
            description="The settings document as a string of RFC 8785 JSON, so that the digest can be "
            "verified without canonicalization."
        ),
    ]

    @model_validator(mode="after")
    def _digest_matches(self) -> Self:
        if self.digest != _digest(self.settings):
            raise ValueError("the digest does not match the settings: the file was truncated or changed")
        return self

    @classmethod
    def of(cls, document: SettingsDocument, revision: int) -> Self:
        """Create the envelope of a document; equal arguments give equal bytes."""
        settings = document.canonical_json()
        return cls(
            version=1,
            tenant=document.tenant,
            revision=revision,
            digest=_digest(settings),
            settings=settings,
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Parse an envelope and verify its digest. The method `document` parses the document in it.

        Raises:
            pydantic.ValidationError: the text is not an envelope of version 1, or its digest is wrong.
        """
        return validate_strictly(cls, text)

    def document(self) -> SettingsDocument:
        """Parse the settings document in the envelope.

        Raises:
            pydantic.ValidationError: `settings` is not a settings document of version 1.
            ValueError: the document belongs to another tenant.
        """
        document = SettingsDocument.from_json(self.settings)
        if document.tenant != self.tenant:
            raise ValueError(
                f"the envelope is for the tenant {self.tenant}, but its settings are for the tenant "
                f"{document.tenant}"
            )
        return document

    def to_json(self) -> str:
        """Return the envelope as RFC 8785 JSON with a trailing line break, the content of its file."""
        return rfc8785.dumps(self.model_dump(mode="json")).decode() + "\n"


def _digest(settings: str) -> str:
    return f"sha-256:{sha256(settings.encode()).hexdigest()}"
