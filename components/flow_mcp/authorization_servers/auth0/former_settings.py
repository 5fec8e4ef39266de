"""The resource that stores the former settings of an Auth0 tenant, and restores them on delete."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.engine.plugin.resource import Made, Properties, Resource

_LOG = logging.getLogger(__name__)
_REGISTRATION_SETTINGS = ("dynamic_registration", "metadata_documents")
_LABELS = {
    "dynamic_registration": "dynamic client registration",
    "metadata_documents": "registration by Client ID Metadata Documents",
    "resource_parameter_profile": "the resource parameter profile",
}


class TenantSettings(Properties):
    """The settings of a whole Auth0 tenant that a stack can set."""

    dynamic_registration: bool
    metadata_documents: bool
    resource_parameter_profile: str


class FormerSettingsInputs(TenantSettings):
    """The settings that the stack sets. Delete compares them with the current ones to find other changes.

    Attributes:
        domain: domain of the Auth0 tenant.
    """

    domain: str


class FormerSettingsState(FormerSettingsInputs):
    """The settings that the stack sets, and the former ones.

    Attributes:
        former: the settings before the stack first set them.
    """

    former: TenantSettings


class FormerSettingsResource(Resource[FormerSettingsInputs, FormerSettingsState]):
    """Reads the settings before the stack's `auth0.Tenant` sets them, and restores them after its deletion.

    The Auth0 plugin restores nothing. This is a separate resource because Pulumi writes its state after each
    resource: an interrupted update has the former settings in the state before it changes any of them.
    """

    name = "Auth0FormerSettings"
    inputs = FormerSettingsInputs
    state = FormerSettingsState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"domain"})
    stable: ClassVar[frozenset[str]] = frozenset({"former"})

    def __init__(self, api: Callable[[str], ManagementApi] = ManagementApi) -> None:
        self._api = api

    def create(self, inputs: FormerSettingsInputs) -> Made[FormerSettingsState]:
        with self._api(inputs.domain) as api:
            former = _settings(api.tenant_settings())
        for setting in _REGISTRATION_SETTINGS:
            if getattr(former, setting):
                _LOG.warning(
                    "%s is on already in the Auth0 tenant %s, and stays on when this stack is deleted",
                    _LABELS[setting],
                    inputs.domain,
                )
        return Made(inputs.domain, FormerSettingsState(**inputs.model_dump(), former=former))

    def read(self, resource_id: str, state: FormerSettingsState | None) -> Made[FormerSettingsState]:
        if state is None:
            raise AuthorizationServerError(
                "Former settings of an Auth0 tenant cannot be imported, because only the state of the stack "
                "that changed them has them."
            )
        return Made(resource_id, state)

    def update(
        self, resource_id: str, inputs: FormerSettingsInputs, state: FormerSettingsState
    ) -> FormerSettingsState:
        del resource_id
        return FormerSettingsState(**inputs.model_dump(), former=state.former)

    def delete(self, resource_id: str, state: FormerSettingsState) -> None:
        del resource_id
        with self._api(state.domain) as api:
            current = _settings(api.tenant_settings())
            changed = {
                setting
                for setting in TenantSettings.model_fields
                if getattr(current, setting) not in {getattr(state, setting), getattr(state.former, setting)}
            }
            restored = {
                setting: getattr(state.former, setting)
                for setting in TenantSettings.model_fields
                if setting not in changed and getattr(current, setting) != getattr(state.former, setting)
            }
            if restored:
                api.update_tenant_settings(_body(restored))
        for setting in sorted(changed):
            _LOG.warning(
                "%s of the Auth0 tenant %s was changed after this stack set it, and stays %s. Before the "
                "stack it was %s",
                _LABELS[setting],
                state.domain,
                _displayed(getattr(current, setting)),
                _displayed(getattr(state.former, setting)),
            )
        for setting in _REGISTRATION_SETTINGS:
            if getattr(state.former, setting) and setting not in changed:
                _LOG.warning(
                    "%s is on in the Auth0 tenant %s, as it was before this stack. Turn it off if nobody "
                    "needs it",
                    _LABELS[setting],
                    state.domain,
                )


def _settings(response: Mapping[str, Any]) -> TenantSettings:
    """Return the settings in a response. Auth0 omits settings that have the value of a new tenant."""
    flags = response.get("flags") or {}
    return TenantSettings(
        dynamic_registration=bool(flags.get("enable_dynamic_client_registration")),
        metadata_documents=bool(response.get("client_id_metadata_document_supported")),
        resource_parameter_profile=response.get("resource_parameter_profile") or "audience",
    )


def _body(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the request body of the Management API for some settings."""
    body: dict[str, Any] = {}
    if "dynamic_registration" in settings:
        body["flags"] = {"enable_dynamic_client_registration": settings["dynamic_registration"]}
    if "metadata_documents" in settings:
        body["client_id_metadata_document_supported"] = settings["metadata_documents"]
    if "resource_parameter_profile" in settings:
        body["resource_parameter_profile"] = settings["resource_parameter_profile"]
    return body


def _displayed(value: bool | str) -> str:
    if isinstance(value, str):
        return value
    return "on" if value else "off"
