"""The pack's configuration: how strictly each rule is enforced, who may waive it, and its own settings.

The file has the form of Pulumi's `--policy-pack-config`, so that one file serves engine and commands:
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
"""Key of a rule's level, Pulumi's word."""

AS_OF = "FLOW_MCP_AS_OF"
"""Environment variable that tells the day on which waivers and secrets are looked at, YYYY-MM-DD."""

OUTPUTS = "-outputs"
"""Suffix of a rule's second policy, the one on outputs; its level may be set apart."""


@dataclass(frozen=True)
class Configured:
    """One rule's configuration."""

    level: Level
    settings: RuleSettings


def usual_level(rule: Rule) -> Level:
    """The level of a rule that no configuration mentions."""
    return "advisory" if rule.severity is Severity.LOW else "mandatory"


def read(file: Path, rules: Iterable[Rule]) -> dict[str, Any]:
    """The file's content, held to what the rules take; `{}` where there is no file.

    Raises:
        PolicyPackError: it is no such file.
    """
    try:
        content = json.loads(file.read_bytes()) if file.exists() else {}
    except ValueError:
        raise PolicyPackError(f"{file} is not JSON; correct it, or remove it for the defaults") from None
    if not isinstance(content, dict):
        raise PolicyPackError(f"{file} must be a mapping from a rule's ID to its configuration")
    configured(content, rules, str(file))
    return content


def configured(content: Mapping[str, Any], rules: Iterable[Rule], source: str) -> dict[str, Configured]:
    """The configuration of every rule, by ID.

    Args:
        content: by rule's ID, a level or a mapping with `enforcementLevel` and settings.
        rules: the pack's.
        source: what to call it in errors.

    Raises:
        PolicyPackError: it names an unknown rule, or says what that rule does not take.
    """
    by_id = {rule.id: rule for rule in rules}
    for name in content.keys() - {"all", *by_id, *(f"{rule}{OUTPUTS}" for rule in by_id)}:
        raise PolicyPackError(f"{source}: {name} is no rule of this pack; its rules are in docs/policies.md")
    everywhere = _level(content.get("all"), source, "all")
    return {
        rule.id: Configured(
            _level(content.get(rule.id), source, rule.id) or everywhere or usual_level(rule),
            settings(rule, content.get(rule.id), source),
        )
        for rule in by_id.values()
    }


def settings(rule: Rule, entry: Any, source: str) -> RuleSettings:
    """What an entry of the configuration says of a rule.

    Raises:
        PolicyPackError: it says what the rule does not take.
    """
    given = {key: value for key, value in entry.items() if key != LEVEL} if isinstance(entry, dict) else {}
    try:
        model = rule.settings.model_validate_json(json.dumps(given), by_alias=True, by_name=False)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise PolicyPackError(f"{source}: {dotted((rule.id, *first['loc']))}: {first['msg']}") from None
    if model.waivable_by and not rule.waivable:
        raise PolicyPackError(f"{source}: {rule.id}.waivableBy: this rule can never be waived; remove it")
    return model


def schema(rule: Rule) -> dict[str, Any]:
    """JSON Schemas of a rule's settings, by name."""
    described = rule.settings.model_json_schema(by_alias=True)
    properties: dict[str, Any] = described["properties"]
    return {
        name: {key: value for key, value in each.items() if key != "title"}
        for name, each in properties.items()
        if rule.waivable or name != "waivableBy"
    }


def _level(entry: Any, source: str, name: str) -> Level | None:
    level = entry.get(LEVEL) if isinstance(entry, dict) else entry
    if level is None:
        return None
    known: tuple[Level, ...] = get_args(Level)
    for each in known:
        if level == each:
            return each
    raise PolicyPackError(f"{source}: {name}: the enforcement level must be one of {', '.join(known)}")
