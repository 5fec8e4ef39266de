"""Pulumi's error messages, as they are shown to people."""

from __future__ import annotations

import pytest

from flow_mcp.engine.pulumi_messages import readable

_SERVER = "urn:pulumi:acme::flow-mcp::flow-mcp:index:McpServerSettings$flow-mcp:keycloak:AuthorizationServer"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (
            f"could not load provider for resource {_SERVER}$keycloak:index/realm:Realm::realm: could not "
            f"create provider {_SERVER}$pulumi:providers:keycloak::acme-admin::9cfb9ba0: configure provider "
            f"'{_SERVER}$pulumi:providers:keycloak::acme-admin': 1 error occurred:\n\t* error initializing "
            "keycloak provider: failed to sign in to Keycloak: 400 Bad Request\n\n",
            "error initializing keycloak provider: failed to sign in to Keycloak: 400 Bad Request. Check the "
            "credentials of the authorization server, and that it answers; `flow-mcp doctor` names what is "
            "missing",
        ),
        (
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n",
            "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions. No "
            "backend is chosen. Run `pulumi login`, or set PULUMI_BACKEND_URL; `pulumi login file://~` keeps "
            "the states on this machine",
        ),
        (
            "getting stack configuration: get stack secrets manager: incorrect passphrase",
            "getting stack configuration: get stack secrets manager: incorrect passphrase. Set "
            "PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE, to the passphrase with which the "
            "stack was created",
        ),
        (
            "failed to decrypt: incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct one",
            "failed to decrypt: incorrect passphrase, please set PULUMI_CONFIG_PASSPHRASE to the correct one",
        ),
        ("the disk is full.", "the disk is full."),
    ],
)
def test_a_message_begins_with_the_cause_and_ends_with_a_remedy_if_one_is_known(
    message: str, shown: str
) -> None:
    assert readable(message) == shown
