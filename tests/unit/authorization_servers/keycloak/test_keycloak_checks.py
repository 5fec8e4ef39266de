"""What Keycloak cannot do, or would do wrong, said before it is called."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from textwrap import indent

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from flow_mcp.authorization_servers.keycloak import Keycloak
from tests.unit.declared import SERVER, Stacks, problem, tenant

HERE = "authorizationServer.keycloak"
ADMINISTRATORS = (
    "is the administrators' realm",
    "Give the tenant a realm of its own: its clients must not live beside administrators.",
)
BUILT_IN = ("is a client that Keycloak makes in every realm for itself", "Choose another client ID.")
NO_SENDERS = (
    "declares no senderHosts, so that any address may register clients",
    "Its redirect hosts, its scopes and the people it admits still limit what it can do.",
)
OPENS = (
    "opens registration in a realm that exists, whose policies the stack may not change",
    "Add manage: true if this stack may change them, or remove dynamic and metadataDocuments.",
)
DYNAMIC = "redirectHosts: [claude.ai], senderHosts: [claude.ai], access: ['*'], people: everyone"


def _people(*groups: str) -> str:
    return (
        "desktop:\n  grant: authorization-code\n  redirectUris: ['http://127.0.0.1/callback']\n"
        f"  access: ['456/test']\n  people: {{groups: {json.dumps(groups)}}}\n"
    )


def realm(name: str, create: str, more: str = "") -> str:
    return f"keycloak:\n  url: https://id.acme.example\n  realm: {{name: {name}, create: {create}}}\n{more}"


def test_realm_of_the_administrators_is_rejected(stacks: Stacks) -> None:
    own = "  administration: {realm: acme}\n"
    at = f"{HERE}.realm.name"
    assert stacks.problem(tenant(server=realm("master", "true"))) == problem(9, at, *ADMINISTRATORS)
    assert stacks.problem(tenant(server=realm("master", "false"))) == problem(9, at, *ADMINISTRATORS)
    assert stacks.problem(tenant(server=realm("acme", "true", own))) == problem(9, at, *ADMINISTRATORS)


def test_existing_realm_may_have_its_own_administrator(stacks: Stacks) -> None:
    assert stacks.problems(tenant(server=realm("acme", "false", "  administration: {realm: acme}\n"))) == ()


def test_base_url_must_not_contain_a_realm(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER.replace(".example\n", ".example/realms/acme\n")
        + "  adminUrl: https://x.example/auth/realms/a\n"
    )
    said = ("names a realm", "Give the base address; the realm is realm.name.")
    assert stacks.problems(text) == (
        problem(8, f"{HERE}.url", *said),
        problem(10, f"{HERE}.adminUrl", *said),
    )


@pytest.mark.parametrize(
    ("lifetime", "accepted"),
    [("24h", True), ("86400s", True), ("86401s", False), ("2d", False), ("999999d", False)],
)
def test_access_tokens_are_valid_for_a_day_at_most(stacks: Stacks, lifetime: str, *, accepted: bool) -> None:
    said = (
        "is longer than a day, and an access token cannot be called back",
        "Write at most 24h; clients get new ones by themselves.",
    )
    text = tenant(server=SERVER + f"  tokens: {{access: {lifetime}}}\n")
    assert stacks.problems(text) == (() if accepted else (problem(10, f"{HERE}.tokens.access", *said),))


@pytest.mark.parametrize(
    "client_id",
    ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"],
)
def test_client_ids_of_keycloaks_built_in_clients_are_rejected(stacks: Stacks, client_id: str) -> None:
    managed = tenant(f"a: {{grant: client-credentials, access: ['*'], clientId: {client_id}}}\n")
    manual = tenant(more=f"manualRegistrations:\n  a: {{clientId: {client_id}, access: ['*']}}\n")
    assert stacks.problem(managed) == problem(11, "clients.a.clientId", *BUILT_IN)
    assert stacks.problem(manual) == problem(11, "manualRegistrations.a.clientId", *BUILT_IN)


def test_credentials_that_keycloak_lacks_are_rejected(stacks: Stacks) -> None:
    text = tenant(
        "a:\n  grant: client-credentials\n  access: ['*']\n  secret: {issued: 2026-11-01, lifetime: 180d}\n"
        "b:\n  grant: client-credentials\n  access: ['*']\n"
        "  federatedCredential: {issuer: https://x.example, subject: y-1}\n"
    )
    assert stacks.problems(text) == (
        problem(
            14,
            "clients.a.secret",
            "gives the secret an end, but Keycloak's client secrets have none",
            "Remove it (Keycloak makes a secret anyway), or use privateKeyJwt.",
        ),
        problem(
            18,
            "clients.b.federatedCredential",
            "is not supported on Keycloak here",
            "Use privateKeyJwt, which needs no secret either.",
        ),
    )


def test_certificate_must_be_x509(stacks: Stacks) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "agent")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
        .sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    )  # fmt: skip
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def declared(pem: str) -> str:
        block = indent(pem, "      ")
        return tenant(
            f"a:\n  grant: client-credentials\n  access: ['*']\n  privateKeyJwt:\n    certificate: |\n{block}"
        )

    said = (
        "is not an X.509 certificate",
        "Keycloak takes no bare public key: give a certificate (self-signed will do) or a jwksUrl.",
    )
    garbage = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    assert stacks.problems(declared(certificate)) == ()
    assert stacks.problem(declared(public.decode())) == problem(
        15, "clients.a.privateKeyJwt.certificate", *said
    )
    assert stacks.problem(declared(garbage)) == problem(15, "clients.a.privateKeyJwt.certificate", *said)


def test_registration_in_an_existing_realm_needs_manage(stacks: Stacks) -> None:
    way = f"    dynamic: {{{DYNAMIC}}}\n"
    refused = tenant(server=realm("acme", "false", f"  registration:\n{way}"))
    managed = tenant(server=realm("acme", "false", f"  registration:\n    manage: true\n{way}"))
    needless = tenant(server=realm("acme", "true", f"  registration:\n    manage: true\n{way}"))
    assert stacks.problem(refused) == problem(10, f"{HERE}.registration", *OPENS)
    assert stacks.problems(managed) == ()
    assert stacks.problem(needless) == problem(
        11,
        f"{HERE}.registration.manage",
        "is for realms that exist; in its own realm the stack manages registration anyway",
        "Remove it.",
    )


def test_registration_from_any_address_warns(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER
        + f"  registration:\n    dynamic: {{{DYNAMIC.replace('[claude.ai], access', '[], access')}}}\n"
    )
    assert stacks.problems(text) == (problem(11, f"{HERE}.registration.dynamic", *NO_SENDERS, "warning"),)


@pytest.mark.parametrize("way", ["dynamic", "metadataDocuments"])
def test_registered_clients_have_only_declared_access(stacks: Stacks, way: str) -> None:
    hosts = (
        "redirectHosts: [a.example], senderHosts: [a.example]" if way == "dynamic" else "domains: [a.example]"
    )
    text = tenant(
        server=SERVER
        + f"  registration:\n    {way}: {{{hosts}, access: ['456/staging'], people: everyone}}\n"
    )
    assert stacks.problem(text) == problem(
        11,
        f"{HERE}.registration.{way}.access[0]",
        "names 456/staging, which the tenant does not declare",
        "Did you mean 456/test? Declared: 456/production, 456/test.",
    )


def test_scope_of_a_protected_resource_is_rejected_in_allowed_scopes(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER
        + f"  registration:\n    dynamic: {{{DYNAMIC}, allowedScopes: [phone, flow-mcp/acme/456/test]}}\n"
    )
    assert stacks.problem(text) == problem(
        11,
        f"{HERE}.registration.dynamic.allowedScopes[1]",
        "is the scope of a protected resource",
        "Name the resource in access, where it is seen.",
    )


@pytest.mark.parametrize("scope", ["a b", "", 'a\\"b', "a\\\\b", "\\u00e9", "a" * 256])
def test_allowed_scope_must_be_a_scope_token(stacks: Stacks, scope: str) -> None:
    text = tenant(
        server=SERVER + f'  registration:\n    dynamic: {{{DYNAMIC}, allowedScopes: ["{scope}"]}}\n'
    )
    assert stacks.problem(text) == problem(
        11,
        f"{HERE}.registration.dynamic.allowedScopes[0]",
        "is not a scope",
        'Use 1 to 255 ASCII characters without spaces, " and \\.',
    )


@pytest.mark.parametrize("number", ["0", "-1", "100001", "1.5", "'200'", "true", "1e3"])
def test_maximum_clients_must_be_an_integer_within_bounds(stacks: Stacks, number: str) -> None:
    text = tenant(server=SERVER + f"  registration:\n    dynamic: {{{DYNAMIC}, maximumClients: {number}}}\n")
    found = stacks.problem(text)
    assert (found.line, found.path) == (11, f"{HERE}.registration.dynamic.maximumClients")


@pytest.mark.parametrize("name", ["a b", "a.b", "\\u00e9", "a" * 64])
def test_name_of_a_created_realm_must_need_no_encoding(stacks: Stacks, name: str) -> None:
    assert stacks.problem(tenant(server=realm(f'"{name}"', "true"))) == problem(
        9,
        f"{HERE}.realm.name",
        "is no name for a realm that the stack creates",
        "Use 1 to 63 letters, digits, - and _, first a letter or digit; create: false takes any realm.",
    )


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../master", "a?b", "a#b", "a\\\\b", "a\\u0000b", "a\\u0085b", "a" * 256]
)
def test_realm_name_that_keycloak_rejects_is_rejected(stacks: Stacks, name: str) -> None:
    assert stacks.problem(tenant(server=realm(f'"{name}"', "false"))) == problem(
        9,
        f"{HERE}.realm.name",
        "is not a realm's name",
        "Use 1 to 255 characters without control characters and :/?#@!$&()*+,;=[]\\.",
    )


@pytest.mark.parametrize(
    ("name", "in_issuer"),
    [
        ("of.somebody else", "of.somebody%20else"),
        ("Éclair 100%", "%C3%89clair%20100%25"),
        (" a\"b'c~d<e", "%20a%22b'c~d%3Ce"),
    ],
)
def test_issuer_encodes_the_name_of_an_existing_realm_as_keycloak_does(name: str, in_issuer: str) -> None:
    server = Keycloak.model_validate(
        {"url": "https://id.acme.example", "realm": {"name": name, "create": False}}
    )
    assert server.issuer == f"https://id.acme.example/realms/{in_issuer}"


@pytest.mark.parametrize("group", ["/", "//planners", "/finance/", "/finance//planners"])
def test_group_path_with_an_empty_name_is_rejected(stacks: Stacks, group: str) -> None:
    text = tenant(server=realm("acme", "false"), clients=_people(group))
    assert stacks.problem(text).message == "is not the path of a group"


def test_group_of_a_created_realm_must_be_declared_once(stacks: Stacks) -> None:
    text = tenant(server=realm("acme", "true"), clients=_people("planners", "/planners"))
    assert stacks.problem(text).message == "is the same group as another entry"


def test_realm_create_is_required(stacks: Stacks) -> None:
    assert stacks.problem(
        tenant(server="keycloak:\n  url: https://id.acme.example\n  realm: {name: acme}\n")
    ) == problem(9, f"{HERE}.realm.create", "is missing", "Declare it; nothing is assumed here.")


def test_misspelt_people_of_a_registration_method_suggest_the_key(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER + f"  registration:\n    dynamic: {{{DYNAMIC.replace('everyone', '{group: [x]}')}}}\n"
    )
    path = f"{HERE}.registration.dynamic.people"
    assert stacks.problem(text) == problem(
        11, f"{path}.group", f"is not known in {path}", "Did you mean groups?"
    )
