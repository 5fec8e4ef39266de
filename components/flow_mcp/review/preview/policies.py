"""Read the findings of the policy pack from a run's events, and check that all its policies ran."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from flow_mcp.review.policy import configuration
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.pack import CONFIGURATION, Pack
from flow_mcp.review.policy.rule import Rule
from flow_mcp.review.preview.engine import Event
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.run_result import scrubbed

# The SDK's message if a policy needs a value that is unknown in a preview.
_UNKNOWN_VALUE_MESSAGE = re.compile(r"can't run policy '[^']*' from policy pack '[^']*' during preview: ")
# The SDK names the first unknown value that it finds, which differs from run to run.
_UNKNOWN = "needs a value that is unknown until the update"


def needs_unknown_value(event: Event) -> bool:
    """Return whether the event says only that a policy needs a value that is unknown in a preview.

    Its message, which may contain other values, is never shown.
    """
    policy = event.get("policyEvent", {})
    advisory = policy.get("enforcementLevel") == "advisory"
    return bool(advisory and _UNKNOWN_VALUE_MESSAGE.match(str(policy.get("message", "")).strip()))


@dataclass(frozen=True)
class Policies:
    """The policies of the project's pack, as Pulumi runs them.

    Attributes:
        pack: the policy pack with its rules.
        enabled: names of the policies that must run; each rule has two.
    """

    pack: Pack
    enabled: frozenset[str]

    @classmethod
    def load(cls, directory: Path) -> Policies:
        """Load the policies of the pack in a directory.

        Raises:
            PolicyPackError: there is no pack, or it cannot be loaded.
            PreviewError: every rule is disabled.
        """
        pack = Pack.load(directory)
        content = configuration.read(directory / CONFIGURATION, pack.rules)
        disabled = {name for name, entry in content.items() if _level(entry) == "disabled"}
        enabled = {
            name
            for rule in pack.rules
            if pack.configured[rule.id].level != "disabled"
            for name in (rule.id, f"{rule.id}{configuration.OUTPUTS}")
        }
        if not enabled - disabled:
            raise PreviewError(f"every rule of {directory} is disabled, so nothing would be evaluated")
        return cls(pack, frozenset(enabled - disabled))

    @cached_property
    def _rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.pack.rules}

    def require_all_ran(self, events: Iterable[Event]) -> None:
        """Check that every policy ran.

        Raises:
            PreviewError: a policy did not run.
        """
        ran: set[str] = set()
        for event in events:
            for kind in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
                summary = event.get(kind, {})
                ran |= {*(summary.get("passed") or ()), *(summary.get("failed") or ())}
        if missing := sorted(self.enabled - ran):
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise PreviewError(
                f"the policy pack did not evaluate {', '.join(missing[:3])}{more}; "
                "its __main__.py must start the policies of all rules"
            )

    def rule_results(self, events: Iterable[Event]) -> tuple[RuleResult, ...]:
        """Return the findings of the policies without duplicates, sorted by rule and resource."""
        findings = {self._rule_result(event["policyEvent"]) for event in events if "policyEvent" in event}
        return tuple(
            sorted(
                findings, key=lambda finding: (finding.rule_id, finding.urn, finding.kind, finding.problem)
            )
        )

    def _rule_result(self, event: Mapping[str, Any]) -> RuleResult:
        rule_id = str(event.get("policyName", "")).removesuffix(configuration.OUTPUTS)
        rule = self._rules.get(rule_id)
        message, urn = event.get("message", "").strip(), event.get("resourceUrn", "")
        advisory = event.get("enforcementLevel") == "advisory"
        unknown = advisory and _UNKNOWN_VALUE_MESSAGE.match(message)
        remedy = rule.remedy if rule else ""
        # Pulumi puts the rule's message before the problem, and the pack puts the remedy after it.
        problem = _UNKNOWN if unknown else message.removeprefix(rule.message if rule else "").strip()
        problem = problem.removesuffix(remedy).strip().rstrip(".")
        return RuleResult(
            rule_id,
            event.get("severity") or (rule.severity.value if rule else "high"),
            "advisory" if advisory else "mandatory",
            "unknown" if unknown else "violation",
            (),
            urn,
            scrubbed(problem, os.environ),
            remedy,
        )


def _level(entry: Any) -> Any:
    return entry.get(configuration.LEVEL) if isinstance(entry, dict) else entry
