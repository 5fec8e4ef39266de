"""Parse JSON and reject duplicate keys, which parsers treat differently."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_Model = TypeVar("_Model", bound=BaseModel)


class _RepeatedKeyError(Exception):
    pass


def validate_strictly(model: type[_Model], text: str | bytes) -> _Model:
    """Parse a model from JSON without duplicate keys (RFC 7493, section 2.3).

    Parsers differ in which of the two values they use, so that a runtime could apply another document than
    the one that was reviewed.

    Raises:
        pydantic.ValidationError: the text is not JSON, has a duplicate key, or does not match the model.
    """
    try:
        json.loads(text, object_pairs_hook=_unique_keys)
    except _RepeatedKeyError:
        error = PydanticCustomError("repeated_key", "An object has a key twice")
        raise ValidationError.from_exception_data(
            model.__name__, [InitErrorDetails(type=error, loc=(), input=None)]
        ) from None
    except (ValueError, RecursionError):
        pass  # pydantic reports the error
    return model.model_validate_json(text, by_alias=True, by_name=False)


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise _RepeatedKeyError
    return value
