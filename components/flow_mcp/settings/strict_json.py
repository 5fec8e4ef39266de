"""JSON that every reader takes for the same."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

_Model = TypeVar("_Model", bound=BaseModel)


class _RepeatedKeyError(Exception):
    pass


def validate_strictly(model: type[_Model], text: str | bytes) -> _Model:
    """Read a model from JSON in which no object names a key twice (RFC 7493, section 2.3).

    Readers differ in which of the two they take, so that a runtime could obey another document than the one
    that was reviewed.

    Raises:
        pydantic.ValidationError: the text is not JSON, names a key twice, or is not such a model.
    """
    try:
        json.loads(text, object_pairs_hook=_once)
    except _RepeatedKeyError:
        error = PydanticCustomError("repeated_key", "An object has a key twice")
        raise ValidationError.from_exception_data(
            model.__name__, [InitErrorDetails(type=error, loc=(), input=None)]
        ) from None
    except (ValueError, RecursionError):
        pass  # pydantic says what is wrong with it
    return model.model_validate_json(text, by_alias=True, by_name=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _RepeatedKeyError
    return found
