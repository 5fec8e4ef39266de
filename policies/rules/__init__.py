"""The rules of the pack, a file each; adding one touches its file and this list."""

from __future__ import annotations

from flow_mcp.policy.rule import Rule

from .authority_https import AuthorityHttps
from .declaration_accepted import DeclarationAccepted
from .waivers_hold import WaiversHold

RULES: tuple[Rule, ...] = (
    WaiversHold(),
    AuthorityHttps(),
    DeclarationAccepted(),
)
