"""The resource of this project's plugin for registered clients, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class RegisteredClientArgs(TypedDict):
    """The inputs of a registered client, which `RegisteredClientInputs` describes."""

    registration_endpoint: pulumi.Input[str | None]
    initial_access_token_required: pulumi.Input[bool]
    client_name: pulumi.Input[str]
    grant_types: pulumi.Input[Sequence[pulumi.Input[str]]]
    redirect_uris: pulumi.Input[Sequence[pulumi.Input[str]]]
    scopes: pulumi.Input[Sequence[pulumi.Input[str]]]
    token_endpoint_auth_method: pulumi.Input[str]
    jwks_uri: pulumi.Input[str] | None


class RegisteredClient(PluginResource[RegisteredClientArgs]):
    """A client that is registered with RFC 7591, and updated with RFC 7592 if the server supports it."""

    client_id: pulumi.Output[str]
    secret: pulumi.Output[str | None]
    registration_access_token: pulumi.Output[str | None]
    registration_client_uri: pulumi.Output[str | None]
