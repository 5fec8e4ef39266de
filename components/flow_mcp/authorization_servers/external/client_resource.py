"""The resource that is a client registered by RFC 7591, with its secret and its registration access token."""

from __future__ import annotations

import logging
import os
from typing import ClassVar

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.external.client_metadata import (
    RegisteredClientInputs,
    RegisteredClientState,
    as_asked,
    body,
    observed,
    rotating,
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
"""Both of RFC 7591, section 2."""


class RegisteredClientResource(Resource[RegisteredClientInputs, RegisteredClientState]):
    """Secret and registration access token are always the last ones that the server gave."""

    name = "RegisteredClient"
    inputs = RegisteredClientInputs
    state = RegisteredClientState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"registrationEndpoint"})
    secrets: ClassVar[frozenset[str]] = frozenset({"secret", "registrationAccessToken"})

    def __init__(self, api: RegistrationApi | None = None) -> None:
        self._api = api or RegistrationApi()

    def create(self, inputs: RegisteredClientInputs) -> Made[RegisteredClientState]:
        state = self._register(inputs)
        return as_asked(inputs, Made(state.client_id, state))

    def read(
        self, resource_id: str, state: RegisteredClientState | None
    ) -> Made[RegisteredClientState] | None:
        if state is None:
            return self._import(resource_id)
        if state.management is None or state.rotates:
            # What is known stays known. Pulumi reads in previews too, which keep nothing of it.
            return Made(resource_id, state)
        found = self._api.read(state.management)
        if found is None:
            _LOG.warning(
                "%s says that the client is gone or its registration access token is no longer valid "
                "(RFC 7592, section 2.1); `pulumi up` registers it anew",
                state.registration_client_uri,
            )
            return None
        return Made(resource_id, observed(found, state, state))

    def update(
        self, resource_id: str, inputs: RegisteredClientInputs, state: RegisteredClientState
    ) -> RegisteredClientState:
        if state.management is None:
            raise AuthorizationServerError(
                f"Client {state.client_id} cannot be changed, for its server lacks RFC 7592: have it removed "
                "there, and register it anew with `pulumi up --replace` and this resource's URN."
            )
        found = self._api.update(state.management, {"client_id": state.client_id, **body(inputs)})
        if found is None:
            _LOG.warning(
                "its server says that client %s is gone or its registration access token is invalid: it is "
                "registered anew; if the old one is still there, have it removed",
                state.client_id,
            )
            return as_asked(inputs, Made(resource_id, self._register(inputs))).state
        return as_asked(inputs, Made(resource_id, observed(found, inputs, state))).state

    def delete(self, resource_id: str, state: RegisteredClientState) -> None:
        del resource_id
        if state.management is None:
            _LOG.warning(
                "client %s stays registered, for its server lacks RFC 7592: have it removed there",
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
        return self._looked_at(inputs, observed(registered, inputs, None))

    def _looked_at(
        self, inputs: RegisteredClientInputs, state: RegisteredClientState
    ) -> RegisteredClientState:
        """Find out, while the outcome is kept, whether looking at the registration costs its token."""
        if state.management is None:
            return state
        try:
            found = self._api.read(state.management)
        except AuthorizationServerError as error:
            _LOG.warning("the registration of %s will not be looked at again: %s", state.client_id, error)
            return state.model_copy(update={"rotates": True})
        if found is None:
            return state
        return rotating(state, observed(found, inputs, state))

    def _import(self, resource_id: str) -> Made[RegisteredClientState] | None:
        token = os.environ.get("FLOW_MCP_REGISTRATION_ACCESS_TOKEN")
        endpoint = os.environ.get("FLOW_MCP_REGISTRATION_ENDPOINT")
        if not token or not endpoint or "://" not in resource_id:
            raise AuthorizationServerError(
                "A registered client is imported by its registration_client_uri; set "
                "FLOW_MCP_REGISTRATION_ACCESS_TOKEN to its registration access token and "
                "FLOW_MCP_REGISTRATION_ENDPOINT to the server's registration endpoint."
            )
        found = self._api.read(Management(resource_id, token))
        if found is None:
            return None
        asked = RegisteredClientInputs(
            registration_endpoint=endpoint,
            initial_access_token_required=True,
            client_name="",
            grant_types=tuple(found.get("grant_types", _DEFAULT_GRANTS)),
            scopes=tuple(found.get("scope", "").split()),
            token_endpoint_auth_method=_DEFAULT_METHOD,
        )
        known = {"registration_access_token": token, "registration_client_uri": resource_id}
        before = observed({**found, **known}, asked, None)
        return Made(before.client_id, rotating(before, observed(found, asked, before)))
