"""The configuration of a policy pack: each rule's enforcement level, who may waive it, and its settings.

The file has the format of Pulumi's `--policy-pack-config`, so Pulumi and the commands read the same file:
https://www.pulumi.com/docs/iac/crossguard/configuration/
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import ValidationError

from flow_mcp.declaration.findings import dotted
from flow_mcp.review.policy.errors import PolicyPackError
from flow_mcp.review.policy.rule import Rule, RuleSettings, Severity

Level = Literal["mandatory", "advisory", "disabled"]

LEVEL = "enforcementLevel"
"""Key of a rule's enforcement level, as Pulumi names it."""

AS_OF = "FLOW_MCP_AS_OF"
"""Environment variable with the date on which waivers and secrets are evaluated, YYYY-MM-DD."""

OUTPUTS = "-outputs"
"""Suffix of a rule's policy on outputs, whose level can be configured separately."""


@dataclass(frozen=True)
class Configured:
    """The enforcement level and settings of one rule."""

    level: Level
    settings: RuleSettings


def usual_level(rule: Rule) -> Level:
    """Return the default enforcement level of a rule: advisory for severity low, else mandatory."""
    return "advisory" if rule.severity is Severity.LOW else "mandatory"


def read(file: Path, rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the validated content of a configuration file; `{}` if the file does not exist.

    Raises:
        PolicyPackError: the file is not JSON, or the rules do not accept its content.
    """
    try:
        content = json.loads(file.read_bytes()) if file.exists() else {}
    except ValueError:
        raise PolicyPackError(
            f"{file} is not valid JSON; correct it, or remove it to use the defaults"
        ) from None
    if not isinstance(content, dict):
        raise PolicyPackError(f"{file} must map rule IDs to their configuration")
    configured(content, rules, str(file))
    return content


def configured(content: Mapping[str, Any], rules: Iterable[Rule], source: str) -> dict[str, Configured]:
    """Return the configuration of every rule, by ID.

    Args:
        content: for each rule ID, a level or a mapping with `enforcementLevel` and settings.
        rules: the rules of the pack.
        source: name of the configuration in errors.

    Raises:
        PolicyPackError: an unknown rule is configured, or a rule does not accept a setting.
    """
    by_id = {rule.id: rule for rule in rules}
    for name in content.keys() - {"all", *by_id, *(f"{rule}{OUTPUTS}" for rule in by_id)}:
        raise PolicyPackError(
            f"{source}: {name} is not a rule of this pack; `flow-mcp schema policy-configuration` lists "
            "its rules"
        )
    everywhere = _level(content.get("all"), source, "all")
    return {
        rule.id: Configured(
            _level(content.get(rule.id), source, rule.id) or everywhere or usual_level(rule),
            settings(rule, content.get(rule.id), source),
        )
        for rule in by_id.values()
    }


def settings(rule: Rule, entry: Any, source: str) -> RuleSettings:
    """Return the settings of a rule from its entry in the configuration.

    Raises:
        PolicyPackError: the rule does not accept a setting.
    """
    settings = {key: value for key, value in entry.items() if key != LEVEL} if isinstance(entry, dict) else {}
    try:
        model = rule.settings.model_validate_json(json.dumps(settings), by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise PolicyPackError(f"{source}: {dotted((rule.id, *first['loc']))}: {first['msg']}") from None
    if model.waivable_by and not rule.waivable:
        raise PolicyPackError(
            f"{source}: {rule.id}.waivableBy: this rule cannot be waived; remove the setting"
        )
    return model


def schema(rule: Rule) -> dict[str, Any]:
    """Return the JSON Schema of each of a rule's settings, by name."""
    described = rule.settings.model_json_schema(by_alias=True)
    properties: dict[str, Any] = described["properties"]
    return {
        name: {key: value for key, value in schema.items() if key != "title"}
        for name, schema in properties.items()
        if rule.waivable or name != "waivableBy"
    }


def _level(entry: Any, source: str, name: str) -> Level | None:
    level = entry.get(LEVEL) if isinstance(entry, dict) else entry
    if level is None:
        return None
    levels: tuple[Level, ...] = get_args(Level)
    for permitted in levels:
        if level == permitted:
            return permitted
    raise PolicyPackError(f"{source}: {name}: the enforcement level must be one of {', '.join(levels)}")
