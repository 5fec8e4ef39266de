"""FLOWMCP-010: client secrets expire in time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flow_mcp.review.policy.examples import ENTRA
from flow_mcp.review.policy.resources.types import (
    ENTRA_APPLICATION,
    ENTRA_PASSWORD,
    ENTRA_PRINCIPAL_PASSWORD,
)
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.secret_lifetime import SecretLifetime
from tests.unit.policies.judging import Findings, context, of_declaration, of_inputs

RULE = SecretLifetime()
SECRET = ("clients", "agent", "secret")
LONGER = "makes the secret live longer than the permitted 180d"
NO_END = "is missing or not a timestamp, so the server chooses the expiry"


def declared(issued: str, lifetime: str, as_of: date = date(2026, 11, 25), **configured: Any) -> Findings:
    secret = {"issued": issued, "lifetime": lifetime}
    agent = {"grant": "client-credentials", "access": ["*"], "secret": secret}
    return of_declaration(RULE, ENTRA, context=context(RULE, as_of, **configured), clients={"agent": agent})


def password(inputs: dict[str, Any], kind: str = ENTRA_PASSWORD) -> Findings:
    return of_inputs(RULE, kind, inputs, context=context(RULE))


@pytest.mark.parametrize("lifetime", ["180d", "4320h", "90s"])
def test_a_declared_lifetime_of_up_to_180_days_is_accepted(lifetime: str) -> None:
    assert declared("2026-11-01", lifetime) == []


@pytest.mark.parametrize("lifetime", ["181d", "4321h", "999999d"])
def test_a_longer_declared_lifetime_is_rejected(lifetime: str) -> None:
    assert declared("2026-11-01", lifetime) == [
        Violation((*SECRET, "lifetime"), "is longer than the permitted 180d")
    ]


def test_the_longest_lifetime_is_configurable() -> None:
    assert declared("2026-11-01", "365d", longest="365d") == []
    assert declared("2026-11-01", "31d", longest="30d") == [
        Violation((*SECRET, "lifetime"), "is longer than the permitted 30d")
    ]


def test_a_future_issue_date_is_rejected_except_tomorrow() -> None:
    later = Violation((*SECRET, "issued"), "is in the future, so the secret would live longer than declared")
    assert declared("2026-11-26", "180d") == []
    assert declared("2026-11-27", "180d") == [later]
    assert declared("2099-12-31", "180d") == [later]


def test_clients_without_a_secret_are_ignored() -> None:
    agent = {
        "grant": "client-credentials",
        "access": ["*"],
        "federatedCredential": {
            "issuer": "https://gitlab.com",
            "subject": "project_path:acme/x:ref_type:branch",
        },
    }
    assert of_declaration(RULE, ENTRA, context=context(RULE), clients={"agent": agent}) == []


@pytest.mark.parametrize("kind", [ENTRA_PASSWORD, ENTRA_PRINCIPAL_PASSWORD])
@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"endDate": "2027-05-24T00:00:00Z"}, []),
        ({"endDate": "2027-05-26T00:00:00Z"}, [Violation(("endDate",), LONGER)]),
        ({"endDate": "2027-05-26T00:00:00Z", "startDate": "2026-12-01T00:00:00Z"}, []),
        (
            {"endDate": "2026-12-31T00:00:00Z", "startDate": "2026-01-01T00:00:00Z"},
            [Violation(("endDate",), LONGER)],
        ),
        ({"endDate": "2020-01-01T00:00:00Z"}, []),
        ({}, [Violation(("endDate",), NO_END)]),
        ({"endDate": "tomorrow"}, [Violation(("endDate",), NO_END)]),
        ({"endDate": 2027}, [Violation(("endDate",), NO_END)]),
        ({"endDate": Unknown("endDate")}, [Unknown("endDate")]),
    ],
)
def test_a_password_must_expire_in_time(kind: str, inputs: dict[str, Any], expected: Findings) -> None:
    assert password(inputs, kind) == expected


def test_a_password_inside_an_application_must_expire() -> None:
    assert password({"displayName": "Without"}, ENTRA_APPLICATION) == []
    assert password({"password": {"displayName": "x"}}, ENTRA_APPLICATION) == [
        Violation(("password", "endDate"), NO_END)
    ]
    assert password({"password": Unknown("password")}, ENTRA_APPLICATION) == [Unknown("password")]
