"""Recognize production environments by their names, which a project can configure."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from flow_mcp.review.policy.rule import RuleSettings

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration


class ProductionSettings(RuleSettings):
    """Settings of a rule about production environments."""

    production: Annotated[
        tuple[str, ...],
        Field(
            description="IDs of production environments, in lower case; * matches any characters. With an "
            "empty list, the rule reports nothing."
        ),
    ] = ("production", "production-*", "prod", "prod-*", "live")

    def reached(self, declaration: Declaration, access: tuple[str, ...]) -> bool:
        """Return whether an access list grants access to production."""
        return any(self.is_production(resource.environment) for resource in declaration.reached_by(access))

    def has(self, declaration: Declaration) -> bool:
        """Return whether the tenant has a production environment."""
        return any(self.is_production(resource.environment) for resource in declaration.resources)

    def is_production(self, environment: str) -> bool:
        """Return whether an environment is production."""
        return _matches(self.production, environment)


@lru_cache(maxsize=4096)
def _matches(patterns: tuple[str, ...], environment: str) -> bool:
    return any(fnmatchcase(environment.lower(), pattern) for pattern in patterns)
