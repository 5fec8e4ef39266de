"""Checks the administrator's credentials in the environment, from which the Auth0 plugin reads them."""

from __future__ import annotations

from collections.abc import Mapping

from flow_mcp.authorization_servers.errors import CredentialsError

_TOKEN = "AUTH0_API_TOKEN"  # noqa: S105 the name of a variable
_CLIENT = ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY")


def check(environment: Mapping[str, str], domain: str) -> None:
    """Check in advance what the plugin would report late or misleadingly.

    Args:
        environment: environment variables of the program, which the plugin inherits.
        domain: domain of the Auth0 tenant, for messages.

    Raises:
        CredentialsError: the credentials are missing, incomplete or ambiguous.
    """
    token = bool(environment.get(_TOKEN))
    client = [name for name in _CLIENT if environment.get(name)]
    if token and client:
        raise CredentialsError(
            f"The environment has two kinds of credentials for Auth0, {_TOKEN} and {' and '.join(client)}. "
            "Unset one of them."
        )
    if token or environment.get("AUTH0_CLI_LOGIN"):
        return
    if not client:
        raise CredentialsError(
            f"The environment has no credentials for {domain}. Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET "
            f"of an application that may use the Auth0 Management API, or {_TOKEN}."
        )
    if "AUTH0_CLIENT_ID" not in client or len(client) == 1:
        raise CredentialsError(
            f"The environment has {' and '.join(client)} but not the other credentials for {domain}. "
            "Set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_CLIENT_ASSERTION_PRIVATE_KEY and "
            "AUTH0_CLIENT_ASSERTION_SIGNING_ALG)."
        )
