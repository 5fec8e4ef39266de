"""FLOWMCP-011: client secrets are rotated before they expire."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from flow_mcp.review.policy.examples import ENTRA
from flow_mcp.review.policy.resources.types import ENTRA_PASSWORD
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.secret_age import SecretAge
from tests.unit.policies.judging import Findings, context, of_declaration, of_inputs

RULE = SecretAge()
SECRET = ("clients", "agent", "secret")


def declared(as_of: str, **configured: Any) -> Findings:
    """Return the findings on a secret that expires on 2027-04-30."""
    secret = {"issued": "2026-11-01", "lifetime": "180d"}
    agent = {"grant": "client-credentials", "access": ["*"], "secret": secret}
    day = context(RULE, date.fromisoformat(as_of), **configured)
    return of_declaration(RULE, ENTRA, context=day, clients={"agent": agent})


def test_a_secret_is_accepted_until_two_weeks_before_its_expiry() -> None:
    assert declared("2026-11-25") == []
    assert declared("2027-04-15") == []


@pytest.mark.parametrize("day", ["2027-04-16", "2027-04-29"])
def test_an_expiry_within_the_notice_is_reported(day: str) -> None:
    assert declared(day) == [
        Violation(SECRET, f"expires within 14d of {day}; its client then cannot authenticate")
    ]


@pytest.mark.parametrize("day", ["2027-04-30", "2031-01-01"])
def test_an_expired_secret_is_reported_as_expired(day: str) -> None:
    assert declared(day) == [Violation(SECRET, f"expired by {day}: its client can no longer authenticate")]


def test_the_notice_is_configurable() -> None:
    assert declared("2027-04-20", notice="7d") == []
    assert declared("2027-03-15", notice="60d") == [
        Violation(SECRET, "expires within 60d of 2027-03-15; its client then cannot authenticate")
    ]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("2027-01-30T00:00:00Z", []),
        (
            "2026-12-01T00:00:00Z",
            [
                Violation(
                    ("endDate",), "expires within 14d of 2026-11-25; its client then cannot authenticate"
                )
            ],
        ),
        (
            "2026-11-25T00:00:00Z",
            [Violation(("endDate",), "expired by 2026-11-25: its client can no longer authenticate")],
        ),
        ("no day", []),
        (None, []),
        (Unknown("endDate"), [Unknown("endDate")]),
    ],
)
def test_passwords_outside_the_component_are_checked(end: Any, expected: Findings) -> None:
    inputs = {"endDate": end}
    assert of_inputs(RULE, ENTRA_PASSWORD, inputs, context=context(RULE)) == expected
    # Inside the component, the declaration is checked instead.
    assert of_inputs(RULE, ENTRA_PASSWORD, inputs, context=context(RULE), made_by_component=True) == []
