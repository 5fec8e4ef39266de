"""The Auth0 resources of this project's plugin, for use in a Pulumi program."""

from __future__ import annotations

from typing import TypedDict

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class ClientSecretArgs(TypedDict):
    """The inputs of a client's secret, which `Auth0SecretInputs` describes."""

    domain: pulumi.Input[str]
    client_id: pulumi.Input[str]
    issued: pulumi.Input[str] | None


class Auth0ClientSecret(PluginResource[ClientSecretArgs]):
    """The secret of a client. Another day is a rotation, which ends the present secret at once."""

    value: pulumi.Output[str]


class FormerSettingsArgs(TypedDict):
    """The settings that the stack sets, which `FormerSettingsInputs` describes."""

    domain: pulumi.Input[str]
    dynamic_registration: pulumi.Input[bool]
    metadata_documents: pulumi.Input[bool]
    resource_parameter_profile: pulumi.Input[str]


class Auth0FormerSettings(PluginResource[FormerSettingsArgs]):
    """The settings of an Auth0 tenant before the stack set them. Delete restores them."""
