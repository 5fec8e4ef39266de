"""The applications of the tenant `handmade`, as a careful and a careless administrator registered them."""

from __future__ import annotations

from tests.engine.directory_by_hand import (
    ADA,
    BEN,
    GRAPH,
    PLANNERS,
    TENANT,
    VSCODE,
    DirectoryByHand,
    guid,
    required,
    role,
    scope,
)

PRODUCTION, TEST = "Flow production", "Flow test"
PRODUCTION_URI = f"api://{guid(PRODUCTION)}"
TEST_URI = f"api://{TENANT}/flow-mcp.app.profitbase.biz.flow.handmade.456.test"
USER_READ = guid("User.Read")


def add(directory: DirectoryByHand) -> None:
    """Register everything."""
    _apis(directory)
    _programs(directory)
    _people(directory)
    _others(directory)


def _apis(directory: DirectoryByHand) -> None:
    directory.application(
        PRODUCTION,
        identifierUris=[PRODUCTION_URI],
        owners=[ADA, BEN],
        api={"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope("Flow.Access", type="User")]},
        appRoles=[role("Flow.Program", "Application"), role("Flow.Reader", "User")],
        principal={"appRoleAssignmentRequired": True, "description": "Flow"},
    )
    directory.application(
        TEST,
        identifierUris=[TEST_URI, f"api://{guid(TEST)}"],
        api={"requestedAccessTokenVersion": 1, "oauth2PermissionScopes": [scope("mcp.access")]},
        appRoles=[
            role("mcp.program", "Application"),
            role("mcp.person", "User"),
            role("Auditor", "User", "Application"),
        ],
        principal={"appRoleAssignmentRequired": True},
    )
    directory.assignment(PLANNERS, "Group", PRODUCTION, guid("Flow.Reader"))
    directory.assignment(ADA, "User", PRODUCTION, guid("Flow.Reader"))
    directory.assignment(PLANNERS, "Group", TEST, guid("mcp.person"))


def _programs(directory: DirectoryByHand) -> None:
    directory.application(
        "Nightly agent",
        description="Reads at night",
        requiredResourceAccesses=[
            required(guid(PRODUCTION), guid("Flow.Program"), "Role"),
            required(GRAPH, USER_READ, "Scope"),
        ],
        tags=["HideApp"],
    )
    directory.assignment("Nightly agent", "ServicePrincipal", PRODUCTION, guid("Flow.Program"))
    directory.password("Nightly agent", "first", "2026-01-10", "2026-07-10")
    directory.password("Nightly agent", "second", "2026-06-20", "2027-06-20")

    directory.application("Importer", web={"homepageUrl": "https://contoso.example"})
    directory.assignment("Importer", "ServicePrincipal", TEST, guid("mcp.program"))
    directory.federated(
        "Importer", "github", "https://token.actions.githubusercontent.com", "repo:contoso/planning:ref:main"
    )

    directory.application("Disabled", principal={"accountEnabled": False})
    directory.assignment("Disabled", "ServicePrincipal", TEST, guid("Auditor"))
    directory.password("Disabled", "secret", "2026-06-20", "2027-06-20")

    directory.application("Certified")
    directory.in_graph("Certified", keyCredentials=[{"keyId": guid("key"), "type": "AsymmetricX509Cert"}])
    directory.assignment("Certified", "ServicePrincipal", TEST, guid("mcp.program"))

    directory.principal("flow-vm", type="ManagedIdentity")
    directory.assignment("flow-vm", "ServicePrincipal", TEST, guid("mcp.program"))


def _people(directory: DirectoryByHand) -> None:
    directory.application(
        "Portal",
        signInAudience="AzureADMultipleOrgs",
        owners=[ADA, BEN],
        web={
            "redirectUris": ["https://portal.contoso.example/cb", "https://*.contoso.example/cb"],
            "implicitGrant": {"accessTokenIssuanceEnabled": False, "idTokenIssuanceEnabled": True},
        },
        requiredResourceAccesses=[required(guid(PRODUCTION), guid("Flow.Access"), "Scope")],
        principal={"appRoleAssignmentRequired": True},
    )
    directory.preauthorize(guid("Portal"), PRODUCTION, guid("Flow.Access"))
    directory.assignment(PLANNERS, "Group", "Portal")
    directory.password("Portal", "portal", "2026-06-20", "2028-06-20")

    directory.application(
        "Desktop 計画",
        publicClient={"redirectUris": ["http://127.0.0.1/callback", "https://vscode.dev/redirect"]},
        fallbackPublicClientEnabled=True,
        optionalClaims={"idTokens": [{"name": "email", "essential": False, "additionalProperties": []}]},
        groupMembershipClaims=["SecurityGroup"],
    )
    directory.preauthorize(guid("Desktop 計画"), PRODUCTION, guid("Flow.Access"))
    directory.preauthorize(guid("Desktop 計画"), TEST, guid("mcp.access"))

    directory.application(
        "Planner page", singlePageApplication={"redirectUris": ["https://page.example/app"]}
    )
    directory.grant("Planner page", TEST, "mcp.access")

    directory.application("Old desktop", publicClient={"redirectUris": ["http://localhost"]})
    directory.preauthorize(guid("Old desktop"), TEST, guid("mcp.access"))

    directory.preauthorize(VSCODE, TEST, guid("mcp.access"))


def _others(directory: DirectoryByHand) -> None:
    directory.application("Payroll", web={"redirectUris": ["https://payroll.contoso.example/"]})
    directory.application(
        "Flow MCP globex client agent",
        notes="Made by flow-mcp for the Flow tenant globex; changes made here are undone.",
    )
    directory.assignment("Flow MCP globex client agent", "ServicePrincipal", TEST, guid("mcp.program"))
