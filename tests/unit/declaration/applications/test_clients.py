"""Clients that name a known application: the keys that it supplies, and keys that are rejected."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flow_mcp.authorization_servers.load import from_configuration, parse_unchecked
from flow_mcp.declaration.applications.expansion import callback_id
from tests.unit.declaration.access.samples import STACKS, sample
from tests.unit.declared import SERVER, Stacks, problem, tenant

WHERE = "Remove it, or remove application and declare the complete client."
VSCODE = ["http://127.0.0.1/", "https://insiders.vscode.dev/redirect", "https://vscode.dev/redirect"]
CURSOR = "cursor://anysphere.cursor-mcp/oauth/callback"
OWN_SCHEME = (
    "has a scheme that any application can claim",
    "Use https or a loopback address, as MCP requires (Authorization, Communication Security).",
)
ENTRA = "entra: {tenantId: 8a1f3c52-64d0-4a0c-9a3e-0f2b7d9c1e55}\n"


def client(application: str, more: str = "") -> str:
    return f"a:\n  application: {application}\n  access: ['*']\n  people: everyone\n{more}"


def declared(stacks: Stacks, text: str) -> dict[str, Any]:
    """Return the only client of a loaded declaration as a plain value."""
    client = stacks.load(text).declaration.tenant.clients["a"]
    return client.model_dump(mode="json", by_alias=True, exclude_none=True)


@pytest.mark.parametrize(
    ("application", "filled"),
    [
        ("vscode", {"redirectUris": VSCODE}),
        (
            "claude",
            {
                "redirectUris": [
                    "https://claude.ai/api/mcp/auth_callback",
                    "https://claude.com/api/mcp/auth_callback",
                ]
            },
        ),
        ("claude-code", {"redirectUris": ["http://127.0.0.1/callback", "http://localhost/callback"]}),
        (
            "cursor",
            {
                "redirectUris": [
                    CURSOR,
                    "http://localhost:8787/callback",
                    "https://www.cursor.com/agents/mcp/oauth/callback",
                ]
            },
        ),
        ("inspector", {"redirectUris": ["http://localhost/oauth/callback"]}),
    ],
)
def test_the_catalogue_supplies_absent_keys(stacks: Stacks, application: str, filled: dict[str, Any]) -> None:
    assert declared(stacks, tenant(client(application))) == {
        "application": application,
        "grant": "authorization-code",
        "access": ["*"],
        "people": {"groups": [], "everyone": True},
        "webOrigins": [],
        **filled,
    }


def test_a_client_with_an_application_equals_the_client_declared_in_full(stacks: Stacks) -> None:
    named = declared(stacks, tenant(client("vscode")))
    del named["application"]
    written = json.dumps({"a": {**named, "people": "everyone"}})
    assert declared(stacks, tenant(written + "\n")) == named


def test_an_expanded_declaration_is_accepted_unchanged(stacks: Stacks) -> None:
    once = stacks.load(tenant(client("codex"))).declaration
    inputs = once.tenant.model_dump(mode="json", by_alias=True, exclude_none=True)
    instance = once.instance.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert from_configuration(inputs, instance, source="the state").declaration == once
    assert parse_unchecked(inputs, instance) == once


def test_the_callback_id_equals_the_one_that_openssl_computes() -> None:
    # printf URL | openssl dgst -sha256 -binary | head -c 9 | base64 | tr +/ -_
    url = "https://app.profitbase.biz/flow/mcp/tenants/known/workspaces/1/environments/staging"
    assert callback_id(url) == "YX2nFOaSdk16"


def test_codex_has_a_callback_for_each_protected_resource_that_it_reaches(stacks: Stacks) -> None:
    both = declared(stacks, tenant(client("codex")))["redirectUris"]
    one = declared(stacks, tenant(client("codex").replace("*", "456/test")))["redirectUris"]
    urls = [
        f"https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments/{environment}"
        for environment in ("production", "test")
    ]
    callbacks = [f"http://127.0.0.1/callback/{callback_id(url)}" for url in urls]
    assert (sorted(both), one) == (sorted(callbacks), callbacks[1:])


def test_fewer_redirect_uris_and_a_loopback_port_may_be_chosen(stacks: Stacks) -> None:
    text = tenant(client("vscode", "  redirectUris: ['http://127.0.0.1:33418/']\n"))
    assert declared(stacks, text)["redirectUris"] == ["http://127.0.0.1:33418/"]


@pytest.mark.parametrize(
    "uri",
    [
        "https://evil.example/redirect",
        "https://vscode.dev/redirect/more",
        "http://vscode.dev:80/redirect",
        "http://localhost:33418/",
        "http://127.0.0.1:33418/callback",
        "http://127.0.0.1:33418/?more=1",
    ],
)
def test_another_redirect_uri_is_refused(stacks: Stacks, uri: str) -> None:
    found = stacks.problems(tenant(client("vscode", f"  redirectUris: ['{uri}']\n")))
    assert [(each.line, each.path) for each in found] == [(15, "clients.a.redirectUris[0]")]


def test_the_remedy_lists_the_known_redirect_uris(stacks: Stacks) -> None:
    known = "http://127.0.0.1/, https://vscode.dev/redirect, https://insiders.vscode.dev/redirect"
    text = tenant(client("vscode", "  redirectUris: [https://evil.example/redirect]\n"))
    assert stacks.problem(text) == problem(
        15,
        "clients.a.redirectUris[0]",
        "is not a redirect URI of Visual Studio Code",
        f"Remove redirectUris to use the known ones: {known}.",
    )


def test_a_key_that_does_not_fit_the_application_is_refused(stacks: Stacks) -> None:
    origin = "is not a web origin of Visual Studio Code"
    kind = "makes the client confidential, but Visual Studio Code is public"
    key = "is an authentication method that Claude Code is not known to support"
    more = "  clientType: confidential\n  webOrigins: [https://a.example]\n"
    assert stacks.problems(tenant(client("vscode", more))) == (
        problem(15, "clients.a.clientType", kind, WHERE),
        problem(16, "clients.a.webOrigins[0]", origin, WHERE),
    )
    assert stacks.problem(
        tenant(client("claude-code", "  privateKeyJwt: {jwksUrl: https://a.example/jwks}\n"))
    ) == problem(15, "clients.a.privateKeyJwt", key, WHERE)
    assert stacks.problem(
        tenant("a: {application: vscode, grant: client-credentials, access: ['*']}\n")
    ) == problem(
        11,
        "clients.a.grant",
        "is for programs, but people sign in with Visual Studio Code",
        "Remove the grant, or remove application.",
    )


def test_a_type_that_the_application_can_have_may_be_chosen(stacks: Stacks) -> None:
    assert declared(stacks, tenant(client("claude", "  clientType: confidential\n")))["clientType"] == (
        "confidential"
    )


@pytest.mark.parametrize(
    ("application", "message", "remedy", "callback", "known"),
    [
        (
            "chatgpt",
            "is missing, because ChatGPT creates one for each app or tool",
            "ChatGPT shows it while the app is made: ",
            "https://chatgpt.com/connector/oauth/OUbdUMlL15Ct",
            "https://chatgpt.com/connector_platform_oauth_redirect or https://chatgpt.com/connector/oauth/….",
        ),
        (
            "copilot-studio",
            "is missing, because Microsoft Copilot Studio creates one for each app or tool",
            "Copilot Studio shows it as Redirect URL after the tool is saved: ",
            "https://global.consent.azure-apim.net/redirect/cr938-5fplans-5f43bcb8573bc3e84",
            "https://global.consent.azure-apim.net/redirect/….",
        ),
    ],
)
def test_a_missing_callback_of_an_app_or_tool_is_reported_at_its_key(
    stacks: Stacks, application: str, message: str, remedy: str, callback: str, known: str
) -> None:
    asked = stacks.problem(tenant(client(application)))
    assert (asked.line, asked.path, asked.message) == (11, "clients.a.redirectUris", message)
    assert asked.remedy.startswith(remedy)
    assert f"Add it to redirectUris: {known}" in asked.remedy
    given = declared(stacks, tenant(client(application, f"  redirectUris: ['{callback}']\n")))
    assert given["redirectUris"] == [callback]
    for other in (f"{callback}/more", f"{callback}?a=b", "https://evil.example/x"):
        wrong = stacks.problems(tenant(client(application, f"  redirectUris: ['{other}']\n")))
        assert [each.path for each in wrong] == ["clients.a.redirectUris[0]"]


def test_copilot_studio_is_confidential(stacks: Stacks) -> None:
    text = tenant(
        client("copilot-studio", "  redirectUris: ['https://global.consent.azure-apim.net/redirect/x']\n")
    )
    assert declared(stacks, text)["clientType"] == "confidential"


def test_cursor_s_scheme_is_for_cursor_alone(stacks: Stacks) -> None:
    other = client("vscode", f"  redirectUris: ['{CURSOR}']\n")
    plain = other.replace("application: vscode", "grant: authorization-code")
    for text in (other, plain):
        assert stacks.problem(tenant(text)) == problem(15, "clients.a.redirectUris[0]", *OWN_SCHEME)
    elsewhere = "cursor://anysphere.cursor-mcp/oauth/other"
    assert stacks.problem(tenant(client("cursor", f"  redirectUris: ['{elsewhere}']\n"))) == problem(
        15, "clients.a.redirectUris[0]", *OWN_SCHEME
    )


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "javascript://x/alert", "data:text/html,x", "file:///x"]
)
def test_a_scheme_that_browsers_act_on_is_refused_to_every_client(stacks: Stacks, uri: str) -> None:
    assert stacks.problem(tenant(client("cursor", f"  redirectUris: ['{uri}']\n"))) == problem(
        15, "clients.a.redirectUris[0]", *OWN_SCHEME
    )


def test_an_unknown_application_is_refused_with_a_guess(stacks: Stacks) -> None:
    found = stacks.problem(tenant(client("vs-code")))
    assert (found.line, found.path, found.message) == (
        12,
        "clients.a.application",
        "names vs-code, which is not a known application",
    )
    assert found.remedy.startswith("Did you mean vscode? Known: chatgpt, claude, claude-code, codex, ")


def test_a_client_without_an_application_requires_a_grant(stacks: Stacks) -> None:
    assert stacks.problem(tenant("a: {access: ['*']}\n")) == problem(
        11, "clients.a.grant", "is missing", "Add it; it has no default."
    )


@pytest.mark.parametrize("server", ["{}\n", "keycloak: {url: 1}\n", ENTRA + SERVER])
def test_an_invalid_authorization_server_does_not_hide_findings_on_applications(
    stacks: Stacks, server: str
) -> None:
    found = stacks.problems(tenant(client("vs-code"), server=server))
    assert "clients.a.application" in [each.path for each in found]


def test_a_tenant_without_applications_reads_no_catalogue(
    stacks: Stacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the catalogue was read")

    monkeypatch.setattr("flow_mcp.declaration.load.catalogue_beside", refuse)
    stacks.load(tenant("a: {grant: client-credentials, access: ['*']}\n"))


def test_a_server_s_own_limits_hold_for_known_applications_too(stacks: Stacks) -> None:
    server = "scalekit: {environmentUrl: https://acme.scalekit.com}\n"
    one = tenant(client("claude", "  clientType: confidential\n"), server=server)
    assert stacks.problems(one.replace("[production, test]", "[test]")) == ()
    public = stacks.problem(tenant(client("vscode"), server=server).replace("[production, test]", "[test]"))
    assert (public.path, public.message.partition(",")[0]) == ("clients.a.clientType", "is public")


@pytest.mark.parametrize("stack", STACKS)
def test_a_declaration_without_known_applications_has_no_key_for_them(stack: str) -> None:
    declared = sample(stack).tenant.model_dump(mode="json", by_alias=True, exclude_none=True)
    registration = next(iter(declared["authorizationServer"].values())).get("registration", {})
    for each in (*declared["clients"].values(), *registration.values()):
        assert not isinstance(each, dict) or not {"application", "applications"} & set(each)
