"""Test in the engine that the policy pack reports the bad examples of its rules.

`pulumi policy analyze` does not report which policies ran, so a pack that starts without some of its rules
would look like a state without violations.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from flow_mcp.declaration.findings import DeclarationError
from flow_mcp.review.policy.pack import Pack
from flow_mcp.review.policy.resources.component import declared
from flow_mcp.review.policy.rule import SETTINGS, Context, Resource, Rule, Violation
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.state import run_analysis


def self_test(engine: Engine, policies: Policies) -> None:
    """Evaluate the bad examples of the rules with the policy pack.

    Raises:
        PreviewError: a rule does not report its bad example, or the analysis failed.
    """
    pack = policies.pack
    bad_examples = {
        f"{rule.id}-{index}": example
        for rule in pack.rules
        if rule.id in policies.enabled
        for index, example in enumerate(rule.bad)
        if not example.type.startswith("pulumi:") and _reports(rule, example, pack, engine.as_of)
    }
    resources = [
        {
            "urn": f"urn:pulumi:examples::flow-mcp::{example.type}::{name}",
            "type": example.type,
            "custom": False,
            "inputs": example.inputs,
            "outputs": example.outputs,
        }
        for name, example in bad_examples.items()
    ]
    run = run_analysis(engine, resources)
    reported = {rule_result.rule_id for rule_result in policies.rule_results(run.events)}
    if missing := sorted({name.rpartition("-")[0] for name in bad_examples} - reported):
        raise PreviewError(
            f"the policy pack does not report the bad examples of {', '.join(missing[:3])}"
            f"{f' and {len(missing) - 3} more' if len(missing) > 3 else ''}; "
            "its __main__.py must start the policies of all rules"
        )


def _reports(rule: Rule, example: Resource, pack: Pack, as_of: date) -> bool:
    """Return whether the rule, as configured and on this day, reports its example or raises."""
    context = Context(as_of, pack.configured[rule.id].settings, pack.waivable_by)
    try:
        return any(isinstance(finding, Violation) for finding in _findings(rule, example, context))
    except Exception:
        return True


def _findings(rule: Rule, example: Resource, context: Context) -> Iterator[object]:
    yield from rule.in_resource(example, context)
    if example.type == SETTINGS:
        with suppress(DeclarationError):
            yield from rule.in_declaration(declared(example.inputs), context)
