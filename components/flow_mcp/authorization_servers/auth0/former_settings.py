"""The resource that remembers what an Auth0 tenant's settings were before a stack, and puts them back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.engine.plugin.resource import Made, Properties, Resource

_LOG = logging.getLogger(__name__)
_REGISTRATION = ("dynamic_registration", "metadata_documents")
_TEXTS = {
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
    """What the stack sets, so that what somebody else has set is told apart from it.

    Attributes:
        domain: of the Auth0 tenant.
    """

    domain: str


class FormerSettingsState(FormerSettingsInputs):
    """What the stack sets, and what was there.

    Attributes:
        former: the settings when they were taken over.
    """

    former: TenantSettings


class FormerSettingsResource(Resource[FormerSettingsInputs, FormerSettingsState]):
    """Reads the settings before the stack's `auth0.Tenant` sets them, and restores them after it is gone.

    The plugin for Auth0 restores nothing. These are two resources because Pulumi writes its state between
    them: the former settings are in the state before the first one is changed, whatever is cut off.
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
        for setting in _REGISTRATION:
            if getattr(former, setting):
                _LOG.warning(
                    "%s is on already in the Auth0 tenant %s, and stays on when this stack goes",
                    _TEXTS[setting],
                    inputs.domain,
                )
        return Made(inputs.domain, FormerSettingsState(**inputs.model_dump(), former=former))

    def read(self, resource_id: str, state: FormerSettingsState | None) -> Made[FormerSettingsState]:
        if state is None:
            raise AuthorizationServerError(
                "Former settings of an Auth0 tenant cannot be imported: only the stack that took them over "
                "knows them."
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
                "%s of the Auth0 tenant %s was changed since this stack set it, and stays %s; the stack "
                "found it %s",
                _TEXTS[setting],
                state.domain,
                _shown(getattr(current, setting)),
                _shown(getattr(state.former, setting)),
            )
        for setting in _REGISTRATION:
            if getattr(state.former, setting) and setting not in changed:
                _LOG.warning(
                    "%s is on in the Auth0 tenant %s, as this stack found it: switch it off if nobody "
                    "needs it",
                    _TEXTS[setting],
                    state.domain,
                )


def _settings(found: Mapping[str, Any]) -> TenantSettings:
    """The settings; Auth0 leaves out what is as in a new tenant."""
    flags = found.get("flags") or {}
    return TenantSettings(
        dynamic_registration=bool(flags.get("enable_dynamic_client_registration")),
        metadata_documents=bool(found.get("client_id_metadata_document_supported")),
        resource_parameter_profile=found.get("resource_parameter_profile") or "audience",
    )


def _body(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Some settings as the Management API has them."""
    body: dict[str, Any] = {}
    if "dynamic_registration" in settings:
        body["flags"] = {"enable_dynamic_client_registration": settings["dynamic_registration"]}
    if "metadata_documents" in settings:
        body["client_id_metadata_document_supported"] = settings["metadata_documents"]
    if "resource_parameter_profile" in settings:
        body["resource_parameter_profile"] = settings["resource_parameter_profile"]
    return body


def _shown(value: bool | str) -> str:
    if isinstance(value, str):
        return value
    return "on" if value else "off"
