"""Which environments are production: a convention of names, which a project may have another of."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from flow_mcp.review.policy.rule import RuleSettings

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import Declaration


class ProductionSettings(RuleSettings):
    """Settings of a rule about production."""

    production: Annotated[
        tuple[str, ...],
        Field(
            description="IDs of the environments that are production, in lower case; * stands for any "
            "characters. None: no environment is, and the rule asks nothing."
        ),
    ] = ("production", "production-*", "prod", "prod-*", "live")

    def reached(self, declaration: Declaration, access: tuple[str, ...]) -> bool:
        """Whether an access list leads to production."""
        return any(self.is_production(each.environment) for each in declaration.reached_by(access))

    def has(self, declaration: Declaration) -> bool:
        """Whether the tenant has production."""
        return any(self.is_production(each.environment) for each in declaration.resources)

    def is_production(self, environment: str) -> bool:
        """Whether an environment is production."""
        return _matches(self.production, environment)


@lru_cache(maxsize=4096)
def _matches(patterns: tuple[str, ...], environment: str) -> bool:
    return any(fnmatchcase(environment.lower(), pattern) for pattern in patterns)
