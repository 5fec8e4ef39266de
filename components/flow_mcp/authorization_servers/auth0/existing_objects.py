"""Ends an update before it creates an object that exists at Auth0 already, with a remedy.

Auth0 rejects a second object with status 409. The plugin takes over an existing grant of an application instead,
with whatever scopes it has (createClientGrant of its upstream provider).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi

from flow_mcp.authorization_servers.auth0.adoption.objects import Objects
from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import OwnedByOthersError

_CREDENTIALS = ("AUTH0_API_TOKEN", "AUTH0_CLIENT_ID")


def refusing_existing(
    domain: str, environment: Mapping[str, str], api: Callable[[str], ManagementApi] = ManagementApi
) -> pulumi.ResourceOptions:
    """Return options with which a resource is created only if Auth0 has no such object.

    Args:
        domain: domain of the Auth0 tenant.
        environment: variables of the program.
        api: opens a connection to the Management API of a domain.
    """
    if not any(environment.get(name) for name in _CREDENTIALS):
        return pulumi.ResourceOptions()  # The Management API does not accept the sign-in of Auth0's CLI.

    def refuse(arguments: pulumi.ResourceHookArgs) -> None:
        with api(domain) as connection:
            what = existing_object(
                Objects(connection, lambda _: None),
                arguments.type.rpartition(":")[2],
                arguments.new_inputs or {},
            )
        if what:
            raise OwnedByOthersError(
                f"{what} in the Auth0 tenant {domain} already, and is not in the state of this stack. Take it "
                "over with `flow-mcp adopt` and this stack's name, or delete it."
            )

    hook = pulumi.ResourceHook(f"refuse-existing-{domain}", refuse)
    return pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_create=[hook]))


def existing_object(objects: Objects, resource_type: str, inputs: Mapping[str, Any]) -> str:
    """Return the object that a resource would create and that exists, as a subject and verb; else empty.

    Args:
        objects: the objects of the Auth0 tenant.
        resource_type: last part of the resource's type in Pulumi.
        inputs: the resource's inputs, by name in Pulumi.
    """
    if resource_type == "ResourceServer" and inputs["identifier"] in objects.apis:
        return f"The API {inputs['identifier']} exists"
    if resource_type == "Role" and inputs["name"] in objects.roles:
        return f"The role {inputs['name']} exists"
    if resource_type == "ClientGrant":
        client_id, subject = inputs.get("clientId") or "", inputs["subjectType"]
        if objects.grant(inputs["audience"], client_id, subject):
            who = f"the application {client_id}" if client_id else "third-party applications"
            return f"The client grant of {who} for {inputs['audience']} (subject type {subject}) exists"
    return ""
