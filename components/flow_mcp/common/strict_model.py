"""The base of all models that are read from and written to JSON or YAML."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class StrictModel(BaseModel):
    """A model with camel-case keys that refuses unknown keys and converts no types.

    A misspelt or newer key may be a restriction, and must not be ignored.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )
