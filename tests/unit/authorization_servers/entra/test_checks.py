"""What Entra cannot do is refused before it is called."""

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

HERE = "authorizationServer.entra"
GUID = "5b1d9b7e-8c58-4c64-8f0e-1a2b3c4d5e6f"
FEDERATED = {"issuer": "https://token.actions.githubusercontent.com", "subject": "repo:contoso/x:ref:main"}
Found = tuple[str, str, str]


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
    warned = [found for found in load(tenant()).warnings if found.severity == "warning"]
    assert [(found.path, "code_challenge_methods_supported" in found.message) for found in warned] == [
        (HERE, True)
    ]
    programs = load(tenant(clients={"agent": agent()})).warnings
    assert [found.severity for found in programs] == ["info"]


@pytest.mark.parametrize(
    ("entra", "expected"),
    [
        ({"tenantId": "contoso"}, ("error", f"{HERE}.tenantId", "is not a GUID")),
        ({"tenantId": "contoso.onmicrosoft.com"}, ("error", f"{HERE}.tenantId", "is not a GUID")),
        (
            {"tenantId": "common"},
            (
                "error",
                f"{HERE}.tenantId",
                "names no single tenant: tokens of any organization would come from it",
            ),
        ),
        (
            {"tenantId": "Organizations"},
            (
                "error",
                f"{HERE}.tenantId",
                "names no single tenant: tokens of any organization would come from it",
            ),
        ),
        (
            {"registration": {"dynamic": {"access": ["*"]}}},
            (
                "error",
                f"{HERE}.registration",
                "is asked of Entra, which has no Dynamic Client Registration, and whose Client ID Metadata "
                "Documents are a preview that is not for production",
            ),
        ),
        ({"cloud": "germany"}, ("error", f"{HERE}.cloud", "")),
        ({"owners": ["me"]}, ("error", f"{HERE}.owners[0]", "is not a GUID")),
        ({"verifiedDomains": ["https://contoso.example"]}, ("error", f"{HERE}.verifiedDomains[0]", "")),
        (
            {"preauthorized": {"vscode": {"access": ["8/test"]}}},
            ("error", f"{HERE}.preauthorized.vscode.access[0]", ""),
        ),
        (
            {"cloud": "usgovernment", "preauthorized": {"vscode": {"access": ["7/test"]}}},
            (
                "error",
                f"{HERE}.preauthorized.vscode",
                "is an application of Microsoft's public cloud and not of usgovernment",
            ),
        ),
        (
            {"preauthorized": {"vscode": {"access": ["7/test"], "people": "everyone"}}},
            (
                "error",
                f"{HERE}.preauthorized.vscode.people",
                "admits other people to 7/test than clients.desktop does, and entra admits people by "
                "protected resource, not by client",
            ),
        ),
    ],
)
def test_invalid_entra_settings_are_rejected(entra: dict[str, Any], expected: Found) -> None:
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
                "has no credential, and on Entra a secret has an end that must be declared",
            ),
        ),
        (
            desktop(clientType="confidential"),
            (
                "error",
                "clients.x",
                "has no credential, and on Entra a secret has an end that must be declared",
            ),
        ),
        (
            agent(secret={"issued": "2026-11-01"}),
            ("error", "clients.x.secret.lifetime", ""),
        ),
        (
            agent(clientId="chosen"),
            ("error", "clients.x.clientId", "chooses a client ID, but Entra assigns them"),
        ),
        (
            agent(secret=None, privateKeyJwt={"jwksUrl": "https://x.contoso.example/keys"}),
            ("error", "clients.x.privateKeyJwt", "is not supported on Entra here"),
        ),
        (
            agent(secret=None, federatedCredential=FEDERATED | {"issuer": "http://127.0.0.1:9000"}),
            ("error", "clients.x.federatedCredential.issuer", "is plain http, where Entra reads no keys"),
        ),
        (
            desktop(redirectUris=["http://[::1]/callback"]),
            ("error", "clients.x.redirectUris[0]", "is an IPv6 loopback address, which Entra refuses"),
        ),
        (
            desktop(redirectUris=["http://127.0.0.1:1000/callback", "http://127.0.0.1:2000/callback"]),
            (
                "error",
                "clients.x.redirectUris[1]",
                "differs from another only in its port, which Entra ignores on loopback",
            ),
        ),
        (desktop(redirectUris=["https://x.example"]), ("error", "clients.x.redirectUris[0]", "has no path")),
        (desktop(redirectUris=["https://*.x.example/"]), ("error", "clients.x.redirectUris[0]", "")),
        (desktop(redirectUris=["https://x.example/#a"]), ("error", "clients.x.redirectUris[0]", "")),
        (
            desktop(redirectUris=["http://x.example/callback"]),
            ("error", "clients.x.redirectUris[0]", "is plain http"),
        ),
        (
            desktop(
                redirectUris=["https://x.example/callback"], webOrigins=["https://x.example"], secret=SECRET
            ),
            (
                "error",
                "clients.x.webOrigins",
                "lets pages call the token endpoint, but Entra allows that to public clients only",
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
                "is not on one of webOrigins, and an application on Entra serves pages or programs",
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
def test_client_settings_that_entra_rejects_are_rejected(client: dict[str, Any], expected: Found) -> None:
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
    found = problems(declared)
    assert [(severity, path) for severity, path, _ in found] == [
        ("warning", "clients.desktop"),
        ("warning", "manualRegistrations.people"),
    ]
    assert all("AADSTS9010010" in message and "flow.contoso.example" in message for *_, message in found)


def test_vscode_needs_a_verified_domain() -> None:
    declared = tenant(
        entra={"verifiedDomains": ["ontoso.example"], "preauthorized": {"vscode": {"access": ["*"]}}},
        clients={"agent": agent()},
    )
    messages = [(path, message) for severity, path, message in problems(declared) if severity == "error"]
    assert messages == [
        (
            f"{HERE}.preauthorized.vscode",
            "cannot reach 7/production: VS Code sends `resource`, and Entra takes only addresses on a domain "
            "that its tenant has verified (AADSTS9010010)",
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
    for wrong in ("legacy-crm", GUID.upper()):
        declared = tenant(manual={"legacy": {"clientId": wrong, "access": ["7/test"]}})
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
            HERE,
            "needs 250 directory objects: an application and a service principal for each protected resource "
            "(124) and each client (1)",
            "A principal without an administrator's role may create 250, deleted ones counted for 30 days; "
            "an Entra tenant holds 50 000, or 300 000 with a verified domain.",
            "info",
        ),
    )
    declared["workspaces"]["69"] = {"environments": ["production"]}
    ((severity, path, message),) = problems(declared)
    assert (severity, path) == ("warning", HERE)
    assert message.startswith("needs 252 directory objects")


def test_identifiers_that_are_too_long_are_rejected() -> None:
    declared = tenant(clients={})
    long = "e" * 63
    declared["workspaces"] = {long: {"environments": [long]}}
    declared["id"] = long
    ((severity, path, message),) = problems(declared)
    assert (severity, path) == ("error", f"workspaces.{long}")
    assert "Application ID URI" in message


def _same(found: Found, expected: Found) -> bool:
    """Compare; an empty message stands for one that other tests pin."""
    return found[:2] == expected[:2] and expected[2] in {"", found[2]}
