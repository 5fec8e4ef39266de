"""The resource that sets who may register clients in a realm without a login, and puts it back."""

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
    SCOPES,
    SENDERS,
    RegistrationInputs,
    RegistrationProperties,
    configurations,
    deviations,
    observed,
    senders,
)
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError, Resource

_LOG = logging.getLogger(__name__)
_OPTIONAL = "default-optional-client-scopes"


class RegistrationState(RegistrationProperties):
    """Anonymous registration as the realm really has it.

    Attributes:
        realm_id: Keycloak's ID of the realm; a realm made anew under the same name has another.
        former: what was there before, put back on delete.
        deviations: what is otherwise than these properties can say.
    """

    realm_id: str
    former: Former
    deviations: tuple[str, ...] = ()


class RegistrationResource(Resource[RegistrationInputs, RegistrationState]):
    """Adopts a realm's default registration policies, also when the realm was made a moment ago.

    Everything is closed first and opened last, so that a failure in between leaves registration closed.
    """

    name = "KeycloakClientRegistration"
    inputs = RegistrationInputs
    state = RegistrationState
    # Another owner must not find the former one's copies; the address is only the way to the same realm.
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "owner"})
    deviations: ClassVar[frozenset[str]] = frozenset({"deviations"})

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def create(self, inputs: RegistrationInputs) -> Made[RegistrationState]:
        with self._api(inputs) as api:
            policies = RealmPolicies(api, inputs.realm, inputs.owner)
            policies.require_manageable()
            return Made(inputs.realm, _finish(api, policies, inputs, policies.former()))

    def update(
        self, resource_id: str, inputs: RegistrationInputs, state: RegistrationState
    ) -> RegistrationState:
        del resource_id
        with self._api(inputs) as api:
            policies = RealmPolicies(api, inputs.realm, inputs.owner)
            policies.require_manageable()
            same_realm = policies.realm_id == state.realm_id
            return _finish(api, policies, inputs, state.former if same_realm else policies.former())

    def read(self, resource_id: str, state: RegistrationState | None) -> Made[RegistrationState] | None:
        where = state or _from_environment()
        with self._api(where) as api:
            if api.find(realm_path(resource_id)) is None:
                return None
            policies = RealmPolicies(api, resource_id, state.owner if state else "")
            return Made(resource_id, _observe(api, policies, where, resource_id, state))

    def delete(self, resource_id: str, state: RegistrationState) -> None:
        with self._api(state) as api:
            if api.find(realm_path(resource_id)) is None:
                return
            policies = RealmPolicies(api, resource_id, state.owner)
            _restore(policies, state)
            _detach(api, resource_id, state.former.attached_scopes)
            _reopen(policies, state)
            policies.forget()


def _finish(
    api: AdminApi, policies: RealmPolicies, inputs: RegistrationInputs, former: Former
) -> RegistrationState:
    """Make everything as the inputs say.

    Raises:
        PartlyDoneError: it failed in between; registration is closed, or as it was.
    """
    attached = set(former.attached_scopes)

    def state(left: tuple[str, ...] = ()) -> RegistrationState:
        return RegistrationState(
            **inputs.model_dump(),
            realm_id=policies.realm_id,
            former=Former(policies=former.policies, attached_scopes=tuple(sorted(attached))),
            deviations=left,
        )

    try:
        _require_supported(policies, inputs)
        if not _settled(policies, inputs):
            policies.write(policies.by_provider.get(HOSTS), HOSTS, DEFAULTS[HOSTS], CLOSED)
        wanted = configurations(inputs)
        for provider_id in sorted(policies.offered - {HOSTS}):
            policy = policies.by_provider.get(provider_id)
            policies.write(policy, provider_id, DEFAULTS[provider_id], wanted.get(provider_id, {}))
        _limit_senders(policies, inputs)
        _attach(api, inputs, attached)
        policies.write(policies.by_provider[HOSTS], HOSTS, DEFAULTS[HOSTS], wanted[HOSTS])
    except FlowMcpError as error:
        raise PartlyDoneError(str(error), Made(inputs.realm, state(("it was not finished",)))) from error
    return state()


def _require_supported(policies: RealmPolicies, inputs: RegistrationInputs) -> None:
    if inputs.cors_origins and ORIGINS not in policies.offered:
        raise AuthorizationServerError(
            f"Keycloak cannot limit the origins of registrations in realm {inputs.realm}, which came with "
            "26.5: update it, or remove corsOrigins."
        )
    # Keycloak's own refusal names all scopes, not the unknown one.
    unknown = set(inputs.allowed_scopes) - policies.known_scopes
    if unknown:
        raise AuthorizationServerError(
            f"Realm {inputs.realm} has no client scope {', '.join(sorted(unknown))}, which clients that "
            "register should be allowed: create it first, or remove it from the allowed scopes."
        )


