"""Tests of tokens that no test vector has; the vectors decide every row of the decision table."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.runtime import Reason
from tests.unit.runtime.acme import claims, decided, program, resource, settings, token


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        pytest.param(Reason.EXPIRED, {"exp": -1e308}, id="exp long before time began"),
        pytest.param(Reason.ALLOWED, {"exp": 10**400}, id="exp beyond every calendar and every float"),
        pytest.param(Reason.MALFORMED_CLAIM, {"sub": "a\ud800"}, id="subject half a surrogate pair"),
        pytest.param(
            Reason.MISSING_SCOPE, {"scope": "mcp-456-production,flow"}, id="scopes separated by a comma"
        ),
    ],
)
def test_unusual_values_of_claims_are_decided(reason: Reason, changes: dict[str, Any]) -> None:
    assert decided(token(claims(**changes))).reason is reason


def test_a_program_with_scopes_instead_of_app_roles_is_denied() -> None:
    production = resource("production")
    (at_server,) = production.authorization_servers
    with_role = at_server.model_copy(update={"app_roles": ("Mcp.Access",)})
    resources = (production.model_copy(update={"authorization_servers": (with_role,)}),)
    of = settings().model_copy(update={"protected_resources": resources})
    assert decided(token(program()), of=of).reason is Reason.MISSING_ROLE
