"""Checks of a declaration for Keycloak, made before any request to the server."""

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

PATH = "authorizationServer.keycloak"
ADMINISTRATORS = (
    "is the realm of the administrators, and the tenant's clients must not share it",
    "Declare a separate realm for the tenant.",
)
BUILT_IN = ("is the ID of a built-in client of every Keycloak realm", "Choose another client ID.")
NO_SENDERS = (
    "declares no senderHosts, so clients can register from any address",
    "Add senderHosts if you know the addresses. Redirect hosts, scopes and people limit such clients in "
    "either case.",
)
OPENS = (
    "opens registration in an existing realm whose policies the stack may not change",
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
    path = f"{PATH}.realm.name"
    assert stacks.problem(tenant(server=realm("master", "true"))) == problem(9, path, *ADMINISTRATORS)
    assert stacks.problem(tenant(server=realm("master", "false"))) == problem(9, path, *ADMINISTRATORS)
    assert stacks.problem(tenant(server=realm("acme", "true", own))) == problem(9, path, *ADMINISTRATORS)


def test_existing_realm_may_have_its_own_administrator(stacks: Stacks) -> None:
    assert stacks.problems(tenant(server=realm("acme", "false", "  administration: {realm: acme}\n"))) == ()


def test_base_url_must_not_contain_a_realm(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER.replace(".example\n", ".example/realms/acme\n")
        + "  adminUrl: https://x.example/auth/realms/a\n"
    )
    texts = ("contains a realm", "Declare the base URL here and the realm as realm.name.")
    assert stacks.problems(text) == (
        problem(8, f"{PATH}.url", *texts),
        problem(10, f"{PATH}.adminUrl", *texts),
    )


@pytest.mark.parametrize(
    ("lifetime", "accepted"),
    [("24h", True), ("86400s", True), ("86401s", False), ("2d", False), ("999999d", False)],
)
def test_access_tokens_are_valid_for_a_day_at_most(stacks: Stacks, lifetime: str, *, accepted: bool) -> None:
    texts = (
        "is longer than a day, and an access token cannot be revoked",
        "Declare at most 24h. Clients request new tokens automatically.",
    )
    text = tenant(server=SERVER + f"  tokens: {{access: {lifetime}}}\n")
    assert stacks.problems(text) == (() if accepted else (problem(10, f"{PATH}.tokens.access", *texts),))


@pytest.mark.parametrize(
    "client_id",
    ["account", "account-console", "admin-cli", "broker", "realm-management", "security-admin-console"],
)
def test_client_ids_of_keycloaks_built_in_clients_are_rejected(stacks: Stacks, client_id: str) -> None:
    managed = tenant(f"a: {{grant: client-credentials, access: ['*'], clientId: {client_id}}}\n")
    manual = tenant(more=f"manualRegistrations:\n  a: {{clientId: {client_id}, access: ['*']}}\n")
    assert stacks.problem(managed) == problem(11, "clients.a.clientId", *BUILT_IN)
    assert stacks.problem(manual) == problem(11, "manualRegistrations.a.clientId", *BUILT_IN)


def test_a_secret_with_an_expiry_is_rejected(stacks: Stacks) -> None:
    text = tenant(
        "a:\n  grant: client-credentials\n  access: ['*']\n  secret: {issued: 2026-11-01, lifetime: 180d}\n"
    )
    assert stacks.problems(text) == (
        problem(
            14,
            "clients.a.secret.lifetime",
            "declares an expiry, but Keycloak's client secrets do not expire",
            "Remove it (Keycloak generates a secret anyway), declare rotateAfter and overlap, or use "
            "privateKeyJwt.",
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

    texts = (
        "is not an X.509 certificate",
        "Declare a certificate, which may be self-signed, or a jwksUrl. "
        "Keycloak does not accept a bare public key.",
    )
    garbage = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
    assert stacks.problems(declared(certificate)) == ()
    assert stacks.problem(declared(public.decode())) == problem(
        15, "clients.a.privateKeyJwt.certificate", *texts
    )
    assert stacks.problem(declared(garbage)) == problem(15, "clients.a.privateKeyJwt.certificate", *texts)


def test_registration_in_an_existing_realm_needs_manage(stacks: Stacks) -> None:
    method = f"    dynamic: {{{DYNAMIC}}}\n"
    refused = tenant(server=realm("acme", "false", f"  registration:\n{method}"))
    managed = tenant(server=realm("acme", "false", f"  registration:\n    manage: true\n{method}"))
    needless = tenant(server=realm("acme", "true", f"  registration:\n    manage: true\n{method}"))
    assert stacks.problem(refused) == problem(10, f"{PATH}.registration", *OPENS)
    assert stacks.problems(managed) == ()
    assert stacks.problem(needless) == problem(
        11,
        f"{PATH}.registration.manage",
        "is for existing realms; in a realm that it creates, the stack always manages registration",
        "Remove it.",
    )


def test_registration_from_any_address_warns(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER
        + f"  registration:\n    dynamic: {{{DYNAMIC.replace('[claude.ai], access', '[], access')}}}\n"
    )
    assert stacks.problems(text) == (problem(11, f"{PATH}.registration.dynamic", *NO_SENDERS, "warning"),)


@pytest.mark.parametrize("method", ["dynamic", "metadataDocuments"])
def test_registered_clients_have_only_declared_access(stacks: Stacks, method: str) -> None:
    hosts = (
        "redirectHosts: [a.example], senderHosts: [a.example]"
        if method == "dynamic"
        else "domains: [a.example]"
    )
    text = tenant(
        server=SERVER
        + f"  registration:\n    {method}: {{{hosts}, access: ['456/staging'], people: everyone}}\n"
    )
    assert stacks.problem(text) == problem(
        11,
        f"{PATH}.registration.{method}.access[0]",
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
        f"{PATH}.registration.dynamic.allowedScopes[1]",
        "is the scope of a protected resource, which only access may grant",
        "Remove it, and list the resource in access.",
    )


@pytest.mark.parametrize("scope", ["a b", "", 'a\\"b', "a\\\\b", "\\u00e9", "a" * 256])
def test_allowed_scope_must_be_a_scope_token(stacks: Stacks, scope: str) -> None:
    text = tenant(
        server=SERVER + f'  registration:\n    dynamic: {{{DYNAMIC}, allowedScopes: ["{scope}"]}}\n'
    )
    assert stacks.problem(text) == problem(
        11,
        f"{PATH}.registration.dynamic.allowedScopes[0]",
        "is not a scope",
        'Use 1 to 255 ASCII characters without spaces, " and \\.',
    )


@pytest.mark.parametrize("number", ["0", "-1", "100001", "1.5", "'200'", "true", "1e3"])
def test_maximum_clients_must_be_an_integer_within_bounds(stacks: Stacks, number: str) -> None:
    text = tenant(server=SERVER + f"  registration:\n    dynamic: {{{DYNAMIC}, maximumClients: {number}}}\n")
    finding = stacks.problem(text)
    assert (finding.line, finding.path) == (11, f"{PATH}.registration.dynamic.maximumClients")


@pytest.mark.parametrize("name", ["a b", "a.b", "\\u00e9", "a" * 64])
def test_name_of_a_created_realm_must_need_no_encoding(stacks: Stacks, name: str) -> None:
    assert stacks.problem(tenant(server=realm(f'"{name}"', "true"))) == problem(
        9,
        f"{PATH}.realm.name",
        "is not a valid name for a realm that the stack creates",
        "Use 1 to 63 letters, digits, - and _, beginning with a letter or digit. "
        "With create: false every name that Keycloak allows is valid.",
    )


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "../master", "a?b", "a#b", "a\\\\b", "a\\u0000b", "a\\u0085b", "a" * 256]
)
def test_realm_name_that_keycloak_rejects_is_rejected(stacks: Stacks, name: str) -> None:
    assert stacks.problem(tenant(server=realm(f'"{name}"', "false"))) == problem(
        9,
        f"{PATH}.realm.name",
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
    assert stacks.problem(text).message == "is not a valid group path"


def test_group_of_a_created_realm_must_be_declared_once(stacks: Stacks) -> None:
    text = tenant(server=realm("acme", "true"), clients=_people("planners", "/planners"))
    assert stacks.problem(text).message == "is the same group as another entry"


def test_realm_create_is_required(stacks: Stacks) -> None:
    assert stacks.problem(
        tenant(server="keycloak:\n  url: https://id.acme.example\n  realm: {name: acme}\n")
    ) == problem(9, f"{PATH}.realm.create", "is missing", "Add it; it has no default.")


def test_misspelt_people_of_a_registration_method_suggest_the_key(stacks: Stacks) -> None:
    text = tenant(
        server=SERVER + f"  registration:\n    dynamic: {{{DYNAMIC.replace('everyone', '{group: [x]}')}}}\n"
    )
    path = f"{PATH}.registration.dynamic.people"
    assert stacks.problem(text) == problem(
        11, f"{path}.group", f"is not a key of {path}", "Did you mean groups?"
    )
