"""A stand-in refuses what its SDK does not know and what its rules name, with the real plugin's reasons."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pulumi.provider.experimental.provider import CheckRequest

from tests.standin.azuread_rules import APPLICATION, ASSIGNMENT, FEDERATED, PASSWORD, PREAUTHORIZED, RULES
from tests.standin.provider import StandIn
from tests.standin.sdk import Sdk
from tests.standin.server import Server
from tests.standin.values import UNKNOWN, Properties, wire

ID = "11111111-2222-4333-8444-555555555555"
OTHER = "11111111-2222-4333-8444-666666666666"


@pytest.fixture(scope="module")
def azuread() -> StandIn:
    return StandIn(Sdk.of("azuread"), RULES, Server(Path("/nonexistent")), {})


def refusals(azuread: StandIn, token: str, inputs: Properties) -> list[tuple[str, str]]:
    request = CheckRequest(f"urn:pulumi:s::p::{token}::name", {}, wire(inputs), b"")
    failures = asyncio.run(azuread.check(request)).failures or []
    return [(failure.property, failure.reason) for failure in failures]


def application(**properties: Any) -> Properties:
    return {"displayName": "x", **properties}


def scope(**properties: Any) -> Properties:
    return {
        "api": {
            "oauth2PermissionScopes": [{"id": ID, "value": "a", "adminConsentDescription": "t"} | properties]
        }
    }


def role(**properties: Any) -> Properties:
    given = {"id": ID, "value": "a", "description": "t", "displayName": "d", "allowedMemberTypes": ["User"]}
    return {"appRoles": [given | properties]}


@pytest.mark.parametrize(
    ("token", "inputs", "expected"),
    [
        (APPLICATION, {}, [("displayName", "is required and missing")]),
        (
            APPLICATION,
            application(identifierUris=[True]),
            [("identifierUris[0]", "expected string, got bool")],
        ),
        (
            APPLICATION,
            application(web={"redirect_uris": []}),
            [
                (
                    "web.redirect_uris",
                    "is not a property; the SDK has homepageUrl, implicitGrant, logoutUrl, redirectUris",
                )
            ],
        ),
        (
            APPLICATION,
            application(**scope(id="one")),
            [("api.oauth2PermissionScopes[0].id", "must be a valid UUID")],
        ),
        (
            APPLICATION,
            application(**scope(value=".a")),
            [("api.oauth2PermissionScopes[0].value", "must not begin with . or contain spaces")],
        ),
        (
            APPLICATION,
            application(**scope(type="Everyone")),
            [("api.oauth2PermissionScopes[0].type", "must be one of Admin, User")],
        ),
        (
            APPLICATION,
            application(**scope(), **role(id=OTHER)),
            [("appRoles[0]", "duplicate value a with another ID")],
        ),
        (
            APPLICATION,
            application(**scope(), **role(value="b")),
            [("appRoles[0]", f"duplicate ID {ID} with another value or text")],
        ),
        (
            APPLICATION,
            application(**role(allowedMemberTypes=["Group"])),
            [("appRoles[0].allowedMemberTypes", "must be one of User, Application")],
        ),
        (
            APPLICATION,
            application(signInAudience="Everyone"),
            [
                (
                    "signInAudience",
                    "must be one of AzureADMyOrg, AzureADMultipleOrgs, AzureADandPersonalMicrosoftAccount, "
                    "PersonalMicrosoftAccount",
                )
            ],
        ),
        (
            APPLICATION,
            application(api={"requestedAccessTokenVersion": 3}),
            [("api.requestedAccessTokenVersion", "must be one of 1, 2")],
        ),
        (
            APPLICATION,
            application(web={"redirectUris": ["https://x"]}),
            [("web.redirectUris[0]", "URI must have a path; add a slash")],
        ),
        (
            APPLICATION,
            application(web={"redirectUris": ["app://x/"]}),
            [("web.redirectUris[0]", "must be http or https")],
        ),
        (APPLICATION, application(owners=["me"]), [("owners[0]", "must be a valid UUID")]),
        (PASSWORD, {"applicationId": ID}, [("applicationId", "must be /applications/<uuid>")]),
        (
            PASSWORD,
            {"applicationId": f"/applications/{ID}", "endDate": "2027-01-01"},
            [("endDate", "must be a full RFC 3339 time")],
        ),
        (
            FEDERATED,
            {
                "applicationId": f"/applications/{ID}",
                "audiences": ["a", "b"],
                "displayName": "x",
                "issuer": "https://i",
                "subject": "s",
            },
            [("audiences", "too many list items: at most 1")],
        ),
        (
            PREAUTHORIZED,
            {"applicationId": f"/applications/{ID}", "authorizedClientId": "vscode", "permissionIds": [ID]},
            [("authorizedClientId", "must be a valid UUID")],
        ),
        (
            ASSIGNMENT,
            {"appRoleId": ID, "principalObjectId": "program", "resourceObjectId": ID},
            [("principalObjectId", "must be a valid UUID")],
        ),
    ],
)
def test_it_is_refused(
    azuread: StandIn, token: str, inputs: Properties, expected: list[tuple[str, str]]
) -> None:
    assert refusals(azuread, token, inputs) == expected


def test_what_is_not_known_yet_is_not_refused(azuread: StandIn) -> None:
    assert refusals(azuread, PASSWORD, {"applicationId": UNKNOWN, "endDate": UNKNOWN}) == []


def test_what_a_program_may_say_is_accepted(azuread: StandIn) -> None:
    inputs = application(
        **scope(type="Admin"), **role(id=OTHER, value="b"), web={"redirectUris": ["https://x/"]}, owners=[ID]
    )
    assert refusals(azuread, APPLICATION, inputs) == []
