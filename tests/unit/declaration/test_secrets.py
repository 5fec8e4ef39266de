"""A secret in a tenant's declaration is rejected, and no message repeats it."""

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
def test_an_encrypted_value_in_the_tenant_is_rejected(stacks: Stacks, key: str, path: str) -> None:
    client = {"grant": "client-credentials", "access": "['*']", key: f"{{secure: v1:{VALUE}}}"}
    text = tenant("a:\n" + "".join(f"  {name}: {value}\n" for name, value in client.items()))
    reported = stacks.problem(text)
    assert reported == problem(12 if key == "grant" else 14, path, *ENCRYPTED)
    assert VALUE not in str(reported)


def test_encrypted_mappings_are_rejected(stacks: Stacks) -> None:
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
def test_a_key_that_looks_like_a_credential_is_rejected_without_repeating_its_value(
    stacks: Stacks, key: str
) -> None:
    reported = stacks.problem(tenant(PROGRAM + f"  {key}: {VALUE}\n"))
    assert reported == problem(14, f"clients.a.{key}", *CREDENTIAL)
    assert VALUE not in str(reported)


def test_no_problem_repeats_a_misplaced_secret(stacks: Stacks) -> None:
    text = tenant(
        f'a:\n  grant: "{VALUE}"\n  access: ["{VALUE}"]\n  clientId: "{VALUE} "\n  clientType: "{VALUE}"\n'
        f'  people: "{VALUE}"\n  redirectUris: ["{VALUE}", "https://{VALUE}@a.example/cb"]\n'
        f'  webOrigins: ["https://a.example/{VALUE}"]\n  secret: "{VALUE}"\n  privateKeyJwt: ["{VALUE}"]\n'
    )
    problems = stacks.problems(text)
    assert len(problems) == 10
    assert not [reported for reported in problems if VALUE in str(reported)]


@pytest.mark.parametrize(
    ("pem", "expected"),
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
def test_only_one_certificate_is_accepted_as_a_certificate(
    stacks: Stacks, pem: str, expected: tuple[str, str]
) -> None:
    escaped = pem.replace("\n", "\\n")
    reported = stacks.problem(tenant(PROGRAM + f'  privateKeyJwt: {{certificate: "{escaped}"}}\n'))
    assert reported == problem(14, "clients.a.privateKeyJwt.certificate", *expected)
    assert VALUE not in str(reported)


def test_a_secret_in_pulumis_configuration_is_rejected(stacks: Stacks) -> None:
    value = {"id": "acme", "workspaces": {"1": {"environments": ["a"]}}, "clientSecret": VALUE}
    instance = {"server": "https://app.profitbase.biz/flow"}
    with pytest.raises(DeclarationError) as refused:
        from_configuration(value, instance, source="acme")
    assert VALUE not in str(refused.value)
    assert [reported.path for reported in refused.value.problems][:1] == ["clientSecret"]
    assert not (stacks.project.directory / "stacks" / "Pulumi.acme.yaml").exists()
