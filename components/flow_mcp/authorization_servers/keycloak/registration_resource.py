"""The resource that sets a realm's policies for anonymous registration, and restores the former ones."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from typing import Any, ClassVar

from flow_mcp.authorization_servers.errors import AuthorizationServerError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.authorization_servers.keycloak.realm_policies import Former, RealmPolicies
from flow_mcp.authorization_servers.keycloak.registration_policies import (
    CLOSED,
    DEFAULTS,
    HOSTS,
    ORIGINS,
    SENDERS,
    RegistrationInputs,
    RegistrationProperties,
    configurations,
    deviations,
    observed_properties,
    sender_configuration,
)
from flow_mcp.authorization_servers.keycloak.restoration import Restoration
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError, Resource

_LOG = logging.getLogger(__name__)
_OPTIONAL = "default-optional-client-scopes"


class RegistrationState(RegistrationProperties):
    """The anonymous registration that the realm has.

    Attributes:
        realm_id: Keycloak's ID of the realm; a realm that was deleted and created again has another one.
        former: the former policies, restored on delete.
        deviations: settings of the realm that these properties cannot express.
    """

    realm_id: str
    former: Former
    deviations: tuple[str, ...] = ()


class RegistrationResource(Resource[RegistrationInputs, RegistrationState]):
    """The policies of a realm for anonymous registration. They exist in every realm, so create adopts them.

    An update closes registration first and opens it last, so a failure in between leaves it closed.
    """

    name = "KeycloakClientRegistration"
    inputs = RegistrationInputs
    state = RegistrationState
    # A new owner must not use the backups of the former one. The address may change for the same realm.
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "owner"})
    deviations: ClassVar[frozenset[str]] = frozenset({"deviations"})

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def create(self, inputs: RegistrationInputs) -> Made[RegistrationState]:
        with self._api(inputs) as api:
            policies = RealmPolicies(api, inputs.realm, inputs.owner)
            policies.require_manageable()
            return Made(inputs.realm, _apply(api, policies, inputs, policies.former()))

    def update(
        self, resource_id: str, inputs: RegistrationInputs, state: RegistrationState
    ) -> RegistrationState:
        del resource_id
        with self._api(inputs) as api:
            policies = RealmPolicies(api, inputs.realm, inputs.owner)
            policies.require_manageable()
            same_realm = policies.realm_id == state.realm_id
            return _apply(api, policies, inputs, state.former if same_realm else policies.former())

    def read(self, resource_id: str, state: RegistrationState | None) -> Made[RegistrationState] | None:
        administration = state or _administration_for_import()
        with self._api(administration) as api:
            if api.find(realm_path(resource_id)) is None:
                return None
            policies = RealmPolicies(api, resource_id, state.owner if state else "")
            return Made(resource_id, _observe(api, policies, administration, resource_id, state))

    def delete(self, resource_id: str, state: RegistrationState) -> None:
        with self._api(state) as api:
            if api.find(realm_path(resource_id)) is None:
                return
            policies = RealmPolicies(api, resource_id, state.owner)
            restoration = Restoration(policies, state, state.former)
            restoration.warn_of_deleted_scopes()
            restoration.restore_closed()
            _detach(api, resource_id, state.former.attached_scopes)
            restoration.reopen()
            policies.delete_backups()


def _apply(
    api: AdminApi, policies: RealmPolicies, inputs: RegistrationInputs, former: Former
) -> RegistrationState:
    """Set all policies and optional scopes as the inputs require, and return the new state.

    Raises:
        PartlyDoneError: a request failed; registration is closed or unchanged.
    """
    attached = set(former.attached_scopes)

    def state(deviations: tuple[str, ...] = ()) -> RegistrationState:
        return RegistrationState(
            **inputs.model_dump(),
            realm_id=policies.realm_id,
            former=Former(policies=former.policies, attached_scopes=tuple(sorted(attached))),
            deviations=deviations,
        )

    try:
        _require_supported(policies, inputs)
        if not _up_to_date(policies, inputs):
            policies.write(policies.by_provider.get(HOSTS), HOSTS, DEFAULTS[HOSTS], CLOSED)
        required = configurations(inputs)
        for provider_id in sorted(policies.supported - {HOSTS}):
            policy = policies.by_provider.get(provider_id)
            policies.write(policy, provider_id, DEFAULTS[provider_id], required.get(provider_id, {}))
        _limit_senders(policies, inputs)
        _attach(api, inputs, attached)
        policies.write(policies.by_provider[HOSTS], HOSTS, DEFAULTS[HOSTS], required[HOSTS])
    except FlowMcpError as error:
        raise PartlyDoneError(
            str(error), Made(inputs.realm, state(("the last update was not completed",)))
        ) from error
    return state()


def _require_supported(policies: RealmPolicies, inputs: RegistrationInputs) -> None:
    if inputs.cors_origins and ORIGINS not in policies.supported:
        raise AuthorizationServerError(
            f"Keycloak cannot limit the origins of registrations in realm {inputs.realm}. Update it to 26.5 "
            "or later, or remove corsOrigins."
        )
    # Keycloak's own error lists all scopes instead of the unknown ones.
    unknown = set(inputs.allowed_scopes) - policies.known_scopes
    if unknown:
        raise AuthorizationServerError(
            f"Realm {inputs.realm} has no client scope {', '.join(sorted(unknown))}, which allowedScopes "
            "lists. Create it first, or remove it from allowedScopes."
        )


def _up_to_date(policies: RealmPolicies, inputs: RegistrationInputs) -> bool:
    required, sender = configurations(inputs), sender_configuration(inputs)
    return all(
        provider_id in policies.by_provider
        and policies.by_provider[provider_id].has(required.get(provider_id, {}))
        for provider_id in policies.supported
    ) and (sender is not None and policies.senders.has(sender) if policies.senders else not sender)


def _limit_senders(policies: RealmPolicies, inputs: RegistrationInputs) -> None:
    if sender := sender_configuration(inputs):
        policies.write(policies.senders, HOSTS, SENDERS, sender)
    elif policies.senders:
        policies.remove(policies.senders)


def _attach(api: AdminApi, inputs: RegistrationInputs, attached: set[str]) -> None:
    """Make the scopes optional scopes of the realm, and detach those of an earlier declaration."""
    present = _optional_scopes(api, inputs.realm)
    missing = set(inputs.realm_optional_scopes) - present
    known = (
        {s["name"]: s["id"] for s in api.get(realm_path(inputs.realm, "client-scopes"))} if missing else {}
    )
    for name in sorted(missing):
        if name not in known:
            raise AuthorizationServerError(f"Realm {inputs.realm} has no client scope {name}.")
        # Recorded before the request: without a response it may have taken effect, and delete must undo it.
        attached.add(name)
        api.put(realm_path(inputs.realm, _OPTIONAL, known[name]))
    obsolete = attached - set(inputs.realm_optional_scopes)
    _detach(api, inputs.realm, obsolete)
    attached -= obsolete


def _detach(api: AdminApi, realm: str, names: Any) -> None:
    for scope in api.get(realm_path(realm, _OPTIONAL)) if names else ():
        if scope["name"] in names:
            api.delete(realm_path(realm, _OPTIONAL, scope["id"]))


def _optional_scopes(api: AdminApi, realm: str) -> set[str]:
    return {scope["name"] for scope in api.get(realm_path(realm, _OPTIONAL))}


def _observe(
    api: AdminApi,
    policies: RealmPolicies,
    administration: Administration,
    realm: str,
    state: RegistrationState | None,
) -> RegistrationState:
    by_provider = policies.by_provider
    optional = set(state.realm_optional_scopes if state else ()) & _optional_scopes(api, realm)
    owner = next((backup.sub_type for backup in policies.backups), "flow-mcp:imported")
    duplicates = (f"{policy.name} duplicates another policy of its kind" for policy in policies.duplicates)
    return RegistrationState(
        **administration.model_dump(include=set(Administration.model_fields)),
        **observed_properties(by_provider, policies.senders),
        realm=realm,
        owner=state.owner if state else owner,
        realm_optional_scopes=tuple(optional),
        realm_id=policies.realm_id,
        former=state.former if state else policies.recorded() or policies.present(),
        deviations=(*deviations(by_provider, policies.senders, policies.supported), *duplicates),
    )


def _administration_for_import() -> Administration:
    """Return the address and administrator for an import, from the official provider's variables.

    Raises:
        AuthorizationServerError: KEYCLOAK_URL is not set.
    """
    if not (url := os.environ.get("KEYCLOAK_URL")):
        raise AuthorizationServerError("To import a realm's registration policies, set KEYCLOAK_URL.")
    return Administration(
        url=url,
        admin_realm=os.environ.get("KEYCLOAK_REALM", "master"),
        admin_client_id=os.environ.get("KEYCLOAK_CLIENT_ID", "admin-cli"),
    )
