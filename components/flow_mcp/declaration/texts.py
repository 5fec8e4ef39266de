"""Strings for people and identifiers of a fixed form; two values that look the same are equal."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from flow_mcp.common.safe_text.plain import INVISIBLE
from flow_mcp.declaration.findings import RefusedError

UNKNOWN_DAY = "unknown"
"""The day of an event before the file recorded one."""

_LONGEST = 255
_DAY = re.compile(r"(?P<day>20[0-9]{2}-[0-9]{2}-[0-9]{2})(?: 00:00:00 \+0000 UTC)?")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


@dataclass(frozen=True)
class Form:
    """Annotation for a string type: the whole string must match a regular expression.

    Attributes:
        pattern: an expression with the same meaning in Python and in JSON Schema (ECMA-262).
        noun: the type's name with its article, for the message.
        form: the permitted characters and length, for the remedy.
    """

    pattern: str
    noun: str
    form: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^(?:{self.pattern})$"}

    def _check(self, text: str) -> str:
        if not re.fullmatch(self.pattern, text):
            raise RefusedError(f"is not {self.noun}", f"Use {self.form}.")
        return text


def _text(text: str) -> str:
    if not text or len(text) > _LONGEST:
        raise RefusedError("is empty or too long", f"Use 1 to {_LONGEST} characters.")
    require_visible(text)
    if text.strip() != text or "  " in text:
        raise RefusedError("has leading, trailing or repeated spaces", "Remove them.")
    if not unicodedata.is_normalized("NFC", text):
        raise RefusedError(
            "has letters and accents as separate characters", "Write it in Unicode's composed form (NFC)."
        )
    return text


def require_visible(text: str) -> None:
    """Check that a text shows what it contains.

    Raises:
        RefusedError: it has invisible characters, or some that change how others are displayed.
    """
    if not text.isprintable() or INVISIBLE.search(text):
        raise RefusedError(
            "has invisible characters, or characters that change how others are displayed",
            "Retype it with visible characters and single spaces only.",
        )


def day(text: str) -> str:
    """Return a date in the form YYYY-MM-DD.

    Raises:
        RefusedError: the text is not a date of this century.
    """
    # Pulumi converts a date without quotes to the longer form.
    match = _DAY.fullmatch(text)
    try:
        return date.fromisoformat(match["day"] if match else "").isoformat()
    except ValueError:
        raise RefusedError(
            "is not a date of this century", "Write it as YYYY-MM-DD, such as 2026-11-01."
        ) from None


def _day_or_unknown(text: str) -> str:
    return text if text == UNKNOWN_DAY else day(text)


def seconds(duration: str) -> int:
    """Return the seconds of a duration such as `5m`."""
    return int(duration[:-1]) * _UNITS[duration[-1]]


Identifier = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}",
        "an ID",
        "1 to 63 letters, digits, - and _, starting with a letter or digit",
    ),
    Field(examples=["456", "production"]),
]
"""The ID of a tenant, workspace or environment: a URL path segment that needs no encoding."""

Name = Annotated[
    str,
    Form(
        r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?",
        "a name",
        "1 to 40 lower-case letters, digits and -, without - at the start or end",
    ),
]
"""The name of a client in a tenant's file."""

ClientId = Annotated[
    str,
    Form(r"[\x21-\x7e]{1,255}", "a client ID", "1 to 255 ASCII characters without spaces (RFC 6749, A.1)"),
]

Text = Annotated[str, AfterValidator(_text), Field(json_schema_extra={"minLength": 1, "maxLength": _LONGEST})]
"""One line of text for people, without invisible characters."""

DAY = AfterValidator(day)
"""Validator of date fields, which accept a date with or without quotes in YAML."""

Day = Annotated[str, DAY, Field(examples=["2026-11-01"], json_schema_extra={"format": "date"})]

DAY_OR_UNKNOWN = AfterValidator(_day_or_unknown)
"""Validator of date fields that also accept `unknown`."""

DayOrUnknown = Annotated[
    str,
    DAY_OR_UNKNOWN,
    Field(json_schema_extra={"anyOf": [{"format": "date"}, {"const": UNKNOWN_DAY}]}),
]

Duration = Annotated[
    str,
    Form(r"[1-9][0-9]{0,5}[smhd]", "a duration", "a whole number and a unit, such as 90s, 5m, 8h or 180d"),
    Field(examples=["5m", "8h", "180d"]),
]
