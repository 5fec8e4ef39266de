"""What the policies of the pack say in a run, as judgements, and whether they were asked at all."""

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

# The SDK's words for a policy that needs a value that a preview does not know.
_CANNOT_RUN = re.compile(r"can't run policy '[^']*' from policy pack '[^']*' during preview: ")
# Which value that is would be the first that was met, another one each time.
_UNKNOWN = "needs a value that is known when it is applied"


@dataclass(frozen=True)
class Policies:
    """The project's policies, as Pulumi knows them.

    Attributes:
        pack: their rules.
        enabled: names of the policies that must be asked, two a rule.
    """

    pack: Pack
    enabled: frozenset[str]

    @classmethod
    def load(cls, directory: Path) -> Policies:
        """Those of the pack in a directory.

        Raises:
            PolicyPackError: there is none, or none of its rules is enabled.
        """
        pack = Pack.load(directory)
        content = configuration.read(directory / CONFIGURATION, pack.rules)
        off = {name for name, entry in content.items() if _level(entry) == "disabled"}
        enabled = {
            name
            for rule in pack.rules
            if pack.configured[rule.id].level != "disabled"
            for name in (rule.id, f"{rule.id}{configuration.OUTPUTS}")
        }
        if not enabled - off:
            raise PreviewError(f"every rule of {directory} is disabled, so that nothing would be judged")
        return cls(pack, frozenset(enabled - off))

    @cached_property
    def _rules(self) -> Mapping[str, Rule]:
        return {rule.id: rule for rule in self.pack.rules}

    def asked(self, events: Iterable[Event]) -> None:
        """Make sure that every policy was asked.

        Raises:
            PreviewError: one was not.
        """
        asked: set[str] = set()
        for event in events:
            for kind in ("policyAnalyzeSummaryEvent", "policyAnalyzeStackSummaryEvent"):
                summary = event.get(kind, {})
                asked |= {*(summary.get("passed") or ()), *(summary.get("failed") or ())}
        if missing := sorted(self.enabled - asked):
            more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
            raise PreviewError(
                f"the policy pack did not judge {', '.join(missing[:3])}{more}; "
                "its __main__.py must start the policies of all rules"
            )

    def rule_results(self, events: Iterable[Event]) -> tuple[RuleResult, ...]:
        """What the policies said, each thing once, sorted by rule and resource."""
        found = {self._judgement(event["policyEvent"]) for event in events if "policyEvent" in event}
        return tuple(sorted(found, key=lambda each: (each.rule_id, each.urn, each.kind, each.problem)))

    def _judgement(self, event: Mapping[str, Any]) -> RuleResult:
        rule_id = str(event.get("policyName", "")).removesuffix(configuration.OUTPUTS)
        rule = self._rules.get(rule_id)
        message, urn = event.get("message", "").strip(), event.get("resourceUrn", "")
        advisory = event.get("enforcementLevel") == "advisory"
        unknown = advisory and _CANNOT_RUN.match(message)
        remedy = rule.remedy if rule else ""
        # Pulumi puts the rule's message before what was found, and the pack its remedy behind.
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
