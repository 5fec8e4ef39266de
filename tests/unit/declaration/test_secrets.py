"""No secret belongs in a tenant's declaration; one that is there is refused and never repeated."""

from __future__ import annotations

import pytest

from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.declaration.findings import DeclarationError
from tests.unit.declared import Stacks, problem, tenant

VALUE = "hunter2-s3cr3t"
PROGRAM = "a:\n  grant: client-credentials\n  access: ['*']\n"
ENCRYPTED = (
    "is an encrypted value, which the state would store in plain text",
    "Remove it. Set credentials in environment variables or in a separate secret of the stack.",
)
CREDENTIAL = (
    "looks like a credential, which a declaration must not contain",
    "Remove it. Set credentials in environment variables.",
)
CERTIFICATE = (
    "is not exactly one certificate in PEM format",
    "Include the lines from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.",
)
PRIVATE = (
    "contains a private key, which only the client may have",
    "Create a new key pair and give only its certificate.",
)
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
PRIVATE_PEM = f"-----BEGIN PRIVATE KEY-----\n{VALUE}\n-----END PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("clientId", "clients.a.clientId"),
        ("grant", "clients.a.grant"),
        ("people", "clients.a.people"),
        ("redirectUris", "clients.a.redirectUris"),
        ("privateKeyJwt", "clients.a.privateKeyJwt"),
        ("secret", "clients.a.secret"),
    ],
)
def test_an_encrypted_value_inside_the_tenant_is_refused(stacks: Stacks, key: str, path: str) -> None:
    client = {"grant": "client-credentials", "access": "['*']", key: f"{{secure: v1:{VALUE}}}"}
    text = tenant("a:\n" + "".join(f"  {name}: {value}\n" for name, value in client.items()))
    found = stacks.problem(text)
    assert found == problem(12 if key == "grant" else 14, path, *ENCRYPTED)
    assert VALUE not in str(found)


def test_encrypted_mappings_are_refused_as_a_whole(stacks: Stacks) -> None:
    clients = stacks.problem(tenant(f"secure: v1:{VALUE}\n"))
    whole = stacks.problem(f"config:\n  flow-mcp:tenant: {{secure: v1:{VALUE}}}\n")
    instance = stacks.problem(tenant() + f"  flow-mcp:instance: {{server: {{secure: v1:{VALUE}}}}}\n")
    assert clients == problem(10, "clients", *ENCRYPTED)
    assert whole == problem(2, "tenant", *ENCRYPTED)
    assert instance == problem(10, "instance.server", *ENCRYPTED)


@pytest.mark.parametrize(
    "key",
    [
        "clientSecret", "client_secret", "password", "PASSWORD", "adminPassword", "token", "accessToken",
        "apiKey", "api-key", "privateKey", "credentials", "passphrase",
    ],
)  # fmt: skip
def test_a_key_that_looks_like_a_credential_is_refused_without_its_value(stacks: Stacks, key: str) -> None:
    found = stacks.problem(tenant(PROGRAM + f"  {key}: {VALUE}\n"))
    assert found == problem(14, f"clients.a.{key}", *CREDENTIAL)
    assert VALUE not in str(found)


def test_a_secret_is_not_repeated_wherever_it_was_put(stacks: Stacks) -> None:
    text = tenant(
        f'a:\n  grant: "{VALUE}"\n  access: ["{VALUE}"]\n  clientId: "{VALUE} "\n  clientType: "{VALUE}"\n'
        f'  people: "{VALUE}"\n  redirectUris: ["{VALUE}", "https://{VALUE}@a.example/cb"]\n'
        f'  webOrigins: ["https://a.example/{VALUE}"]\n  secret: "{VALUE}"\n  privateKeyJwt: ["{VALUE}"]\n'
    )
    problems = stacks.problems(text)
    assert len(problems) == 10
    assert not [found for found in problems if VALUE in str(found)]


@pytest.mark.parametrize(
    ("pem", "said"),
    [
        (PRIVATE_PEM, PRIVATE),
        (PEM + PRIVATE_PEM, PRIVATE),
        (PRIVATE_PEM.replace("PRIVATE", "RSA PRIVATE"), PRIVATE),
        (PRIVATE_PEM.replace("PRIVATE", "ENCRYPTED PRIVATE"), PRIVATE),
        (PEM + PEM, CERTIFICATE),
        (PEM + VALUE, CERTIFICATE),
        (VALUE, CERTIFICATE),
        ("", CERTIFICATE),
        (PEM.replace("END", "BEGIN"), CERTIFICATE),
        (PEM.replace("MIIB", "MIIB!"), CERTIFICATE),
        (PEM.replace("MIIB", "A" * 20_000), CERTIFICATE),
    ],
)
def test_where_a_certificate_belongs_nothing_else_is_taken(
    stacks: Stacks, pem: str, said: tuple[str, str]
) -> None:
    escaped = pem.replace("\n", "\\n")
    found = stacks.problem(tenant(PROGRAM + f'  privateKeyJwt: {{certificate: "{escaped}"}}\n'))
    assert found == problem(14, "clients.a.privateKeyJwt.certificate", *said)
    assert VALUE not in str(found)


def test_the_program_refuses_a_secret_too(stacks: Stacks) -> None:
    declared = {"id": "acme", "workspaces": {"1": {"environments": ["a"]}}, "clientSecret": VALUE}
    instance = {"server": "https://app.profitbase.biz/flow"}
    with pytest.raises(DeclarationError) as refused:
        from_configuration(declared, instance, source="acme")
    assert VALUE not in str(refused.value)
    assert [found.path for found in refused.value.problems][:1] == ["clientSecret"]
    assert not (stacks.project.directory / "stacks" / "Pulumi.acme.yaml").exists()
