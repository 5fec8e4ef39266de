"""The declared secret of a client: its days, its lifetime and its rotation."""

from __future__ import annotations

from datetime import date

import pytest

from flow_mcp.declaration.secret import Secret
from tests.unit.declared import Stacks, problem, tenant


def _client(secret: str) -> str:
    return tenant(f"a:\n  grant: client-credentials\n  access: ['*']\n  secret: {secret}\n")


def _secret(stacks: Stacks, secret: str) -> Secret:
    declared = stacks.load(_client(secret)).declaration.tenant.clients["a"].secret
    assert declared
    return declared


def test_a_rotation_is_due_on_the_first_whole_day_after_its_age(stacks: Stacks) -> None:
    secret = _secret(stacks, "{issued: 2026-09-01, rotateAfter: 90d, overlap: 7d}")
    assert (secret.due, secret.overlap_ends, secret.expires) == (date(2026, 11, 30), None, None)
    hours = _secret(stacks, "{issued: 2026-09-01, previous: unknown, rotateAfter: 36h, overlap: 1h}")
    assert (hours.due, hours.overlap_ends) == (date(2026, 9, 3), date(2026, 9, 2))
    assert _secret(stacks, "{rotateAfter: 90d, overlap: 7d}").due is None


@pytest.mark.parametrize(
    ("secret", "path", "message"),
    [
        ("{}", "", "is empty"),
        ("{rotateAfter: 7d, overlap: 7d}", "", "has an overlap that is not shorter than rotateAfter"),
        ("{issued: 2026-09-01, previous: 2026-08-01}", "", "has previous, which needs issued and overlap"),
        (
            "{issued: 2026-09-01, previous: 2026-09-01, overlap: 7d}",
            "",
            "has a previous day that is not before issued",
        ),
        ("{issued: 2026-09-01, previous: never, overlap: 7d}", ".previous", "is not a date of this century"),
        (
            "{issued: 2026-09-01, lifetime: 90d}",
            ".lifetime",
            "declares an expiry, but Keycloak's client secrets",
        ),
    ],
)
def test_an_inconsistent_secret_is_rejected(stacks: Stacks, secret: str, path: str, message: str) -> None:
    found = stacks.problem(_client(secret))
    assert (found.path, found.message.startswith(message)) == (f"clients.a.secret{path}", True)


def test_a_lifetime_covers_the_rotation() -> None:
    with pytest.raises(ValueError, match="lifetime is shorter than rotateAfter and overlap together"):
        Secret(issued="2026-09-01", lifetime="96d", rotate_after="90d", overlap="7d")
    assert Secret(issued="2026-09-01", lifetime="97d", rotate_after="90d", overlap="7d").due


def test_a_previous_certificate_needs_another_certificate(stacks: Stacks) -> None:
    text = tenant(
        "a:\n  grant: client-credentials\n  access: ['*']\n  privateKeyJwt:\n"
        "    jwksUrl: https://a.example/jwks\n    previousCertificate: |\n"
        "      -----BEGIN CERTIFICATE-----\n      MIIB\n      -----END CERTIFICATE-----\n"
    )
    assert stacks.problem(text) == problem(
        14,
        "clients.a.privateKeyJwt",
        "has previousCertificate beside jwksUrl",
        "Remove it. The client publishes both keys at jwksUrl during a rotation.",
    )
