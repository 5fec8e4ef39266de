"""The resource of a client registered with RFC 7591, with its secret and registration access token."""

from __future__ import annotations

import logging
import os
from typing import ClassVar

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.external.client_metadata import (
    RegisteredClientInputs,
    RegisteredClientState,
    body,
    require_requested_metadata,
    state_from_response,
    with_rotation,
)
from flow_mcp.authorization_servers.external.registration_api import (
    Management,
    RegistrationApi,
    required_endpoint,
)
from flow_mcp.engine.plugin.resource import Made, Resource

_LOG = logging.getLogger(__name__)
_DEFAULT_GRANTS = ("authorization_code",)
_DEFAULT_METHOD = "client_secret_basic"
"""Both defaults are those of RFC 7591, section 2."""


class RegisteredClientResource(Resource[RegisteredClientInputs, RegisteredClientState]):
    """A registered client. Its state has the latest secret and registration access token of the server."""

    name = "RegisteredClient"
    inputs = RegisteredClientInputs
    state = RegisteredClientState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"registrationEndpoint"})
    secrets: ClassVar[frozenset[str]] = frozenset({"secret", "registrationAccessToken"})

    def __init__(self, api: RegistrationApi | None = None) -> None:
        self._api = api or RegistrationApi()

    def create(self, inputs: RegisteredClientInputs) -> Made[RegisteredClientState]:
        state = self._register(inputs)
        return require_requested_metadata(inputs, Made(state.client_id, state))

    def read(
        self, resource_id: str, state: RegisteredClientState | None
    ) -> Made[RegisteredClientState] | None:
        if state is None:
            return self._import(resource_id)
        if state.management is None or state.rotates:
            # A new token would be lost, because Pulumi also reads in previews, which store no state.
            return Made(resource_id, state)
        response = self._api.read(state.management)
        if response is None:
            _LOG.warning(
                "%s answers that the client does not exist or its registration access token is not valid "
                "(RFC 7592, section 2.1); `pulumi up` registers the client again",
                state.registration_client_uri,
            )
            return None
        return Made(resource_id, state_from_response(response, state, state))

    def update(
        self, resource_id: str, inputs: RegisteredClientInputs, state: RegisteredClientState
    ) -> RegisteredClientState:
        if state.management is None:
            raise AuthorizationServerError(
                f"Client {state.client_id} cannot be changed, because its server does not support RFC 7592. "
                "Have it deleted there, and register it again with `pulumi up --replace` and this resource's "
                "URN."
            )
        response = self._api.update(state.management, {"client_id": state.client_id, **body(inputs)})
        if response is None:
            _LOG.warning(
                "the server answers that client %s does not exist or its registration access token is not "
                "valid; the client is registered again. If the former one exists, have it deleted there",
                state.client_id,
            )
            return require_requested_metadata(inputs, Made(resource_id, self._register(inputs))).state
        return require_requested_metadata(
            inputs, Made(resource_id, state_from_response(response, inputs, state))
        ).state

    def delete(self, resource_id: str, state: RegisteredClientState) -> None:
        del resource_id
        if state.management is None:
            _LOG.warning(
                "client %s stays registered, because its server does not support RFC 7592; "
                "have it deleted there",
                state.client_id,
            )
            return
        self._api.delete(state.management)

    def _register(self, inputs: RegisteredClientInputs) -> RegisteredClientState:
        registered = self._api.register(
            required_endpoint(inputs.registration_endpoint),
            body(inputs),
            protected=inputs.initial_access_token_required,
        )
        return self._with_rotation_probed(inputs, state_from_response(registered, inputs, None))

    def _with_rotation_probed(
        self, inputs: RegisteredClientInputs, state: RegisteredClientState
    ) -> RegisteredClientState:
        """Read the registration once, to find out whether that replaces its registration access token."""
        if state.management is None:
            return state
        try:
            response = self._api.read(state.management)
        except AuthorizationServerError as error:
            _LOG.warning("the registration of %s will not be read again: %s", state.client_id, error)
            return state.model_copy(update={"rotates": True})
        if response is None:
            return state
        return with_rotation(state, state_from_response(response, inputs, state))

    def _import(self, resource_id: str) -> Made[RegisteredClientState] | None:
        token = os.environ.get("FLOW_MCP_REGISTRATION_ACCESS_TOKEN")
        endpoint = os.environ.get("FLOW_MCP_REGISTRATION_ENDPOINT")
        if not token or not endpoint or "://" not in resource_id:
            raise AuthorizationServerError(
                "The import ID of a registered client is its registration_client_uri. Set "
                "FLOW_MCP_REGISTRATION_ACCESS_TOKEN to its registration access token and "
                "FLOW_MCP_REGISTRATION_ENDPOINT to the server's registration endpoint."
            )
        response = self._api.read(Management(resource_id, token))
        if response is None:
            return None
        requested = RegisteredClientInputs(
            registration_endpoint=endpoint,
            initial_access_token_required=True,
            client_name="",
            grant_types=tuple(response.get("grant_types", _DEFAULT_GRANTS)),
            scopes=tuple(response.get("scope", "").split()),
            token_endpoint_auth_method=_DEFAULT_METHOD,
        )
        known = {"registration_access_token": token, "registration_client_uri": resource_id}
        before = state_from_response({**response, **known}, requested, None)
        after = state_from_response(response, requested, before)
        return Made(before.client_id, with_rotation(before, after))
