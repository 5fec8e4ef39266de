"""The check of the administrator's credentials for Auth0."""

from __future__ import annotations

import pytest

from flow_mcp.authorization_servers.auth0 import credentials
from flow_mcp.authorization_servers.errors import CredentialsError

ID = {"AUTH0_CLIENT_ID": "applier"}
SECRET = {"AUTH0_CLIENT_SECRET": "s3cr3t"}
ASSERTION = {"AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": "s3cr3t"}
TOKEN = {"AUTH0_API_TOKEN": "s3cr3t"}


@pytest.mark.parametrize(
    "environment",
    [ID | SECRET, ID | ASSERTION, TOKEN, {"AUTH0_CLI_LOGIN": "true"}, TOKEN | {"AUTH0_CLIENT_ID": ""}],
)
def test_one_complete_set_of_credentials_is_accepted(environment: dict[str, str]) -> None:
    credentials.check(environment, "hooli.eu.auth0.com")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        (
            ID | SECRET | TOKEN,
            "The environment has two kinds of credentials for Auth0, AUTH0_API_TOKEN and AUTH0_CLIENT_ID and "
            "AUTH0_CLIENT_SECRET. Unset one of them.",
        ),
        (
            ID | TOKEN,
            "The environment has two kinds of credentials for Auth0, AUTH0_API_TOKEN and AUTH0_CLIENT_ID. "
            "Unset one of them.",
        ),
        ({}, "The environment has no credentials for hooli.eu.auth0.com. Set AUTH0_CLIENT_ID and "),
        (
            ID,
            "The environment has AUTH0_CLIENT_ID but not the other credentials for hooli.eu.auth0.com",
        ),
        (SECRET, "The environment has AUTH0_CLIENT_SECRET but not the other credentials for "),
    ],
)
def test_ambiguous_missing_and_incomplete_credentials_are_rejected(
    environment: dict[str, str], message: str
) -> None:
    with pytest.raises(CredentialsError) as raised:
        credentials.check(environment, "hooli.eu.auth0.com")
    assert str(raised.value).startswith(message)
    assert "s3cr3t" not in str(raised.value)
