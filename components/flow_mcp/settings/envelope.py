"""The envelope in which a settings document travels: whose it is, which revision, and its digest.

A tenant's envelope is a file `<tenant>.json`, as `flow-mcp export` writes it and the runtime loads it. Its
schema is published as `docs/schemas/envelope.schema.json`.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, model_validator

from flow_mcp.settings.document import SettingsDocument
from flow_mcp.settings.strict_json import validate_strictly


class SettingsEnvelope(BaseModel):
    """A settings document with what a runtime needs to trust it and to refuse to go back."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    version: Annotated[Literal[1], Field(description="Of this contract.")]
    tenant: Annotated[str, Field(description="The tenant's ID in Flow, that of the document too.")]
    revision: Annotated[
        int,
        Field(
            ge=1,
            lt=2**53,
            description="Raised with each change of the document, never lowered: the number of the stack's "
            "update that changed it.",
        ),
    ]
    digest: Annotated[
        str,
        Field(
            pattern="^sha-256:[0-9a-f]{64}$", description="SHA-256 of the string `settings`, its UTF-8 bytes."
        ),
    ]
    settings: Annotated[
        str,
        Field(
            description="The settings document, its RFC 8785 JSON as a string: the digest can be checked "
            "without writing JSON canonically."
        ),
    ]

    @model_validator(mode="after")
    def _digest_is_of_the_settings(self) -> Self:
        if self.digest != _digest(self.settings):
            raise ValueError("the digest does not match the settings: the file was truncated or changed")
        return self

    @classmethod
    def of(cls, document: SettingsDocument, revision: int) -> Self:
        """Put a document into its envelope; the same arguments give the same bytes."""
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
        """Read an envelope and check its digest; the document in it is read by `document`.

        Raises:
            pydantic.ValidationError: it is no envelope of version 1, or the digest is wrong.
        """
        return validate_strictly(cls, text)

    def document(self) -> SettingsDocument:
        """Read the settings document in it.

        Raises:
            pydantic.ValidationError: it is not a settings document of version 1.
            ValueError: it is another tenant's.
        """
        document = SettingsDocument.from_json(self.settings)
        if document.tenant != self.tenant:
            raise ValueError(
                f"the envelope is for the tenant {self.tenant}, but its settings are for the tenant "
                f"{document.tenant}"
            )
        return document

    def to_json(self) -> str:
        """The envelope as RFC 8785 JSON with a line break, as it stands in a file."""
        return rfc8785.dumps(self.model_dump(mode="json")).decode() + "\n"


def _digest(settings: str) -> str:
    return f"sha-256:{sha256(settings.encode()).hexdigest()}"
