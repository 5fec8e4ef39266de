"""`pulumi preview` of a tenant's stack, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from flow_mcp.authorization_servers.load import unchecked
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError, dotted
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.engine import Engine, Event
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.run_result import ended
from flow_mcp.review.preview.secrets import masked
from flow_mcp.review.preview.steps import Step, outputs_change, states, steps, unknown_outputs
from flow_mcp.review.preview.values import unknown

_STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Preview:
    """What `pulumi up` would do to a stack, as far as that can be known before.

    Attributes:
        stack: its name.
        before: the declaration that was applied last; None where none was.
        after: the declaration that would be applied; None where the tenant goes.
        steps: the changes to resources.
        judgements: what the policies say, `unknown` where a preview does not let them.
        unknown_outputs: URN and path of the stack's outputs that are not known before it is done; unknown
            inputs are with the steps.
        outputs_change: whether the stack would have other outputs, which is no step of the engine's.
        configuration: what the engine was configured with, encrypted values hidden; to compare, not to show.
    """

    stack: str
    before: Declaration | None
    after: Declaration | None
    steps: tuple[Step, ...]
    rule_results: tuple[RuleResult, ...]
    unknown_outputs: tuple[tuple[str, str], ...]
    outputs_change: bool
    configuration: Any

    @property
    def empty(self) -> bool:
        """Whether the update would change nothing, in no resource and no output."""
        return not self.steps and not self.outputs_change


def preview(
    engine: Engine,
    policies: Policies,
    stack: str,
    *arguments: str,
    report: Callable[[str], None] = lambda _: None,
) -> Preview:
    """Run `pulumi preview` with the policy pack.

    Args:
        engine: runs it.
        policies: what the pack must judge by.
        stack: the stack's name; it must be at the backend.
        arguments: where the stack's configuration is, if not in its file.
        report: is told how far it is.

    Raises:
        PreviewError: it cannot be told what would be done.
    """
    counted = 0

    def watch(event: Event) -> None:
        nonlocal counted
        counted += "resourcePreEvent" in event
        report(f"{counted} resources")

    run = masked(engine, engine.run("preview", *arguments, stack=stack, watch=watch), stack, *arguments)
    ended(run, preview=True)
    policies.asked(run.events)
    before, after = declarations(run.events, stack)
    found = steps(run.events)
    outputs = unknown_outputs(run.events, _STACK)
    rule_results = policies.rule_results(run.events)
    change = outputs_change(run.events, _STACK)
    return Preview(stack, before, after, found, rule_results, outputs, change, configuration(run.events))


def declarations(events: Iterable[Event], stack: str) -> tuple[Declaration | None, Declaration | None]:
    """The declarations in the state and in the program.

    Raises:
        PreviewError: the stack has more than one tenant, or none that can be read.
    """
    olds, news = [], []
    for old, new in states(events, SETTINGS):
        olds += [old] if old is not None else []
        news += [new] if new is not None else []
    if len(olds) > 1 or len(news) > 1:
        raise PreviewError(f"the stack {stack} has more than one McpServerSettings; give each tenant its own")
    if not olds and not news:
        raise PreviewError(f"the stack {stack} has no McpServerSettings, in its program or in its state")
    return (
        declared(olds[0], f"the state of the stack {stack}") if olds else None,
        declared(news[0], f"the program of the stack {stack}") if news else None,
    )


def declared(inputs: Any, where: str) -> Declaration:
    """A declaration among the component's inputs; its rules are not asked, for it may be an older version's.

    Raises:
        PreviewError: it has another shape, or parts of it are not known.
    """
    if (path := next(unknown(inputs), None)) is not None:
        raise PreviewError(f"{where} holds a declaration whose {dotted(path)} is not known yet")
    try:
        return unchecked(inputs.get("tenant"), inputs.get("instance"))
    except DeclarationError as error:
        raise PreviewError(f"{where} holds a declaration that this version cannot read: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = dotted(tuple(first["loc"]))
        raise PreviewError(
            f"{where} holds a declaration that this version cannot read: {place}: {first['msg']}. "
            "Apply it once with `pulumi up --policy-pack policies`"
        ) from None


def configuration(events: Iterable[Event]) -> Any:
    """What the engine says that it was configured with."""
    return next((event["preludeEvent"]["config"] for event in events if "preludeEvent" in event), None)
