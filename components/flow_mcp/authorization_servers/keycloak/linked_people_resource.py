"""The resource that links users of a realm to their accounts at a company's identity provider.

Keycloak finds the person of an assertion by this link only (Server Administration Guide, Identity broker
accounts). No provider of Pulumi has such a resource that leaves the rest of the user alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.keycloak.admin_api import AdminApi, Administration, realm_path
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.engine.plugin.resource import Made, PartlyDoneError, Resource


class LinkedPeopleInputs(Administration):
    """The inputs of links.

    Attributes:
        realm: name of the realm.
        identity_provider: alias of the identity provider.
        subjects: `sub` at the identity provider by user name in the realm.
    """

    realm: str
    identity_provider: str
    subjects: dict[str, str]


class LinkedPeopleState(LinkedPeopleInputs):
    """The links of the declared users that the realm has."""


class LinkedPeopleResource(Resource[LinkedPeopleInputs, LinkedPeopleState]):
    """Links of users to one identity provider. Links of other users are not changed."""

    name = "KeycloakLinkedPeople"
    inputs = LinkedPeopleInputs
    state = LinkedPeopleState
    replaced_by: ClassVar[frozenset[str]] = frozenset({"realm", "identityProvider"})

    def __init__(self, api: Callable[[Administration], AdminApi] = AdminApi) -> None:
        self._api = api

    def create(self, inputs: LinkedPeopleInputs) -> Made[LinkedPeopleState]:
        made = Made(
            f"{inputs.realm}/{inputs.identity_provider}",
            LinkedPeopleState(**inputs.model_dump() | {"subjects": {}}),
        )
        return Made(made.id, self.update(made.id, inputs, made.state))

    def update(
        self, resource_id: str, inputs: LinkedPeopleInputs, state: LinkedPeopleState
    ) -> LinkedPeopleState:
        links = dict(state.subjects)
        with self._api(inputs) as api:
            try:
                for user in sorted(links):
                    if inputs.subjects.get(user) != links[user]:
                        _remove(api, state, user)
                        del links[user]
                for user, subject in sorted(inputs.subjects.items()):
                    _add(api, inputs, user, subject)
                    links[user] = subject
            except FlowMcpError as error:
                reached = LinkedPeopleState(**inputs.model_dump() | {"subjects": links})
                raise PartlyDoneError(str(error), Made(resource_id, reached)) from error
        return LinkedPeopleState(**inputs.model_dump())

    def read(self, resource_id: str, state: LinkedPeopleState | None) -> Made[LinkedPeopleState] | None:
        if state is None:
            raise AuthorizationServerError("Links of people cannot be imported. `pulumi up` creates them.")
        with self._api(state) as api:
            if api.find(realm_path(state.realm)) is None:
                return None
            present = {}
            for user in sorted(state.subjects):
                account = _account(api, state, user)
                subject = _subject(api, state, account["id"]) if account else None
                if subject is not None:
                    present[user] = subject
            return Made(resource_id, state.model_copy(update={"subjects": present}))

    def delete(self, resource_id: str, state: LinkedPeopleState) -> None:
        del resource_id
        with self._api(state) as api:
            for user in sorted(state.subjects):
                _remove(api, state, user)


def _account(api: AdminApi, inputs: LinkedPeopleInputs, user: str) -> Mapping[str, Any] | None:
    users = api.find(realm_path(inputs.realm, "users"), username=user, exact="true") or ()
    return next(iter(users), None)


def _subject(api: AdminApi, inputs: LinkedPeopleInputs, user_id: str) -> str | None:
    for link in api.get(realm_path(inputs.realm, "users", user_id, "federated-identity")):
        if link["identityProvider"] == inputs.identity_provider:
            return str(link["userId"])
    return None


def _add(api: AdminApi, inputs: LinkedPeopleInputs, user: str, subject: str) -> None:
    account = _account(api, inputs, user)
    if account is None:
        raise AuthorizationServerError(
            f"Realm {inputs.realm} at Keycloak {api.url} has no user {user}, whom linkedPeople declares. "
            "Create the user, or correct the user name, and run `pulumi up` again."
        )
    owners = api.get(realm_path(inputs.realm, "users"), idpAlias=inputs.identity_provider, idpUserId=subject)
    if other := next((owner for owner in owners if owner["id"] != account["id"]), None):
        raise OwnedByOthersError(
            f"In realm {inputs.realm} at Keycloak {api.url}, {other['username']} is linked to the subject "
            f"that linkedPeople declares for {user}. Remove that link, or correct linkedPeople."
        )
    present = _subject(api, inputs, account["id"])
    if present == subject:
        return
    if present is not None:
        raise OwnedByOthersError(
            f"In realm {inputs.realm} at Keycloak {api.url}, {user} is linked to another subject than "
            "linkedPeople declares. Remove that link, or correct linkedPeople."
        )
    api.post(
        realm_path(inputs.realm, "users", account["id"], "federated-identity", inputs.identity_provider),
        {"userId": subject, "userName": user},
    )


def _remove(api: AdminApi, state: LinkedPeopleInputs, user: str) -> None:
    if account := _account(api, state, user):
        api.delete(
            realm_path(state.realm, "users", account["id"], "federated-identity", state.identity_provider)
        )
