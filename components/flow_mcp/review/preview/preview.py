"""Run `pulumi preview` of a tenant's stack and return the result as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from flow_mcp.authorization_servers.load import parse_unchecked
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.findings import DeclarationError, dotted
from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.engine import Engine, Event
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.run_result import require_completed
from flow_mcp.review.preview.secrets import with_masked_secrets
from flow_mcp.review.preview.steps import Step, outputs_change, states, steps, unknown_outputs
from flow_mcp.review.preview.values import unknown_paths

_STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Preview:
    """The changes that `pulumi up` would make to a stack, as far as a preview shows them.

    Attributes:
        stack: the stack's name.
        before: the declaration that was applied last; None if there is none.
        after: the declaration that would be applied; None if the tenant is removed.
        steps: the changes to resources.
        rule_results: the findings of the policies; `unknown` if a policy needs a value that is not known yet.
        unknown_outputs: URN and path of the stack's outputs that are unknown until the update; unknown inputs
            are part of the steps.
        outputs_change: whether the stack's outputs would change, which is not a step of the engine.
        configuration: the engine's configuration with encrypted values hidden; for comparison only.
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
    refresh: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> Preview:
    """Run `pulumi preview` with the policy pack.

    Args:
        engine: runs the preview.
        policies: the policies that must run.
        stack: the stack's name; the stack must exist at the backend.
        arguments: arguments of Pulumi that select another configuration file.
        refresh: whether the state is first compared with the server.
        report: called with the progress.

    Raises:
        PreviewError: the preview failed, or its result cannot be read.
    """
    resources = 0

    def watch(event: Event) -> None:
        nonlocal resources
        resources += "resourcePreEvent" in event
        report(f"{resources} resources")

    command = ("preview", *arguments, *(("--refresh",) if refresh else ()))
    run = engine.run(*command, stack=stack, watch=watch)
    run = with_masked_secrets(engine, run, stack, *arguments)
    require_completed(run, preview=True)
    policies.require_all_ran(run.events)
    before, after = declarations(run.events, stack)
    changes = steps(run.events)
    outputs = unknown_outputs(run.events, _STACK)
    rule_results = policies.rule_results(run.events)
    change = outputs_change(run.events, _STACK)
    return Preview(stack, before, after, changes, rule_results, outputs, change, configuration(run.events))


def declarations(events: Iterable[Event], stack: str) -> tuple[Declaration | None, Declaration | None]:
    """Return the declarations in the stack's state and in its program.

    Raises:
        PreviewError: the stack has several tenants or none, or a declaration cannot be read.
    """
    old_inputs, new_inputs = [], []
    for old, new in states(events, SETTINGS):
        old_inputs += [old] if old is not None else []
        new_inputs += [new] if new is not None else []
    if len(old_inputs) > 1 or len(new_inputs) > 1:
        raise PreviewError(
            f"the stack {stack} has more than one McpServerSettings; give each tenant its own stack"
        )
    if not old_inputs and not new_inputs:
        raise PreviewError(
            f"the stack {stack} has no McpServerSettings, neither in its program nor in its state"
        )
    return (
        declaration_from(old_inputs[0], f"the state of the stack {stack}") if old_inputs else None,
        declaration_from(new_inputs[0], f"the program of the stack {stack}") if new_inputs else None,
    )


def declaration_from(inputs: Any, place: str) -> Declaration:
    """Return the declaration in the component's inputs, unchecked: an older version may have accepted it.

    Raises:
        PreviewError: it cannot be read, or parts of it are unknown.
    """
    if (path := next(unknown_paths(inputs), None)) is not None:
        raise PreviewError(f"{place} contains a declaration whose {dotted(path)} is not known yet")
    try:
        return parse_unchecked(inputs.get("tenant"), inputs.get("instance"))
    except DeclarationError as error:
        raise PreviewError(f"{place} contains a declaration that this version cannot read: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        key = dotted(tuple(first["loc"]))
        raise PreviewError(
            f"{place} contains a declaration that this version cannot read: {key}: {first['msg']}. "
            "Apply it once with `pulumi up --policy-pack policies`"
        ) from None


def configuration(events: Iterable[Event]) -> Any:
    """Return the engine's configuration, as its first event contains it."""
    return next((event["preludeEvent"]["config"] for event in events if "preludeEvent" in event), None)
