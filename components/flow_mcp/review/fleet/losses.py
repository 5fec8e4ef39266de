"""What is lost when a tenant is destroyed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.sign_in_paths import sign_in_paths
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.engine import Event
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.preview import declaration_from
from flow_mcp.review.preview.steps import states


def losses(events: Iterable[Event], stack: str) -> tuple[str, ...]:
    """Return what is lost, one text for each loss; asks the authorization server where it can be asked.

    Args:
        events: the preview of `pulumi destroy`.
        stack: the stack's name.
    """
    texts: list[str] = []
    for before, _ in states(events, SETTINGS):
        try:
            applied = declaration_from(before, f"the state of the stack {stack}")
        except PreviewError as error:
            texts.append(f"Unknown, because the declaration in the state cannot be read: {error}")
            continue
        for side in applied.at_servers:
            texts += _at_server(side)
    return tuple(dict.fromkeys(texts))


def _at_server(declaration: Declaration) -> Iterator[str]:
    yield from declaration.kind.losses(declaration)
    clients = declaration.tenant.clients
    secrets = sorted(name for name, client in clients.items() if client.authentication == "client-secret")
    if secrets:
        yield (
            f"The secrets of {', '.join(secrets)}. If the tenant is created again, they are replaced by new "
            "ones."
        )
    if clients and not declaration.kind.chooses_client_ids:
        yield f"The client IDs of {', '.join(sorted(clients))}, which {declaration.kind.key} assigned."
    sign_in = sorted(".".join(map(str, path.path[-2:])) for path in sign_in_paths(declaration))
    if sign_in:
        yield f"The sign-in of people through {', '.join(sign_in)}."
