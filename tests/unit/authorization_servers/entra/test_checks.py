"""Checks of a declaration for Entra, made before any request to the server."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.declaration.findings import Problem
from tests.unit.authorization_servers.entra.contoso import (
    PEOPLE,
    SECRET,
    agent,
    desktop,
    load,
    problems,
    tenant,
)

PATH = "authorizationServer.entra"
GUID = "5b1d9b7e-8c58-4c64-8f0e-1a2b3c4d5e6f"
FEDERATED = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/x:ref:main"}
ReportedFinding = tuple[str, str, str]


def test_valid_declaration_has_no_findings() -> None:
    declared = tenant(
        entra={"owners": [GUID], "preauthorized": {"vscode": {"access": ["7/test"]}}},
        clients={
            "agent": agent(),
            "federated": {"grant": "client-credentials", "access": ["*"], "federatedCredential": FEDERATED},
            "kubernetes": {
                "grant": "client-credentials",
                "access": ["*"],
                "federatedCredential": {
                    "issuer": "https://westeurope.oic.prod-aks.azure.com/9e0d6f0e/4a1d6f0e/",
                    "subject": "system:serviceaccount:planning:agent",
                },
            },
            "desktop": desktop(),
            "portal": desktop(redirectUris=["https://portal.contoso.example/callback"], secret=SECRET),
            "page": desktop(
                redirectUris=["https://page.contoso.example/"], webOrigins=["https://page.contoso.example"]
            ),
        },
        manual={"legacy": {"clientId": GUID, "access": ["7/test"]}},
    )
    assert problems(declared) == []


def test_clients_for_people_warn_that_entra_does_not_advertise_pkce() -> None:
    warnings = [finding for finding in load(tenant()).warnings if finding.severity == "warning"]
    assert [
        (finding.path, "code_challenge_methods_supported" in finding.message) for finding in warnings
    ] == [(PATH, True)]
    programs = load(tenant(clients={"agent": agent()})).warnings
    assert [finding.severity for finding in programs] == ["info"]


@pytest.mark.parametrize(
    ("entra", "expected"),
    [
        ({"tenantId": "contoso"}, ("error", f"{PATH}.tenantId", "is not a GUID")),
        ({"tenantId": "contoso.onmicrosoft.com"}, ("error", f"{PATH}.tenantId", "is not a GUID")),
        (
            {"tenantId": "common"},
            (
                "error",
                f"{PATH}.tenantId",
                "does not name a single Entra tenant: users of any organization could get tokens",
            ),
        ),
        (
            {"tenantId": "Organizations"},
            (
                "error",
                f"{PATH}.tenantId",
                "does not name a single Entra tenant: users of any organization could get tokens",
            ),
        ),
        (
            {"registration": {"dynamic": {"access": ["*"]}}},
            (
                "error",
                f"{PATH}.registration",
                "is not supported for Entra, which has no dynamic client registration, and whose client ID "
                "metadata documents are a preview and not for production",
            ),
        ),
        ({"cloud": "germany"}, ("error", f"{PATH}.cloud", "")),
        (
            {"apis": {"7/absent": {"scope": "Flow.Access"}}},
            ("error", f'{PATH}.apis."7/absent"', "is not a declared workspace and environment"),
        ),
        (
            {"apis": {key: {"identifierUri": "api://flow"} for key in ("7/production", "7/test")}},
            (
                "error",
                f'{PATH}.apis."7/test".identifierUri',
                "is also the Application ID URI of 7/production, so tokens for one would be valid for the "
                "other",
            ),
        ),
        ({"owners": ["me"]}, ("error", f"{PATH}.owners[0]", "is not a GUID")),
        ({"verifiedDomains": ["https://contoso.example"]}, ("error", f"{PATH}.verifiedDomains[0]", "")),
        (
            {"preauthorized": {"vscode": {"access": ["8/test"]}}},
            ("error", f"{PATH}.preauthorized.vscode.access[0]", ""),
        ),
        (
            {"cloud": "usgovernment", "preauthorized": {"vscode": {"access": ["7/test"]}}},
            (
                "error",
                f"{PATH}.preauthorized.vscode",
                "is an application of Microsoft's public cloud and does not exist in usgovernment",
            ),
        ),
        (
            {"preauthorized": {"vscode": {"access": ["7/test"], "people": "everyone"}}},
            (
                "error",
                f"{PATH}.preauthorized.vscode.people",
                "admits other people to 7/test than clients.desktop does, and entra admits people by "
                "protected resource, not by client",
            ),
        ),
    ],
)
def test_invalid_entra_settings_are_rejected(entra: dict[str, Any], expected: ReportedFinding) -> None:
    (error,) = [problem for problem in problems(tenant(entra=entra)) if problem[0] == "error"]
    assert _same(error, expected)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        (
            {"grant": "client-credentials", "access": ["*"]},
            (
                "error",
                "clients.x",
                "has no credential, and the expiry of a secret at Entra must be declared",
            ),
        ),
        (
            desktop(clientType="confidential"),
            (
                "error",
                "clients.x",
                "has no credential, and the expiry of a secret at Entra must be declared",
            ),
        ),
        (
            agent(secret={"issued": "2026-11-01"}),
            (
                "error",
                "clients.x.secret",
                "has no issued and lifetime, and the expiry of a secret at Entra must be declared",
            ),
        ),
        (
            agent(secret={**SECRET, "previous": "unknown", "overlap": "7d"}),
            (
                "error",
                "clients.x.secret.previous",
                "is unknown, but the passwords of an application are declared by their days",
            ),
        ),
        (
            agent(clientId="chosen"),
            ("error", "clients.x.clientId", "declares a client ID, but Entra assigns client IDs"),
        ),
        (
            agent(secret=None, privateKeyJwt={"jwksUrl": "https://x.contoso.example/keys"}),
            ("error", "clients.x.privateKeyJwt", "is not supported for Entra"),
        ),
        (
            agent(secret=None, federatedCredential=FEDERATED | {"issuer": "http://127.0.0.1:9000"}),
            (
                "error",
                "clients.x.federatedCredential.issuer",
                "is plain http, and Entra fetches an issuer's keys by https only",
            ),
        ),
        (
            desktop(redirectUris=["http://[::1]/callback"]),
            ("error", "clients.x.redirectUris[0]", "is an IPv6 loopback address, which Entra rejects"),
        ),
        (
            {
                "application": "cursor",
                "clientType": "confidential",
                "access": ["*"],
                "people": PEOPLE,
                "secret": SECRET,
            },
            (
                "error",
                "clients.x.redirectUris[2]",
                "has a private-use scheme, which Entra accepts for public clients only",
            ),
        ),
        (
            desktop(redirectUris=["http://127.0.0.1:1000/callback", "http://127.0.0.1:2000/callback"]),
            (
                "error",
                "clients.x.redirectUris[1]",
                "differs from another entry in the port only, which Entra ignores for loopback addresses",
            ),
        ),
        (desktop(redirectUris=["https://x.example"]), ("error", "clients.x.redirectUris[0]", "has no path")),
        (desktop(redirectUris=["https://*.x.example/"]), ("error", "clients.x.redirectUris[0]", "")),
        (desktop(redirectUris=["https://x.example/#a"]), ("error", "clients.x.redirectUris[0]", "")),
        (
            desktop(redirectUris=["http://x.example/callback"]),
            ("error", "clients.x.redirectUris[0]", "uses plain http"),
        ),
        (
            desktop(
                redirectUris=["https://x.example/callback"], webOrigins=["https://x.example"], secret=SECRET
            ),
            (
                "error",
                "clients.x.webOrigins",
                "lets pages call the token endpoint, which Entra allows for public clients only",
            ),
        ),
        (
            desktop(
                redirectUris=["https://x.example/callback"],
                webOrigins=["https://x.example", "https://y.example"],
            ),
            (
                "error",
                "clients.x.webOrigins[1]",
                "is not the origin of a redirect URI, and Entra lets only those call the token endpoint",
            ),
        ),
        (
            desktop(
                redirectUris=["https://x.example/callback", "http://127.0.0.1/callback"],
                webOrigins=["https://x.example"],
            ),
            (
                "error",
                "clients.x.redirectUris[1]",
                "is not on an origin of webOrigins, and an Entra application has pages or native "
                "applications, not both",
            ),
        ),
        (
            desktop(people="everyone"),
            (
                "warning",
                "clients.x.people",
                "admits every account of the Entra tenant, guests included, because Entra then requires no "
                "assignment",
            ),
        ),
        (
            desktop(people="none"),
            ("warning", "clients.x.people", "admits nobody, so nobody can sign in"),
        ),
    ],
)
def test_client_settings_that_entra_rejects_are_rejected(
    client: dict[str, Any], expected: ReportedFinding
) -> None:
    (problem,) = problems(
        tenant(clients={"x": {key: value for key, value in client.items() if value is not None}})
    )
    assert _same(problem, expected)


def test_unverified_domain_warns_for_clients_that_send_resource() -> None:
    declared = tenant(
        entra={"verifiedDomains": []},
        manual={
            "people": {"clientId": GUID, "access": ["7/test"], "grant": "authorization-code"},
            "program": {"clientId": VSCODE, "access": ["7/test"]},
        },
    )
    findings = problems(declared)
    assert [(severity, path) for severity, path, _ in findings] == [
        ("warning", "clients.desktop"),
        ("warning", "manualRegistrations.people"),
    ]
    assert all("AADSTS9010010" in message and "flow.contoso.example" in message for *_, message in findings)


def test_vscode_needs_a_verified_domain() -> None:
    declared = tenant(
        entra={"verifiedDomains": ["ontoso.example"], "preauthorized": {"vscode": {"access": ["*"]}}},
        clients={"agent": agent()},
    )
    messages = [(path, message) for severity, path, message in problems(declared) if severity == "error"]
    assert messages == [
        (
            f"{PATH}.preauthorized.vscode",
            "cannot get tokens for 7/production: VS Code sends `resource`, and Entra accepts only URLs on a "
            "domain that is verified in the Entra tenant (AADSTS9010010)",
        )
    ]


def test_vscode_must_not_be_declared_twice() -> None:
    declared = tenant(
        entra={"preauthorized": {"vscode": {"access": ["7/test"], "people": PEOPLE}}},
        manual={"vscode": {"clientId": VSCODE, "access": ["7/test"], "grant": "authorization-code"}},
    )
    assert [path for _, path, _ in problems(declared)] == [
        "manualRegistrations.vscode",
        "manualRegistrations.vscode.clientId",
    ]


def test_manual_registration_needs_a_lower_case_guid() -> None:
    for invalid in ("legacy-crm", GUID.upper()):
        declared = tenant(manual={"legacy": {"clientId": invalid, "access": ["7/test"]}})
        assert problems(declared) == [
            (
                "error",
                "manualRegistrations.legacy.clientId",
                "is not a GUID in lower case, as Entra's client IDs are in tokens",
            )
        ]


def test_directory_objects_are_counted_and_warn_above_the_limit() -> None:
    declared = tenant(clients={"agent": agent()})
    declared["workspaces"] = {str(n): {"environments": ["production", "test"]} for n in range(7, 69)}
    assert load(declared).warnings == (
        Problem(
            "contoso",
            0,
            PATH,
            "needs 250 directory objects: an application and a service principal for each protected resource "
            "(124) and each client (1)",
            "A principal without an administrator's role may create 250; deleted ones count for 30 days. "
            "An Entra tenant may have 50 000, or 300 000 with a verified domain.",
            "info",
        ),
    )
    declared["workspaces"]["69"] = {"environments": ["production"]}
    ((severity, path, message),) = problems(declared)
    assert (severity, path) == ("warning", PATH)
    assert message.startswith("needs 252 directory objects")


def test_identifiers_that_are_too_long_are_rejected() -> None:
    declared = tenant(clients={})
    long = "e" * 63
    declared["workspaces"] = {long: {"environments": [long]}}
    declared["id"] = long
    ((severity, path, message),) = problems(declared)
    assert (severity, path) == ("error", f"workspaces.{long}")
    assert "Application ID URI" in message


def _same(finding: ReportedFinding, expected: ReportedFinding) -> bool:
    """Compare two findings. An expected empty message equals every message; other tests pin those."""
    return finding[:2] == expected[:2] and expected[2] in {"", finding[2]}