def _settled(policies: RealmPolicies, inputs: RegistrationInputs) -> bool:
    wanted, sender = configurations(inputs), senders(inputs)
    return all(
        provider_id in policies.by_provider
        and policies.by_provider[provider_id].has(wanted.get(provider_id, {}))
        for provider_id in policies.offered
    ) and (sender is not None and policies.senders.has(sender) if policies.senders else not sender)


def _limit_senders(policies: RealmPolicies, inputs: RegistrationInputs) -> None:
    if sender := senders(inputs):
        policies.write(policies.senders, HOSTS, SENDERS, sender)
    elif policies.senders:
        policies.remove(policies.senders)


def _attach(api: AdminApi, inputs: RegistrationInputs, attached: set[str]) -> None:
    """Attach optional scopes and detach those that were attached for an earlier declaration."""
    present = _optional_scopes(api, inputs.realm)
    missing = set(inputs.realm_optional_scopes) - present
    known = (
        {s["name"]: s["id"] for s in api.get(realm_path(inputs.realm, "client-scopes"))} if missing else {}
    )
    for name in sorted(missing):
        if name not in known:
            raise AuthorizationServerError(f"Realm {inputs.realm} has no client scope {name}.")
        # Before the request: if no answer comes, it may have been carried out, and must be undone some day.
        attached.add(name)
        api.put(realm_path(inputs.realm, _OPTIONAL, known[name]))
    gone = attached - set(inputs.realm_optional_scopes)
    _detach(api, inputs.realm, gone)
    attached -= gone


def _detach(api: AdminApi, realm: str, names: Any) -> None:
    for scope in api.get(realm_path(realm, _OPTIONAL)) if names else ():
        if scope["name"] in names:
            api.delete(realm_path(realm, _OPTIONAL, scope["id"]))


def _optional_scopes(api: AdminApi, realm: str) -> set[str]:
    return {scope["name"] for scope in api.get(realm_path(realm, _OPTIONAL))}


def _observe(
    api: AdminApi,
    policies: RealmPolicies,
    where: Administration,
    realm: str,
    state: RegistrationState | None,
) -> RegistrationState:
    by_provider = policies.by_provider
    optional = set(state.realm_optional_scopes if state else ()) & _optional_scopes(api, realm)
    owner = next((copy.sub_type for copy in policies.copies), "flow-mcp:imported")
    doubled = (f"{policy.name} is there besides another of its kind" for policy in policies.doubled)
    return RegistrationState(
        **where.model_dump(include=set(Administration.model_fields)),
        **observed(by_provider, policies.senders),
        realm=realm,
        owner=state.owner if state else owner,
        realm_optional_scopes=tuple(optional),
        realm_id=policies.realm_id,
        former=state.former if state else policies.recorded() or policies.present(),
        deviations=(*deviations(by_provider, policies.senders, policies.offered), *doubled),
    )


def _restore(policies: RealmPolicies, state: RegistrationState) -> None:
    """Close registration, then put back all policies but Trusted Hosts."""
    policies.write(policies.by_provider.get(HOSTS), HOSTS, DEFAULTS[HOSTS], CLOSED)
    for provider_id in sorted(policies.offered - {HOSTS}):
        _put_back(policies, provider_id, state)
    if policies.senders:
        policies.remove(policies.senders)


def _reopen(policies: RealmPolicies, state: RegistrationState) -> None:
    """Put Trusted Hosts back, last of all."""
    if HOSTS not in state.former.policies:
        _LOG.warning(
            "Trusted Hosts was missing in realm %s before and is removed again, as it was found: anybody can "
            "register clients there. Add that policy under Clients, Client registration.",
            state.realm,
        )
    _put_back(policies, HOSTS, state)


def _put_back(policies: RealmPolicies, provider_id: str, state: RegistrationState) -> None:
    policy, former = policies.by_provider.get(provider_id), state.former.policies.get(provider_id)
    if former is None:
        if policy:
            policies.remove(policy)
        return
    config = {**dict.fromkeys(policy.config if policy else (), ()), **former.config}
    if provider_id == SCOPES:
        key = "allowed-client-scopes"
        gone = set(config.get(key, ())) - policies.known_scopes
        if gone:
            _LOG.warning(
                "the scopes %s, formerly allowed to clients that register in realm %s, are gone",
                ", ".join(sorted(gone)),
                state.realm,
            )
            config[key] = tuple(scope for scope in config[key] if scope not in gone)
    policies.write(policy, provider_id, former.name, config)


def _from_environment() -> Administration:
    """Where an import finds Keycloak; the variables are the official provider's.

    Raises:
        AuthorizationServerError: the environment does not say.
    """
    if not (url := os.environ.get("KEYCLOAK_URL")):
        raise AuthorizationServerError("To import a realm's registration policies, set KEYCLOAK_URL.")
    return Administration(
        url=url,
        admin_realm=os.environ.get("KEYCLOAK_REALM", "master"),
        admin_client_id=os.environ.get("KEYCLOAK_CLIENT_ID", "admin-cli"),
    )
