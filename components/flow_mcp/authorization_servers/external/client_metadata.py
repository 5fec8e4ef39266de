"""Client metadata in inputs, requests and responses (RFC 7591 and 7592)."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.discovery.metadata_resource import Unordered
from flow_mcp.authorization_servers.external.application_type import application_type
from flow_mcp.authorization_servers.external.registration_api import Management
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError, Properties


class RegisteredClientInputs(Properties):
    """Client metadata (RFC 7591, section 2).

    Attributes:
        registration_endpoint: endpoint in the server's metadata; None if there is none.
        initial_access_token_required: whether registration needs an initial access token. The token comes
            from the environment or the configuration.
        client_name: name that people and administrators see.
        grant_types: `authorization_code` or `client_credentials`.
        redirect_uris: redirect URIs, compared exactly.
        scopes: scopes that the client may request.
        token_endpoint_auth_method: `none`, `client_secret_basic` or `private_key_jwt`.
        jwks_uri: URL of its public keys.
    """

    registration_endpoint: str | None = None
    initial_access_token_required: bool
    client_name: str
    grant_types: Unordered
    redirect_uris: Unordered = ()
    scopes: Unordered = ()
    token_endpoint_auth_method: str
    jwks_uri: str | None = None


class RegisteredClientState(RegisteredClientInputs):
    """A client that is registered at the server.

    Attributes:
        client_id: the ID that the server assigned.
        secret: the secret; None for a client without one.
        registration_access_token: the token for RFC 7592; None if the server does not support it.
        registration_client_uri: the URL for RFC 7592; None if the server does not support it.
        rotates: whether the server replaces the registration access token when the registration is read
            (RFC 7592, section 3). Then it is read only where Pulumi stores the new token.
    """

    client_id: str
    secret: str | None = None
    registration_access_token: str | None = None
    registration_client_uri: str | None = None
    rotates: bool = False

    @property
    def management(self) -> Management | None:
        """URL and token of the registration; None if the server does not support RFC 7592."""
        if self.registration_client_uri and self.registration_access_token:
            return Management(self.registration_client_uri, self.registration_access_token)
        return None


def body(inputs: RegisteredClientInputs) -> dict[str, Any]:
    """Return the client metadata of a request (RFC 7591, section 2)."""
    metadata = {
        "client_name": inputs.client_name,
        "grant_types": list(inputs.grant_types),
        "redirect_uris": list(inputs.redirect_uris),
        "response_types": ["code"] if "authorization_code" in inputs.grant_types else [],
        "scope": " ".join(inputs.scopes),
        "token_endpoint_auth_method": inputs.token_endpoint_auth_method,
        "jwks_uri": inputs.jwks_uri,
        "application_type": application_type(inputs.redirect_uris),
    }
    return {name: value for name, value in metadata.items() if value is not None}


def state_from_response(
    response: dict[str, Any], requested: RegisteredClientInputs, previous: RegisteredClientState | None
) -> RegisteredClientState:
    """Return the state after a response. Absent fields have the requested or the previous value."""
    grants = set(response.get("grant_types", requested.grant_types))
    if "refresh_token" not in requested.grant_types:
        # The server may add refresh tokens: they give access only to people who have signed in already.
        grants.discard("refresh_token")
    scopes = response["scope"].split() if isinstance(response.get("scope"), str) else requested.scopes
    # Servers add scopes such as openid, which is no difference if all requested scopes are registered.
    if set(scopes).issuperset(requested.scopes):
        scopes = requested.scopes
    return RegisteredClientState(
        registration_endpoint=requested.registration_endpoint,
        initial_access_token_required=requested.initial_access_token_required,
        client_name=response.get("client_name", requested.client_name),
        grant_types=tuple(grants),
        redirect_uris=tuple(response.get("redirect_uris", requested.redirect_uris)),
        scopes=tuple(scopes),
        token_endpoint_auth_method=response.get(
            "token_endpoint_auth_method", requested.token_endpoint_auth_method
        ),
        jwks_uri=response.get("jwks_uri", requested.jwks_uri),
        client_id=response["client_id"],
        # New values in a response invalidate the previous ones at once (RFC 7592, section 3).
        secret=response.get("client_secret") or (previous and previous.secret),
        registration_access_token=response.get("registration_access_token")
        or (previous and previous.registration_access_token),
        registration_client_uri=response.get("registration_client_uri")
        or (previous and previous.registration_client_uri),
        rotates=previous is not None and previous.rotates,
    )


def with_rotation(before: RegisteredClientState, after: RegisteredClientState) -> RegisteredClientState:
    """Return `after` with `rotates` set if the registration access token changed."""
    changed = before.registration_access_token != after.registration_access_token
    return after.model_copy(update={"rotates": before.rotates or changed})


def require_requested_metadata(
    inputs: RegisteredClientInputs, made: Made[RegisteredClientState]
) -> Made[RegisteredClientState]:
    """Return the registered client if the server registered the requested metadata.

    Raises:
        PartlyDoneError: the server registered other metadata, which RFC 7591, section 3.2.1 permits.
    """
    requested, registered = inputs.values(), made.state.values()
    if different := sorted(name for name, value in requested.items() if registered.get(name) != value):
        raise PartlyDoneError(
            f"The server registered client {inputs.client_name} with other metadata than declared "
            f"({', '.join(different)}). Allow the declared values at the server, or declare the values that "
            "it allows.",
            made,
        )
    return made
