"""A bundle: the envelopes of all tenants in one file, with a digest."""

from __future__ import annotations

from hashlib import sha256
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import Field, ValidationError, model_validator

from flow_mcp.common.strict_model import StrictModel
from flow_mcp.operations.export.errors import ExportError
from flow_mcp.settings import SettingsEnvelope


class Bundle(StrictModel):
    """Envelopes by tenant, with one digest that changes when any envelope changes."""

    version: Literal[1]
    digest: Annotated[
        str,
        Field(
            pattern="^sha-256:[0-9a-f]{64}$",
            description="SHA-256 of the lines `<tenant> <revision> <digest>`, each ended by a line feed, "
            "sorted by tenant.",
        ),
    ]
    envelopes: dict[str, SettingsEnvelope]

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if any(tenant != envelope.tenant for tenant, envelope in self.envelopes.items()):
            raise ValueError("an envelope is listed under another tenant")
        if self.digest != _digest(self.envelopes):
            raise ValueError("the digest does not match the envelopes")
        return self

    @classmethod
    def of(cls, envelopes: dict[str, SettingsEnvelope]) -> Self:
        """Create a bundle of envelopes; equal envelopes give equal bytes."""
        return cls(version=1, digest=_digest(envelopes), envelopes=envelopes)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Parse a bundle and check all of its digests.

        Raises:
            ExportError: the text is not a bundle, or a digest is wrong.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise ExportError(
                "The file to replace is not a bundle of an earlier export. Name another file, or remove it."
            ) from error

    def to_json(self) -> str:
        """Return the bundle as RFC 8785 JSON with a final line break."""
        return rfc8785.dumps(self.model_dump(mode="json")).decode() + "\n"


def _digest(envelopes: dict[str, SettingsEnvelope]) -> str:
    lines = (
        f"{tenant} {envelope.revision} {envelope.digest}\n" for tenant, envelope in sorted(envelopes.items())
    )
    return f"sha-256:{sha256(''.join(lines).encode()).hexdigest()}"
