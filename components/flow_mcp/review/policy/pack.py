"""Load a project's policy pack for the commands and for Pulumi: the package's rules and the project's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from flow_mcp.review.policy import configuration
from flow_mcp.review.policy.configuration import Configured
from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.own_rules import own_rules
from flow_mcp.review.policy.rule import Rule

CONFIGURATION = "configuration.json"
"""File name of the pack's configuration in its directory."""


@dataclass(frozen=True)
class Pack:
    """The rules of a policy pack and their configuration.

    Attributes:
        rules: the package's rules, then the project's own, each sorted by ID.
        configured: the configuration of each rule, by rule ID.
    """

    rules: tuple[Rule, ...]
    configured: Mapping[str, Configured]

    @classmethod
    def load(cls, directory: Path, configured_by: Path | None = None) -> Pack:
        """Load the pack in a directory: its `configuration.json`, and its own rules in `rules/`.

        Args:
            directory: the pack's directory, with `PulumiPolicy.yaml`.
            configured_by: a configuration file to use instead of the pack's own.

        Raises:
            PolicyPackError: the pack is missing or cannot be loaded, or its configuration is invalid.
        """
        rules = rules_in(directory)
        file = configured_by or directory / CONFIGURATION
        content = configuration.read(file, rules)
        return cls(rules, configuration.configured(content, rules, str(file)))

    @cached_property
    def waivable_by(self) -> Mapping[str, tuple[str, ...]]:
        """Return who may accept violations, by rule ID."""
        return {rule.id: self.configured[rule.id].settings.waivable_by for rule in self.rules}


def rules_in(directory: Path) -> tuple[Rule, ...]:
    """Return the rules of the pack in a directory: the package's, then the project's own.

    Raises:
        PolicyPackError: the directory is missing, or its own rules cannot be loaded.
    """
    if not directory.is_dir():
        raise PolicyPackError(
            f"there is no policy pack {directory}; restore it, or create a project with `flow-mcp new`"
        )
    # The rules import what they evaluate; importers of this module that evaluate nothing do without.
    from flow_mcp.review.policy.rules import RULES

    return (*RULES, *own_rules(directory.resolve()))
