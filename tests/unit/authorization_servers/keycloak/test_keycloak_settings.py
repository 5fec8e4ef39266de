"""Names and settings of tenants on Keycloak: distinct, deterministic, without secrets."""

from __future__ import annotations

from itertools import chain

from flow_mcp.authorization_servers.keycloak import names
from tests.unit.declared import SERVER, Stacks, tenant


def test_names_of_different_resources_differ(stacks: Stacks) -> None:
    text = tenant().replace(
        '"456": {environments: [production, test]}',
        "a: {environments: [b-c, b, b_c]}\n      a-b: {environments: [c, b]}\n      a_b: {environments: [c]}",
    )
    declaration = stacks.load(text).declaration
    object_names = list(
        chain.from_iterable(
            (
                names.scope(declaration, resource),
                names.programs_role(declaration, resource),
                names.people_role(declaration, resource),
            )
            for resource in declaration.resources
        )
    )
    assert len(set(object_names)) == len(object_names) == 18


def test_names_of_different_tenants_differ(stacks: Stacks) -> None:
    one = stacks.load(tenant().replace("id: acme", "id: a")).declaration
    other = stacks.load(tenant().replace("id: acme", "id: a-456")).declaration
    assert {names.scope(one, resource) for resource in one.resources}.isdisjoint(
        names.scope(other, resource) for resource in other.resources
    )
    assert names.owner(one) != names.owner(other)


def test_names_fit_into_keycloaks_columns(stacks: Stacks) -> None:
    long = "x" * 63
    text = (
        tenant()
        .replace("id: acme", f"id: {long}")
        .replace('"456": {environments: [production, test]}', f"{long}: {{environments: [{long}]}}")
    )
    declaration = stacks.load(text).declaration
    (resource,) = declaration.resources
    for name in (names.scope, names.programs_role, names.people_role):
        assert len(name(declaration, resource)) <= 255


def test_settings_name_the_authentication_of_each_client(stacks: Stacks) -> None:
    person = "{}: {{grant: authorization-code, people: everyone, access: ['*'], redirectUris: ['https://a.example/cb']{}}}\n"
    text = tenant(
        "a: {grant: client-credentials, access: ['*']}\n"
        "b: {grant: client-credentials, access: ['*'], privateKeyJwt: {jwksUrl: https://b.example/jwks}}\n"
        + person.format("c", "")
        + person.format("d", ", clientType: confidential")
        + person.format("e", ", privateKeyJwt: {jwksUrl: https://b.example/jwks}"),
        more="manualRegistrations: {f: {clientId: f, access: ['*']}}\n",
    )
    declaration = stacks.load(text).declaration
    (server,) = declaration.kind.settings(declaration, {}).authorization_servers
    assert {client.name: client.authentication for client in server.clients} == {
        "a": "client-secret",
        "b": "private-key-jwt",
        "c": "none",
        "d": "client-secret",
        "e": "private-key-jwt",
        "f": None,
    }


def test_registration_that_is_not_declared_is_closed(stacks: Stacks) -> None:
    declaration = stacks.load(tenant(server=SERVER)).declaration
    (server,) = declaration.kind.settings(declaration, {}).authorization_servers
    assert (server.registration.dynamic, server.registration.metadata_documents) == (None, None)
