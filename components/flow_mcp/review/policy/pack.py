"""Load the project's policy pack for the commands, with the same rules that Pulumi runs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import util
from pathlib import Path

from flow_mcp.review.policy import configuration
from flow_mcp.review.policy.configuration import Configured
from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.rule import Rule

CONFIGURATION = "configuration.json"
"""File name of the pack's configuration in its directory."""


@dataclass(frozen=True)
class Pack:
    """The rules of a policy pack and their configuration.

    Attributes:
        rules: the rules in the order of the pack's list.
        configured: the configuration of each rule, by rule ID.
    """

    rules: tuple[Rule, ...]
    configured: Mapping[str, Configured]

    @classmethod
    def load(cls, directory: Path, configured_by: Path | None = None) -> Pack:
        """Load the pack in a directory: `rules/` and `configuration.json`.

        The rules are loaded from the project, which may have added its own.

        Args:
            directory: the pack's directory, with `PulumiPolicy.yaml`.
            configured_by: a configuration file to use instead of the pack's own.

        Raises:
            PolicyPackError: the pack is missing or cannot be loaded, or its configuration is invalid.
        """
        rules = _rules(directory.resolve())
        file = configured_by or directory / CONFIGURATION
        content = configuration.read(file, rules)
        return cls(rules, configuration.configured(content, rules, str(file)))

    @cached_property
    def waivable_by(self) -> Mapping[str, tuple[str, ...]]:
        """Return who may accept violations, by rule ID."""
        return {rule.id: self.configured[rule.id].settings.waivable_by for rule in self.rules}


@lru_cache(maxsize=8)
def _rules(directory: Path) -> tuple[Rule, ...]:
    name, package = f"flow_mcp_policies_{abs(hash(directory)):x}", directory / "rules"
    spec = util.spec_from_file_location(
        name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    if spec is None or spec.loader is None or not (package / "__init__.py").is_file():
        raise PolicyPackError(f"{directory} is not a policy pack: rules/__init__.py is missing")
    module = util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        rules: tuple[Rule, ...] = module.RULES
    except Exception as error:
        del sys.modules[name]
        raise PolicyPackError(f"the policy pack {directory} cannot be loaded: {error!r}") from error
    if not rules:
        del sys.modules[name]
        raise PolicyPackError(f"the policy pack {directory} has no rules, so it would accept everything")
    return rules
