"""Export client credentials on request: the only part of the export that reads secrets."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from flow_mcp.engine.stacks import Stacks
from flow_mcp.operations.export import kubernetes
from flow_mcp.operations.export.collect import Collected

SecretsFormat = Literal["json", "kubernetes-secret"]


def credentials(stacks: Stacks, collected: Sequence[Collected], form: SecretsFormat) -> str:
    """Return the IDs and secrets of all clients that have a secret, as the text of a file.

    Raises:
        StackError: Pulumi cannot decrypt them.
    """
    by_tenant = {stack.document.tenant: _of(stacks, stack) for stack in collected}
    if form == "kubernetes-secret":
        return kubernetes.secrets({tenant: clients for tenant, clients in by_tenant.items() if clients})
    return json.dumps(by_tenant, indent=2, sort_keys=True) + "\n"


def _of(stacks: Stacks, collected: Collected) -> dict[str, dict[str, str]]:
    secrets = stacks.client_secrets(collected.stack)
    return {
        client.name: {
            "authority": server.authority,
            "clientId": client.client_id,
            "clientSecret": secrets[client.name],
        }
        for server in collected.document.authorization_servers
        for client in server.clients
        if client.name in secrets
    }
