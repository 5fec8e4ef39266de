"""The base of all models that are read from and written to JSON or YAML."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class StrictModel(BaseModel):
    """A model with camel-case keys that refuses unknown keys and converts no types.

    A misspelt or newer key may be a restriction, and must not be ignored.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, alias_generator=to_camel, validate_by_name=True
    )

    @classmethod
    def of_attributes(cls, source: object) -> Self:
        """Return a model with those attributes of an object that have the names of its fields.

        Raises:
            pydantic.ValidationError: an attribute is missing or has another type.
        """
        return cls.model_validate(source, from_attributes=True, by_name=True)
