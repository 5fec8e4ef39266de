"""Request tokens with the requests of the settings document only, so that they are tested too."""

from __future__ import annotations

import httpx

from flow_mcp.authorization_servers.http import json_object
from flow_mcp.common.deadline import within
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.operations.dpop_key import DpopKey
from flow_mcp.settings import Client, TokenRequest

_SECONDS = 20.0
"""Time limit for the request and the whole answer, if the HTTP client supports it."""


class TokenRefusedError(FlowMcpError):
    """The authorization server issued no token.

    Attributes:
        code: the error code of RFC 6749, section 5.2; None if the answer has none.
        description: the `error_description`; None if the answer has none.
    """

    def __init__(
        self, client: str, endpoint: str, status: int, code: str | None, description: str | None = None
    ) -> None:
        self.code, self.description = code, description
        super().__init__(
            f"{endpoint} issued no token to {client}: status {status}, error {code or 'not stated'}"
        )


def fetch_program_token(
    http: httpx.Client,
    client: Client,
    request: TokenRequest,
    secret: str | None,
    *,
    without: tuple[str, ...] = (),
    dpop: DpopKey | None = None,
) -> str:
    """Request an access token by client credentials with HTTP Basic (RFC 6749, 2.3.1 and 4.4).

    Args:
        http: the HTTP client.
        client: the client that requests the token.
        request: one of the client's token requests.
        secret: the client secret; None if the request's parameters authenticate the client.
        without: names of the request's parameters to omit, for tests of incomplete requests.
        dpop: the key to which the token is bound (RFC 9449, 5); None for a request without a proof.

    Raises:
        TokenRefusedError: the server answered without a token.
        httpx.HTTPError: the server did not answer.
    """
    parameters = {name: value for name, value in request.parameters.items() if name not in without}
    # RFC 6749 requires form-encoded credentials, which Keycloak and most servers decode; httpx sends them
    # plain. The client IDs and the generated secrets of this project are equal in both encodings.
    basic = httpx.Auth() if secret is None else httpx.BasicAuth(client.client_id, secret)
    endpoint, nonce = request.token_endpoint, None
    with within(_SECONDS):
        for _ in range(2):
            headers = {"DPoP": dpop.proof("POST", endpoint, nonce=nonce)} if dpop else {}
            answer = http.post(endpoint, data=parameters, auth=basic, headers=headers)
            body = json_object(answer)
            nonce = answer.headers.get("DPoP-Nonce")
            if dpop is None or nonce is None or body.get("error") != "use_dpop_nonce":
                break
    token = body.get("access_token")
    if not isinstance(token, str):
        raise TokenRefusedError(
            client.name, endpoint, answer.status_code, body.get("error"), body.get("error_description")
        )
    return token
