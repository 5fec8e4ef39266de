"""Rejects a preview that would create an object that already exists at Auth0.

Auth0 rejects a second object with status 409, and accepts a second application with the same name. Recent
plugins take over an existing grant of an application instead, with whatever scopes it has (createClientGrant
of the upstream provider).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import count
from typing import Any

import pulumi

from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.errors import OwnedByOthersError
from flow_mcp.authorization_servers.representations import text

# Pulumi rejects a second hook of the same name, and a program can have several components of a domain.
_NUMBERS = count(1)
_CREDENTIALS = ("AUTH0_API_TOKEN", "AUTH0_CLIENT_ID")


def refusing_existing(domain: str, environment: Mapping[str, str]) -> pulumi.ResourceOptions:
    """Return options with which a preview fails if Auth0 has an object that the update would create.

    Only previews have a hook: in an update, a program that fails would end while Pulumi still calls hooks of
    other resources, and their errors would hide the program's own.

    Args:
        domain: domain of the Auth0 tenant.
        environment: variables of the program.
    """
    # The Management API does not accept the sign-in of Auth0's CLI.
    if not pulumi.runtime.is_dry_run() or not any(environment.get(name) for name in _CREDENTIALS):
        return pulumi.ResourceOptions()

    @cache
    def objects() -> Objects:
        # Read once, on the first creation. The import takes longer than those of an update without one.
        from flow_mcp.authorization_servers.auth0.management_api import ManagementApi

        return Objects(ManagementApi(domain), lambda _: None)

    def refuse(arguments: pulumi.ResourceHookArgs) -> None:
        resource_type, inputs = arguments.type.rpartition(":")[2], arguments.new_inputs or {}
        if what := existing_object(objects(), resource_type, inputs):
            raise OwnedByOthersError(
                f"{what} in the Auth0 tenant {domain} already, and is not in the state of this stack. Take "
                "it over with `flow-mcp adopt` and this stack's name, or delete it."
            )

    options = pulumi.ResourceHookOptions(on_dry_run=True)
    hook = pulumi.ResourceHook(f"existing objects of {domain} ({next(_NUMBERS)})", refuse, options)
    return pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook]))


def existing_object(objects: Objects, resource_type: str, inputs: Mapping[str, Any]) -> str:
    """Return the object that a resource would create and that exists, as a subject and verb; else empty.

    Args:
        objects: the objects of the Auth0 tenant.
        resource_type: last part of the resource's type in Pulumi.
        inputs: the resource's inputs, by name in Pulumi.
    """
    if resource_type == "Client":
        names = {text(client, "name") for client in objects.clients.values()}
        return f"An application with the name {inputs['name']} exists" if inputs["name"] in names else ""
    if resource_type == "ResourceServer" and inputs["identifier"] in objects.apis:
        return f"The API {inputs['identifier']} exists"
    if resource_type == "Role" and inputs["name"] in objects.roles:
        return f"The role {inputs['name']} exists"
    if resource_type == "ClientGrant":
        client_id, subject = inputs.get("clientId"), inputs["subjectType"]
        if client_id is not None and not isinstance(client_id, str):
            return ""  # A client that this update creates has no grants.
        if objects.grant(inputs["audience"], client_id or "", subject):
            who = f"the application {client_id}" if client_id else "third-party applications"
            return f"The client grant of {who} for {inputs['audience']} (subject type {subject}) exists"
    return ""
