"""The rules of the pack, a file each; adding one touches its file and this list."""

from __future__ import annotations

from .authority_https import AuthorityHttps
from .rule import Rule

RULES: tuple[Rule, ...] = (AuthorityHttps(),)
