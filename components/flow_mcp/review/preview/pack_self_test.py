"""Whether the policy pack refuses what it must, in the engine.

`pulumi policy analyze` does not say which policies it asked: a pack that starts without some of its rules
looks like a state without fault. So the rules' own bad examples are shown to it.
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
from flow_mcp.review.preview.state import analysis


def probe(engine: Engine, policies: Policies) -> None:
    """Show bad examples to the pack.

    Raises:
        PreviewError: it accepts one that its rule refuses, or it does not judge.
    """
    pack = policies.pack
    bad = {
        f"{rule.id}-{index}": example
        for rule in pack.rules
        if rule.id in policies.enabled
        for index, example in enumerate(rule.bad)
        if not example.type.startswith("pulumi:") and _refuses(rule, example, pack, engine.as_of)
    }
    resources = [
        {
            "urn": f"urn:pulumi:examples::flow-mcp::{example.type}::{name}",
            "type": example.type,
            "custom": False,
            "inputs": example.inputs,
            "outputs": example.outputs,
        }
        for name, example in bad.items()
    ]
    run = analysis(engine, resources)
    found = {each.rule_id for each in policies.rule_results(run.events)}
    if silent := sorted({name.rpartition("-")[0] for name in bad} - found):
        raise PreviewError(
            f"the policy pack accepts bad examples of {', '.join(silent[:3])}"
            f"{f' and {len(silent) - 3} more' if len(silent) > 3 else ''}; "
            "its __main__.py must start the policies of all rules"
        )


def _refuses(rule: Rule, example: Resource, pack: Pack, as_of: date) -> bool:
    """Whether the rule refuses its example as it is configured, on this day, or raises, as it would there."""
    context = Context(as_of, pack.configured[rule.id].settings, pack.waivable_by)
    try:
        return any(isinstance(each, Violation) for each in _findings(rule, example, context))
    except Exception:
        return True


def _findings(rule: Rule, example: Resource, context: Context) -> Iterator[object]:
    yield from rule.in_resource(example, context)
    if example.type == SETTINGS:
        with suppress(DeclarationError):
            yield from rule.in_declaration(declared(example.inputs), context)
