"""Parse unquoted YAML scalars, and recognize the ones that YAML parsers read differently.

Pulumi reads stack files with Go's yaml.v3, which follows neither YAML 1.1 (where `yes` is true and `1:30` is
90) nor 1.2 (where `0456` is 456). A scalar that parsers read differently is parsed as a string and marked as
doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml
from yaml.resolver import Resolver

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "false": False}
# Parsers that store numbers as doubles lose precision with more digits (RFC 8259, section 6).
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
# Strings that yaml.v3's resolve.go reads as a number, after it removes underscores, or as a time.
_GO_NUMBER = re.compile(
    r"[-+]?(?:0x[0-9a-f]+|0o[0-7]+|0b[01]+|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?)"
    r"|[-+]?\.(?:inf|nan)",
    re.IGNORECASE,
)
_GO_TIME = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?", re.DOTALL)
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})

_yaml_1_1: Callable[..., str] = Resolver().resolve


@lru_cache(maxsize=4096)  # the same scalars occur in many tenants' files
def plain(text: str) -> tuple[Any, bool]:
    """Return the value of an unquoted scalar, and whether other parsers read it differently."""
    if text in _BOOLEANS:
        return _BOOLEANS[text], False
    if _INTEGER.fullmatch(text):
        return int(text), False
    if text in _NULL:
        return None, False
    return text, _is_doubtful(text)


def _is_doubtful(text: str) -> bool:
    return (
        text.lower() in _WORDS
        or _yaml_1_1(yaml.ScalarNode, text, (True, False)) != "tag:yaml.org,2002:str"
        or _GO_NUMBER.fullmatch(text.replace("_", "")) is not None
        or _GO_TIME.fullmatch(text) is not None
    )
