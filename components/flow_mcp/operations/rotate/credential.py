"""The present credential of a client, from its stack's outputs."""

from __future__ import annotations

from dataclasses import dataclass, field

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.stacks import NotAppliedError, Stacks
from flow_mcp.operations.rotate.errors import RotateError
from flow_mcp.review.policy.rule import SETTINGS
from flow_mcp.review.preview.preview import declaration_from
from flow_mcp.review.preview.values import plain
from flow_mcp.settings import SettingsDocument


@dataclass(frozen=True)
class Credential:
    """A client's ID and secret.

    Attributes:
        tenant: ID of the tenant.
        client: name of the client.
        authority: the authority that issues its tokens.
        client_id: its client ID.
        secret: its secret.
    """

    tenant: str
    client: str
    authority: str
    client_id: str
    secret: str = field(repr=False)


def credential(stacks: Stacks, stack: str, declaration: Declaration, client: str) -> Credential:
    """Return a client's present credential, if the stack has applied the secret that its file declares.

    Raises:
        RotateError: the file has a rotation that is not applied, or the client has no secret.
        StackError: Pulumi cannot read or decrypt the outputs.
    """
    _require_applied(stacks, stack, declaration, client)
    document = SettingsDocument.from_json(stacks.settings(stack))
    secret = stacks.client_secrets(stack).get(client)
    # `clientSecrets` has the secrets of the tenant's own server, which the document lists first.
    server = document.authorization_servers[0]
    registered = {listed.name: (server.authority, listed.client_id) for listed in server.clients}
    if secret is None or client not in registered:
        raise RotateError(f"The stack {stack} has no secret of {client} among its outputs.")
    return Credential(declaration.tenant.id, client, *registered[client], secret)


def _require_applied(stacks: Stacks, stack: str, declaration: Declaration, client: str) -> None:
    inputs = stacks.inputs_of(stack, SETTINGS)
    if not inputs:
        raise NotAppliedError(f"the stack {stack} has no settings yet; run `pulumi up --stack {stack}` first")
    applied = declaration_from(plain(inputs[0]), f"the state of the stack {stack}").tenant.clients.get(client)
    declared = declaration.tenant.clients.get(client)
    if declared is None or applied is None or applied.secret != declared.secret:
        raise RotateError(
            f"The secret of {client} that the file declares is not applied. Run `pulumi up --stack {stack}` "
            "first."
        )
