"""The resource of an Auth0 tenant's former settings: its requests, and the errors of failed ones."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from flow_mcp.authorization_servers.auth0.former_settings import (
    FormerSettingsInputs,
    FormerSettingsResource,
    FormerSettingsState,
    TenantSettings,
)
from flow_mcp.authorization_servers.auth0.management_api import ManagementApi
from flow_mcp.authorization_servers.errors import (
    AuthorizationServerError,
    CredentialsError,
    RightsError,
    UnreachableError,
)
from tests.unit.authorization_servers.network import StandIn, json_answer

DOMAIN = "hooli.eu.auth0.com"
SIGN_IN, READ, CHANGE = (
    "POST /oauth/token",
    "GET /api/v2/tenants/settings",
    "PATCH /api/v2/tenants/settings",
)
SECRET = {"AUTH0_CLIENT_ID": "applier", "AUTH0_CLIENT_SECRET": "s3cr3t"}
OPEN = FormerSettingsInputs(
    domain=DOMAIN,
    dynamic_registration=True,
    metadata_documents=True,
    resource_parameter_profile="compatibility",
)
CLOSED = TenantSettings(
    dynamic_registration=False, metadata_documents=False, resource_parameter_profile="audience"
)
FORM = {"grant_type": ["client_credentials"], "client_id": ["applier"]}


def answers(**settings: Any) -> dict[str, httpx.Response]:
    return {
        SIGN_IN: json_answer(200, {"access_token": "t0k3n"}),
        READ: json_answer(200, {"friendly_name": "Hooli", **settings}),
        CHANGE: json_answer(200, {"friendly_name": "Hooli"}),
    }


def resource(server: StandIn, environment: Mapping[str, str] | None = None) -> FormerSettingsResource:
    return FormerSettingsResource(
        partial(ManagementApi, environment=SECRET if environment is None else environment, transport=server)
    )


def managed_state(former: TenantSettings = CLOSED) -> FormerSettingsState:
    return FormerSettingsState(**OPEN.model_dump(), former=former)


def test_create_reads_defaults_for_absent_settings_and_changes_nothing() -> None:
    server = StandIn(answers())
    made = resource(server).create(OPEN)
    assert (made.id, made.state) == (DOMAIN, managed_state())
    assert server.requests == [SIGN_IN, READ]
    assert parse_qs(server.bodies[0]) == {
        **FORM,
        "client_secret": ["s3cr3t"],
        "audience": [f"https://{DOMAIN}/api/v2/"],
    }


def test_update_records_the_new_settings_and_keeps_the_former_ones() -> None:
    server = StandIn({})
    changed = OPEN.model_copy(update={"dynamic_registration": False})
    updated = resource(server).update(DOMAIN, changed, managed_state())
    assert updated == FormerSettingsState(**changed.model_dump(), former=CLOSED)
    read = resource(server).read(DOMAIN, updated)
    assert (read.id, read.state) == (DOMAIN, updated)
    assert server.requests == []


def test_delete_restores_all_settings_in_one_request() -> None:
    server = StandIn(
        answers(
            flags={"enable_dynamic_client_registration": True, "enable_sso": True},
            client_id_metadata_document_supported=True,
            resource_parameter_profile="compatibility",
        )
    )
    resource(server).delete(DOMAIN, managed_state())
    assert server.requests == [SIGN_IN, READ, CHANGE]
    assert json.loads(server.bodies[2]) == {
        "flags": {"enable_dynamic_client_registration": False},
        "client_id_metadata_document_supported": False,
        "resource_parameter_profile": "audience",
    }


def test_delete_sends_no_request_if_nothing_changed(caplog: pytest.LogCaptureFixture) -> None:
    server = StandIn(answers())
    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource(server).delete(DOMAIN, managed_state())
    assert server.requests == [SIGN_IN, READ]
    assert caplog.messages == []


def test_delete_keeps_a_profile_that_was_changed_outside_the_stack_and_warns(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = StandIn(answers(resource_parameter_profile="another"))
    with caplog.at_level(logging.WARNING, "flow_mcp"):
        resource(server).delete(DOMAIN, managed_state())
    assert server.requests == [SIGN_IN, READ]
    assert caplog.messages == [
        f"the resource parameter profile of the Auth0 tenant {DOMAIN} was changed after this stack set it, "
        "and stays another. Before the stack it was audience"
    ]


def test_former_settings_cannot_be_imported() -> None:
    with pytest.raises(AuthorizationServerError, match="cannot be imported"):
        resource(StandIn({})).read(DOMAIN, None)


def test_api_token_of_the_environment_is_used_without_sign_in() -> None:
    server = StandIn(answers())
    resource(server, {"AUTH0_API_TOKEN": "t0k3n"}).create(OPEN)
    assert server.requests == [READ]


def test_sign_in_with_a_private_key_needs_no_secret() -> None:
    server, private = StandIn(answers()), rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    environment = {
        "AUTH0_CLIENT_ID": "applier",
        "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": pem,
        "AUTH0_CLIENT_ASSERTION_SIGNING_ALG": "PS256",
        "AUTH0_AUDIENCE": "https://hooli.us.auth0.com/api/v2/",
    }
    resource(server, environment).create(OPEN)
    form = parse_qs(server.bodies[0])
    [assertion] = form.pop("client_assertion")
    assert form == {
        **FORM,
        "audience": ["https://hooli.us.auth0.com/api/v2/"],
        "client_assertion_type": ["urn:ietf:params:oauth:client-assertion-type:jwt-bearer"],
    }
    token = jwt.decode(assertion, RSAKey.import_key(pem), algorithms=["PS256"])
    lifetime = token.claims["exp"] - token.claims["iat"]
    claims = {name: token.claims[name] for name in ("iss", "sub", "aud")}
    assert claims == {"iss": "applier", "sub": "applier", "aud": f"https://{DOMAIN}/"}
    assert lifetime == 60


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({}, f"The environment has no credentials for {DOMAIN}"),
        ({"AUTH0_CLI_LOGIN": "true"}, "AUTH0_CLI_LOGIN cannot be used to change settings"),
        (
            {
                "AUTH0_CLIENT_ID": "applier",
                "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY": "-----BEGIN s3cr3t",
                "AUTH0_CLIENT_ASSERTION_SIGNING_ALG": "RS256",
            },
            "AUTH0_CLIENT_ASSERTION_PRIVATE_KEY cannot sign",
        ),
    ],
)
def test_unusable_credentials_are_rejected_before_any_request(
    environment: dict[str, str], message: str
) -> None:
    server = StandIn({})
    with pytest.raises(CredentialsError, match=message) as raised:
        resource(server, environment).create(OPEN)
    assert "s3cr3t" not in str(raised.value)
    assert server.requests == []


FORBIDDEN = {
    "statusCode": 403,
    "error": "Forbidden",
    "message": "Insufficient scope, expected any of: x",
}


@pytest.mark.parametrize(
    ("request_", "answer", "error", "message"),
    [
        (
            SIGN_IN,
            json_answer(401, {"error": "access_denied", "error_description": "Unauthorized"}),
            CredentialsError,
            r"rejects the sign-in of AUTH0_CLIENT_ID \(Unauthorized\)\. Correct the credentials",
        ),
        (SIGN_IN, httpx.Response(404), UnreachableError, f"There is no Auth0 at {DOMAIN}"),
        (SIGN_IN, httpx.Response(200, text="<html>"), UnreachableError, "There is no Auth0"),
        (READ, json_answer(401, {"message": "Expired token."}), CredentialsError, "token: Expired token"),
        (
            READ,
            json_answer(403, FORBIDDEN),
            RightsError,
            "Insufficient scope.*Grant read:tenant_settings",
        ),
        (READ, httpx.Response(200, text="<html>"), AuthorizationServerError, "answered 200 to GET"),
        (CHANGE, json_answer(403, FORBIDDEN), RightsError, "and update:tenant_settings"),
        (CHANGE, httpx.Response(500), AuthorizationServerError, "answered 500 to PATCH .*no reason given"),
        (
            CHANGE,
            httpx.ReadTimeout("late"),
            UnreachableError,
            "cannot be reached: no response within the time limit",
        ),
    ],
)
def test_rejected_requests_raise_errors_with_a_remedy(
    request_: str, answer: Any, error: type[AuthorizationServerError], message: str
) -> None:
    server = StandIn({**answers(flags={"enable_dynamic_client_registration": True}), request_: answer})
    with pytest.raises(error, match=message) as raised:
        resource(server).delete(DOMAIN, managed_state())
    assert "s3cr3t" not in str(raised.value)
    assert "t0k3n" not in str(raised.value)
