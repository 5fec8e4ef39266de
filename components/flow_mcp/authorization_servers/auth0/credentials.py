"""The administrator's credentials, which only the environment supplies; the plugin reads them itself."""

from __future__ import annotations

from collections.abc import Mapping

from flow_mcp.authorization_servers.errors import CredentialsError

_TOKEN = "AUTH0_API_TOKEN"  # noqa: S105 the name of a variable
_CLIENT = ("AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET", "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY")


def check(environment: Mapping[str, str], domain: str) -> None:
    """Tell now what the plugin would say in its own words, or with misleading ones.

    Args:
        environment: of the program, which the plugin's is too.
        domain: of the Auth0 tenant, for the message.

    Raises:
        CredentialsError: there are none, half of them, or two kinds.
    """
    token = bool(environment.get(_TOKEN))
    client = [name for name in _CLIENT if environment.get(name)]
    if token and client:
        raise CredentialsError(
            f"the environment has two kinds of credentials for Auth0, {_TOKEN} and {' and '.join(client)}; "
            f"unset one of them"
        )
    if token or environment.get("AUTH0_CLI_LOGIN"):
        return
    if not client:
        raise CredentialsError(
            f"no credentials for {domain} in the environment; set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET of "
            f"an application that may use the Auth0 Management API, or {_TOKEN}"
        )
    if "AUTH0_CLIENT_ID" not in client or len(client) == 1:
        raise CredentialsError(
            f"the environment has {' and '.join(client)} but not the rest of the credentials for {domain}; "
            "set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET (or AUTH0_CLIENT_ASSERTION_PRIVATE_KEY and "
            "AUTH0_CLIENT_ASSERTION_SIGNING_ALG)"
        )
