"""The metadata of an authorization server, for use in a Pulumi program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import pulumi

from flow_mcp.engine.plugin.program import PluginResource


class MetadataArgs(TypedDict):
    """The inputs of the metadata."""

    authority: pulumi.Input[str]
    """The issuer."""


class AuthorizationServerMetadata(PluginResource[MetadataArgs]):
    """An authorization server's metadata.

    Create fails unless its issuer equals the authority byte for byte.
    """

    issuer: pulumi.Output[str]
    metadata_url: pulumi.Output[str]
    authorization_endpoint: pulumi.Output[str | None]
    token_endpoint: pulumi.Output[str]
    registration_endpoint: pulumi.Output[str | None]
    jwks_uri: pulumi.Output[str]
    grant_types_supported: pulumi.Output[Sequence[str]]
    code_challenge_methods_supported: pulumi.Output[Sequence[str]]
    client_id_metadata_document_supported: pulumi.Output[bool]
    token_endpoint_auth_methods_supported: pulumi.Output[Sequence[str]]
