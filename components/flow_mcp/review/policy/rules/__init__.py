"""The package's rules, one in each module; a module with a leading underscore is a helper."""

from __future__ import annotations

from flow_mcp.review.policy.rule import rules_of

RULES = rules_of(__name__, __path__)
