"""The Scalekit resources of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from flow_mcp.authorization_servers.scalekit import names
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.plugin.program import PluginResource, call


class ScalekitResource(PluginResource):
    """An MCP server at Scalekit.

    Args:
        resource_name: name of the Pulumi resource.
        environment_url: URL of the Scalekit environment.
        owner: the stack, stored as the description.
        name: name that people see when they consent.
        url: URL of the protected resource.
        scopes: scopes of its tokens.
        access_token_seconds: lifetime of access tokens.
        dynamic_registration: whether clients may register.
        metadata_documents: URLs of the accepted metadata documents.
        opts: options of the Pulumi resource.
    """

    resource_id: pulumi.Output[str]
    deviations: pulumi.Output[Sequence[str]]

    def __init__(
        self,
        resource_name: str,
        *,
        environment_url: pulumi.Input[str],
        owner: pulumi.Input[str],
        name: pulumi.Input[str],
        url: pulumi.Input[str],
        scopes: pulumi.Input[Sequence[pulumi.Input[str]]],
        access_token_seconds: pulumi.Input[int],
        dynamic_registration: pulumi.Input[bool] = False,
        metadata_documents: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            resource_name,
            {
                "environment_url": environment_url,
                "owner": owner,
                "name": name,
                "url": url,
                "scopes": scopes,
                "access_token_seconds": access_token_seconds,
                "dynamic_registration": dynamic_registration,
                "metadata_documents": metadata_documents,
            },
            opts,
        )


class ScalekitClient(PluginResource):
    """A client of an MCP server at Scalekit.

    Args:
        resource_name: name of the Pulumi resource.
        environment_url: URL of the Scalekit environment.
        resource_id: ID of the MCP server.
        owner: the stack and the client, stored as the description.
        name: name that people see when they consent.
        scopes: scopes that the client may request.
        audience: further audiences of its tokens, in addition to the MCP server's ID.
        access_token_seconds: lifetime of its tokens.
        redirect_uris: redirect URIs of a client for people; empty for a program.
        opts: options of the Pulumi resource.
    """

    client_id: pulumi.Output[str]
    secret: pulumi.Output[str | None]

    def __init__(
        self,
        resource_name: str,
        *,
        environment_url: pulumi.Input[str],
        resource_id: pulumi.Input[str],
        owner: pulumi.Input[str],
        name: pulumi.Input[str],
        scopes: pulumi.Input[Sequence[pulumi.Input[str]]],
        audience: pulumi.Input[Sequence[pulumi.Input[str]]],
        access_token_seconds: pulumi.Input[int],
        redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__(
            resource_name,
            {
                "environment_url": environment_url,
                "resource_id": resource_id,
                "owner": owner,
                "name": name,
                "scopes": scopes,
                "audience": audience,
                "access_token_seconds": access_token_seconds,
                "redirect_uris": redirect_uris,
            },
            opts,
        )


def require_free(declaration: Declaration) -> None:
    """Check that no other stack manages the objects that the stack takes over. Nothing is changed.

    Raises:
        pulumi.RunError: another stack manages one; the message names it and the remedy.
    """
    adopted = declaration.tenant.adopted or {}
    if import_ids := [entry.id for _, entry in sorted(adopted.items()) if entry.id]:
        call("scalekitAdoptedObjects", {"owner": names.owner(declaration), "importIds": import_ids})
