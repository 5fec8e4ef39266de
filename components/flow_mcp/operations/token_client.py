"""Fetches tokens as the settings document says: nothing hard-coded, so that the document is what is tried."""

from __future__ import annotations

import httpx

from flow_mcp.common.deadline import within
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.settings import Client, TokenRequest

_SECONDS = 20.0
"""For the request and the whole answer, where the client keeps to the limit."""


class TokenRefusedError(FlowMcpError):
    """The authorization server gave no token.

    Attributes:
        code: the error code of RFC 6749, section 5.2, if the server named one.
        description: its `error_description`, if the server gave one.
    """

    def __init__(
        self, client: str, endpoint: str, status: int, code: str | None, description: str | None = None
    ) -> None:
        self.code, self.description = code, description
        super().__init__(f"{endpoint} gave {client} no token: status {status}, error {code or 'not named'}")


def fetch_program_token(
    http: httpx.Client,
    client: Client,
    request: TokenRequest,
    secret: str | None,
    *,
    without: tuple[str, ...] = (),
) -> str:
    """Fetch an access token by client credentials, authenticated by HTTP Basic (RFC 6749, 2.3.1 and 4.4).

    Args:
        http: what sends the request.
        client: who asks.
        request: one of its token requests.
        secret: its client secret; None where the request's parameters authenticate the client.
        without: parameters of the request to leave out, to see what happens then.

    Raises:
        TokenRefusedError: the server answered without a token.
        httpx.HTTPError: it did not answer.
    """
    parameters = {name: value for name, value in request.parameters.items() if name not in without}
    # Keycloak, as most servers, takes the form-encoded pair that RFC 6749 asks for and httpx sends plain;
    # our client IDs and generated secrets are the same in both.
    basic = httpx.Auth() if secret is None else httpx.BasicAuth(client.client_id, secret)
    with within(_SECONDS):
        answer = http.post(request.token_endpoint, data=parameters, auth=basic)
    try:
        body = answer.json()
    except ValueError:
        body = {}
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(token, str):
        code = body.get("error") if isinstance(body, dict) else None
        description = body.get("error_description") if isinstance(body, dict) else None
        raise TokenRefusedError(client.name, request.token_endpoint, answer.status_code, code, description)
    return token
