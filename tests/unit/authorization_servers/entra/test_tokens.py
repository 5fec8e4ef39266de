"""Decisions on Entra's tokens with the settings document, beside those of the test vectors."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.runtime import Reason
from tests.issuers import entra
from tests.unit.authorization_servers.entra.contoso import IDS, PRODUCTION, TENANT, TEST, settings

API, OTHER_API, AGENT, DESKTOP = IDS["7/production"], IDS["7/test"], IDS["agent"], IDS["desktop"]


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (entra.person(TENANT, API, DESKTOP, scp="other mcp.access"), Reason.ALLOWED),
        (
            entra.person(TENANT, API, DESKTOP, iss=f"https://login.microsoftonline.com/{TENANT}/v2.0/"),
            Reason.UNKNOWN_ISSUER,
        ),
        (entra.person(TENANT, DESKTOP, DESKTOP), Reason.WRONG_AUDIENCE),
        (entra.program(TENANT, API, AGENT, roles=["mcp.access"]), Reason.MISSING_ROLE),
        (entra.person(TENANT, API, VSCODE), Reason.UNREGISTERED_CLIENT),
    ],
    ids=[
        "our scope among others",
        "slash at the end of the issuer",
        "the client as audience",
        "program with the scope as role",
        "VS Code, not preauthorized",
    ],
)
def test_the_declaration_decides_on_other_tokens(claims: dict[str, Any], expected: Reason) -> None:
    assert entra.decided(settings(), PRODUCTION, entra.signed(claims)).reason is expected


def test_proof_of_possession_token_is_rejected() -> None:
    token = entra.signed(entra.person(TENANT, API, DESKTOP), "pop")
    assert entra.decided(settings(), PRODUCTION, token).reason is Reason.WRONG_TYPE


def test_preauthorized_application_has_its_declared_access() -> None:
    document = settings(entra={"preauthorized": {"vscode": {"access": ["7/test"]}}})
    token = entra.signed(entra.person(TENANT, OTHER_API, VSCODE))
    assert entra.decided(document, TEST, token).reason is Reason.ALLOWED
    token = entra.signed(entra.person(TENANT, API, VSCODE))
    assert entra.decided(document, PRODUCTION, token).reason is Reason.RESOURCE_NOT_GIVEN


@pytest.mark.parametrize(
    ("cloud", "login"),
    [("usgovernment", "login.microsoftonline.us"), ("china", "login.partner.microsoftonline.cn")],
)
def test_each_cloud_has_its_own_issuer(cloud: str, login: str) -> None:
    document = settings(entra={"cloud": cloud})
    token = entra.signed(entra.program(TENANT, API, AGENT, login=login))
    assert entra.decided(document, PRODUCTION, token).reason is Reason.ALLOWED
    token = entra.signed(entra.program(TENANT, API, AGENT))
    assert entra.decided(document, PRODUCTION, token).reason is Reason.UNKNOWN_ISSUER
