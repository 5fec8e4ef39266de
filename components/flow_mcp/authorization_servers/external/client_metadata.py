"""Client metadata as they are declared, asked for and answered (RFC 7591 and 7592)."""

from __future__ import annotations

from typing import Any

from flow_mcp.authorization_servers.discovery.metadata_resource import Unordered
from flow_mcp.authorization_servers.external.registration_api import Management
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError, Properties


class RegisteredClientInputs(Properties):
    """Client metadata (RFC 7591, section 2).

    Attributes:
        registration_endpoint: of the server's metadata; None where it has none.
        initial_access_token_required: whether registering takes one, from the environment or configuration.
        client_name: that people see, and by which an administrator finds it.
        grant_types: `authorization_code` or `client_credentials`.
        redirect_uris: exact.
        scopes: that it may ask for.
        token_endpoint_auth_method: `none`, `client_secret_basic` or `private_key_jwt`.
        jwks_uri: where its public keys are.
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
    """The client as the server has it.

    Attributes:
        client_id: the server's.
        secret: None for clients without one.
        registration_access_token: None where the server lacks RFC 7592.
        registration_client_uri: likewise.
        rotates: whether even a look at the registration makes the server give a new token and end the old one
            (RFC 7592, section 3). Then it is looked at only where the new token is kept.
    """

    client_id: str
    secret: str | None = None
    registration_access_token: str | None = None
    registration_client_uri: str | None = None
    rotates: bool = False

    @property
    def management(self) -> Management | None:
        """How it is managed; None where the server lacks RFC 7592."""
        if self.registration_client_uri and self.registration_access_token:
            return Management(self.registration_client_uri, self.registration_access_token)
        return None


def body(inputs: RegisteredClientInputs) -> dict[str, Any]:
    """What the server is asked for (RFC 7591, section 2)."""
    metadata = {
        "client_name": inputs.client_name,
        "grant_types": list(inputs.grant_types),
        "redirect_uris": list(inputs.redirect_uris),
        "response_types": ["code"] if "authorization_code" in inputs.grant_types else [],
        "scope": " ".join(inputs.scopes),
        "token_endpoint_auth_method": inputs.token_endpoint_auth_method,
        "jwks_uri": inputs.jwks_uri,
    }
    return {name: value for name, value in metadata.items() if value is not None}


def observed(
    found: dict[str, Any], asked: RegisteredClientInputs, before: RegisteredClientState | None
) -> RegisteredClientState:
    """The client by the server's answer; what the answer leaves out is as it was asked for, or known."""
    grants = set(found.get("grant_types", asked.grant_types))
    if "refresh_token" not in asked.grant_types:
        # Refreshing is for the server to allow; it lets nobody in who was not in before.
        grants.discard("refresh_token")
    scopes = found["scope"].split() if isinstance(found.get("scope"), str) else asked.scopes
    # Servers add scopes of their own, such as openid; what was asked for must be there.
    if set(scopes).issuperset(asked.scopes):
        scopes = asked.scopes
    return RegisteredClientState(
        registration_endpoint=asked.registration_endpoint,
        initial_access_token_required=asked.initial_access_token_required,
        client_name=found.get("client_name", asked.client_name),
        grant_types=tuple(grants),
        redirect_uris=tuple(found.get("redirect_uris", asked.redirect_uris)),
        scopes=tuple(scopes),
        token_endpoint_auth_method=found.get("token_endpoint_auth_method", asked.token_endpoint_auth_method),
        jwks_uri=found.get("jwks_uri", asked.jwks_uri),
        client_id=found["client_id"],
        # An answer with new ones ends the old ones at once (RFC 7592, section 3).
        secret=found.get("client_secret") or (before and before.secret),
        registration_access_token=found.get("registration_access_token")
        or (before and before.registration_access_token),
        registration_client_uri=found.get("registration_client_uri")
        or (before and before.registration_client_uri),
        rotates=before is not None and before.rotates,
    )


def rotating(before: RegisteredClientState, after: RegisteredClientState) -> RegisteredClientState:
    """`after`, with what it says of the server that the token changed."""
    changed = before.registration_access_token != after.registration_access_token
    return after.model_copy(update={"rotates": before.rotates or changed})


def as_asked(
    inputs: RegisteredClientInputs, made: Made[RegisteredClientState]
) -> Made[RegisteredClientState]:
    """Servers may register other metadata than they were asked for (RFC 7591, section 3.2.1).

    Raises:
        PartlyDoneError: this one did.
    """
    wanted, got = inputs.values(), made.state.values()
    if others := sorted(name for name, value in wanted.items() if got.get(name) != value):
        raise PartlyDoneError(
            f"The server registered client {inputs.client_name} otherwise than declared "
            f"({', '.join(others)}): allow it there what is declared, or declare what the server allows.",
            made,
        )
    return made
