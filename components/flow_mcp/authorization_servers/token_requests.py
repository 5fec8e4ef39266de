"""Builds token requests of a settings document, which most kinds of authorization servers share."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from flow_mcp.settings import TokenRequest

if TYPE_CHECKING:
    from flow_mcp.declaration.declaration import ResourceDeclared


def program_request(
    resource: ResourceDeclared, token_endpoint: str, target: Mapping[str, str]
) -> TokenRequest:
    """Return the token request of a program, with the client credentials grant.

    Args:
        resource: the protected resource.
        token_endpoint: the server's token endpoint.
        target: the parameters that name the resource to the server, such as `scope`.
    """
    parameters = {"grant_type": "client_credentials", **target}
    return TokenRequest(resource=resource.url, token_endpoint=token_endpoint, parameters=parameters)


def person_request(
    resource: ResourceDeclared,
    client_id: str,
    endpoints: tuple[str, str],
    target: Mapping[str, str],
    at_token_endpoint: Mapping[str, str] = MappingProxyType({}),
) -> TokenRequest:
    """Return the token request of a person's client, with the authorization code grant and PKCE.

    Args:
        resource: the protected resource.
        client_id: the client's ID.
        endpoints: the server's authorization endpoint and token endpoint.
        target: the parameters of the authorization request that name the resource, such as `scope`.
        at_token_endpoint: those of the request that exchanges the code.
    """
    authorization_endpoint, token_endpoint = endpoints
    return TokenRequest(
        resource=resource.url,
        token_endpoint=token_endpoint,
        parameters={"client_id": client_id, "grant_type": "authorization_code", **at_token_endpoint},
        authorization_endpoint=authorization_endpoint,
        authorization_parameters={
            "client_id": client_id,
            "code_challenge_method": "S256",
            "response_type": "code",
            **target,
        },
    )
