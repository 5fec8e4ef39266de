"""Takes over what somebody deleted and recreated without Pulumi, with the same name and another ID."""

from __future__ import annotations

from collections.abc import Callable

from flow_mcp.authorization_servers.adoption import Report, TakenOver
from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.stacks import NotAppliedError
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.recreated_on_keycloak import recreated_on_keycloak
from flow_mcp.operations.adopt.recreated_on_scalekit import recreated_on_scalekit
from flow_mcp.operations.drift import auth0
from flow_mcp.operations.drift.entra.recreated import recreated_on_entra
from flow_mcp.operations.drift.refresh import Refreshed, refreshed
from flow_mcp.review.preview.engine import Engine

BY_KIND: dict[str, Callable[[Refreshed, Report], tuple[TakenOver, ...]]] = {
    "auth0": auth0.recreated,
    "entra": recreated_on_entra,
    "flow-entra": recreated_on_entra,
    "keycloak": recreated_on_keycloak,
    "scalekit": recreated_on_scalekit,
}
"""How the recreated objects are found, by the kind of authorization server."""


def recreated_objects(engine: Engine, stack: str, report: Report) -> tuple[TakenOver, ...]:
    """Return the recreated objects of a tenant, and how each differs. Nothing is changed or locked.

    Args:
        engine: Pulumi's engine.
        stack: the stack's name.
        report: called with the progress.

    Raises:
        AdoptError: objects cannot be found on the tenant's kind of authorization server, its realm does not
            exist, or several objects can be the successor of one.
        SuccessorError: the same of an application of Entra.
        StackError: the stack has not been applied, or Pulumi does not answer as expected.
        PreviewError: the engine or a plugin failed.
        AuthorizationServerError: the server does not answer or rejects a request.
    """
    comparison = _comparison(engine, stack, report)
    kind = comparison.declaration.kind.key
    if kind not in BY_KIND:
        raise AdoptError(
            f"flow-mcp finds recreated objects on {', '.join(BY_KIND)} only, and {stack} uses {kind}. Delete "
            "the object, and run `pulumi up --refresh`."
        )
    return tuple(sorted(BY_KIND[kind](comparison, report), key=lambda item: item.resource))


def _comparison(engine: Engine, stack: str, report: Report) -> Refreshed:
    """Return the comparison with the tenant's own server, whose objects `adopted` records during a move too.

    On Auth0, a preview ends with an error if a declared object exists. A stack whose state was lost can
    therefore not be applied; its file says what it declares.
    """
    try:
        comparison, *_ = refreshed(engine, stack, report).at_servers
    except NotAppliedError:
        project = engine.stacks.project
        declared = from_file(project.stack_file(stack), instance_of(project.file)).declaration
        if declared.kind.key != "auth0":
            raise
        return Refreshed(declared, ())
    return comparison
