"""Unmanaged objects on Entra, on the objects of the stand-in for Microsoft Graph."""

from __future__ import annotations

from dataclasses import replace

from flow_mcp.authorization_servers.entra.names import VSCODE
from flow_mcp.authorization_servers.load import from_configuration
from flow_mcp.operations.drift import flow_entra
from flow_mcp.operations.drift.refresh import Refreshed
from flow_mcp.operations.drift.server_drift import ServerDrift
from flow_mcp.review.diff.change import Risk
from tests.engine.directory_by_hand import ADA, BEN, CONTROLLERS, PLANNERS, guid, role, scope
from tests.unit.authorization_servers.entra import contoso
from tests.unit.operations.drift.entra_directory import (
    INPUTS,
    PRODUCTION,
    TEST,
    Directory,
    directory,
    high,
    low,
)


def test_objects_of_the_stack_are_not_listed() -> None:
    tenant = directory()
    assert tenant.drift() == ServerDrift(tenant.declaration, ())


def test_access_that_was_added_to_the_apis_is_listed_with_what_it_opens() -> None:
    tenant = directory()
    by_hand, intruder = tenant.by_hand, guid("Intruder\n")
    by_hand.application("Intruder\n")
    by_hand.assignment("Intruder\n", "ServicePrincipal", PRODUCTION, guid("mcp.program"))
    by_hand.assignment("Intruder\n", "ServicePrincipal", TEST, guid("Auditor"))
    by_hand.assignment("agent", "ServicePrincipal", TEST, guid("mcp.program"))
    by_hand.assignment(ADA, "User", TEST, guid("mcp.person"))
    by_hand.assignment(CONTROLLERS, "Group", TEST, guid("Auditor"))
    by_hand.assignment(PLANNERS, "Group", TEST, guid("Auditor"))
    by_hand.preauthorize(intruder, PRODUCTION, guid("mcp.access"))
    by_hand.preauthorize(VSCODE, PRODUCTION, guid("mcp.other"))
    by_hand.grant("Intruder\n", TEST, "mcp.access mcp.other")
    by_hand.grant("Intruder\n", PRODUCTION, "mcp.other")
    for user in (ADA, BEN):
        by_hand.grant("Intruder\n", PRODUCTION, "mcp.access")
        tenant.account.given["grants"][-1] |= {"consentType": "Principal", "principalId": user}
    named, agent = f'{intruder} ("Intruder\\n")', guid("agent")
    assignment, grant = "app-role-assignment", "delegated-permission"
    appeared = tenant.drift().appeared
    tenant.reverse()
    assert tenant.drift().appeared == appeared
    assert appeared == (
        *sorted(
            [
                high(
                    assignment,
                    agent,
                    TEST,
                    f"The program {agent} (agent) reaches {TEST} with the app role mcp.program.",
                    TEST,
                ),
                high(
                    assignment,
                    intruder,
                    PRODUCTION,
                    f"The program {named} reaches {PRODUCTION} with the app role mcp.program.",
                    PRODUCTION,
                ),
                high(
                    assignment,
                    CONTROLLERS,
                    TEST,
                    f"The group {CONTROLLERS} (controllers) reaches {TEST} with the app role Auditor.",
                    TEST,
                ),
                high(
                    assignment,
                    ADA,
                    TEST,
                    f"The user {ADA} (Ada) reaches {TEST} with the app role mcp.person.",
                    TEST,
                ),
            ],
            key=lambda item: item.name,
        ),
        high(
            grant,
            intruder,
            PRODUCTION,
            f"The application {named} reaches {PRODUCTION} for 2 users with the scope mcp.access.",
            PRODUCTION,
        ),
        high(
            grant,
            intruder,
            TEST,
            f"The application {named} reaches {TEST} for everyone with the scopes mcp.access and mcp.other.",
            TEST,
        ),
        high(
            "preauthorization",
            intruder,
            PRODUCTION,
            f"The application {named} reaches {PRODUCTION} for people, without their consent.",
            PRODUCTION,
        ),
        *sorted(
            [
                low(
                    assignment,
                    intruder,
                    TEST,
                    f"The program {named} has the app role Auditor of {TEST}, which opens nothing.",
                ),
                low(
                    assignment,
                    PLANNERS,
                    TEST,
                    f"The group {PLANNERS} (planners) also has the app role Auditor of {TEST}, and reaches "
                    "it anyway.",
                ),
            ],
            key=lambda item: item.name,
        ),
        low(
            grant,
            intruder,
            PRODUCTION,
            f"The application {named} has the scope mcp.other of {PRODUCTION} for everyone, which opens "
            "nothing.",
        ),
        low(
            "preauthorization",
            VSCODE,
            PRODUCTION,
            f"The application {VSCODE} is preauthorized for other scopes of {PRODUCTION}. They open nothing.",
        ),
    )


def test_credentials_and_owners_that_were_added_to_clients_are_listed() -> None:
    tenant = directory()
    by_hand = tenant.by_hand
    by_hand.password("agent", "by hand", "2026-11-20", "2028-11-20")
    by_hand.password("agent", "old", "2024-01-01", "2025-01-01")
    by_hand.password(PRODUCTION, "api", "2026-11-20", "2028-11-20")
    by_hand.federated("desktop", "ci", "https://evil.example", "repo:evil/repo")
    certificate = {"keyId": guid("key"), "type": "AsymmetricX509Cert", "endDateTime": "2027-01-01T00:00:00Z"}
    by_hand.in_graph("desktop", keyCredentials=[certificate])
    hidden = {"keyId": guid("hidden"), "displayName": None, "secretText": "s3cret"}
    tenant.account.given["graph"][guid("agent principal")] = {"passwordCredentials": [hidden]}
    for object_id in (f"/applications/{guid('desktop object')}", f"/applications/{guid(f'{TEST} object')}"):
        tenant.account.objects["azuread:index/application:Application"][object_id]["owners"] = [BEN, ADA]
    second, old, api = (
        guid(f"{name} {label}")
        for name, label in [("agent", "by hand"), ("agent", "old"), (PRODUCTION, "api")]
    )
    appeared = tenant.drift().appeared
    assert "s3cret" not in repr(appeared)
    assert set(appeared) == {
        high(
            "certificate",
            guid("key"),
            "desktop",
            f"The certificate {guid('key')} of desktop, valid until 2027-01-01, opens {PRODUCTION} and "
            f"{TEST}.",
            PRODUCTION,
            TEST,
        ),
        high(
            "federated-credential",
            "ci",
            "desktop",
            "The federated credential ci of desktop, for repo:evil/repo at https://evil.example, opens "
            f"{PRODUCTION} and {TEST}.",
            PRODUCTION,
            TEST,
        ),
        high(
            "secret",
            second,
            "agent",
            f'The secret {second} ("by hand") of agent, valid until 2028-11-20, opens {PRODUCTION}.',
            PRODUCTION,
        ),
        high(
            "secret",
            guid("hidden"),
            "agent",
            f"The secret {guid('hidden')} of the service principal of agent opens {PRODUCTION}.",
            PRODUCTION,
        ),
        low("owner", ADA, "desktop", f"The owner {ADA} of desktop can add credentials to it."),
        low("owner", BEN, "desktop", f"The owner {BEN} of desktop can add credentials to it."),
        low("owner", ADA, TEST, f"The owner {ADA} of {TEST} can add credentials to it."),
        low(
            "secret",
            api,
            PRODUCTION,
            f"The secret {api} (api) of {PRODUCTION}, valid until 2028-11-20, opens no protected resource.",
        ),
        low(
            "secret",
            old,
            "agent",
            f"The secret {old} (old) of agent, valid until 2025-01-01, opens nothing: it has expired.",
        ),
    }
    assert [item.risk for item in appeared] == [Risk.HIGH] * 4 + [Risk.LOW] * 5


def test_scopes_and_roles_that_the_stack_keeps_at_the_server_are_listed_if_they_were_added() -> None:
    tenant = directory()
    application = tenant.account.objects["azuread:index/application:Application"]
    state = application[f"/applications/{guid(f'{TEST} object')}"]
    state["api"] = {"oauth2PermissionScopes": [*state["api"]["oauth2PermissionScopes"], scope("extra")]}
    state["appRoles"] = [*state["appRoles"], role("Extra", "Application")]
    assert tenant.drift().appeared == (
        low(
            "app-role",
            "Extra",
            TEST,
            f"The app role Extra of {TEST} opens nothing: the runtime does not read it.",
        ),
        low(
            "scope", "extra", TEST, f"The scope extra of {TEST} opens nothing: the runtime does not read it."
        ),
    )
    # The properties are drift themselves if the stack owns them.
    tenant.comparison = Refreshed(
        tenant.declaration,
        tuple(replace(item, changed=("api", "appRoles")) for item in tenant.comparison.resources),
    )
    assert tenant.drift().appeared == ()


def test_a_service_principal_that_the_stack_leaves_is_read_too() -> None:
    tenant = directory()
    kept = [item for item in tenant.comparison.resources if item.type != "ServicePrincipal"]
    tenant.comparison = Refreshed(tenant.declaration, tuple(kept))
    tenant.by_hand.assignment(ADA, "User", TEST, guid("mcp.person"))
    hidden = {"keyId": guid("hidden"), "displayName": "hidden"}
    tenant.account.given["graph"] = {guid("agent principal"): {"passwordCredentials": [hidden]}}
    assert tenant.drift().appeared == (
        high(
            "app-role-assignment",
            ADA,
            TEST,
            f"The user {ADA} (Ada) reaches {TEST} with the app role mcp.person.",
            TEST,
        ),
        high(
            "secret",
            guid("hidden"),
            "agent",
            f"The secret {guid('hidden')} (hidden) of the service principal of agent opens {PRODUCTION}.",
            PRODUCTION,
        ),
    )


def test_declared_access_that_existed_before_the_stack_is_not_listed() -> None:
    """A manual registration, VS Code, and what `adopted` leaves: a secret, an assignment, a grant."""
    manual = {"clientId": guid("manual"), "access": [PRODUCTION]}
    declared = contoso.tenant(
        entra={"preauthorized": {"vscode": {"access": [TEST], "people": {"groups": [PLANNERS]}}}},
        clients={
            "agent": contoso.agent(secret={"issued": "2026-06-20", "lifetime": "365d"}),
            "desktop": contoso.desktop(people={"groups": [PLANNERS]}),
        },
        manual={"crm": manual},
    )
    declared["adopted"] = {
        "ApplicationPassword/agent/2026-06-20": {"leave": True},
        f"AppRoleAssignment/{PRODUCTION}:{PLANNERS}": {"leave": True},
    }
    tenant = Directory(contoso.load(declared).declaration)
    tenant.by_hand.application("manual")
    tenant.by_hand.assignment("manual", "ServicePrincipal", PRODUCTION, guid("mcp.program"))
    tenant.by_hand.assignment("manual", "ServicePrincipal", TEST, guid("mcp.program"))
    tenant.by_hand.assignment(PLANNERS, "Group", PRODUCTION, guid("Auditor"))
    tenant.by_hand.preauthorize(VSCODE, TEST, guid("mcp.access"))
    tenant.by_hand.grant("desktop", TEST, "mcp.access")
    tenant.by_hand.password("agent", "earlier", "2026-06-20", "2027-01-20")
    tenant.by_hand.password("agent", "left", "2026-06-20", "2027-06-20")
    earlier, other = guid("agent earlier"), guid("manual")
    assert tenant.drift().appeared == (
        high(
            "app-role-assignment",
            other,
            TEST,
            f"The program {other} (manual) reaches {TEST} with the app role mcp.program.",
            TEST,
        ),
        high(
            "secret",
            earlier,
            "agent",
            f"The secret {earlier} (earlier) of agent, valid until 2027-01-20, opens {PRODUCTION}.",
            PRODUCTION,
        ),
    )


def test_the_two_secrets_of_a_rotation_are_the_stacks() -> None:
    tenant = directory()
    tenant.by_hand.password("agent", "flow-mcp 2026-11-20", "2026-11-20", "2027-05-19")
    tenant.comparison = Refreshed(tenant.declaration, tuple(tenant.resources()))
    assert tenant.drift().appeared == ()


def test_a_missing_right_is_noted_and_the_rest_is_compared() -> None:
    tenant = directory()
    tenant.by_hand.password("agent", "by hand", "2026-11-20", "2028-11-20")
    tenant.forbidden = ("/v1.0/oauth2PermissionGrants",)
    drift = tenant.drift()
    assert ([item.kind for item in drift.appeared], drift.unread, drift.notes) == (
        ["secret"],
        "",
        (
            "Granted delegated permissions are not listed: the principal of ARM_CLIENT_ID lacks "
            "DelegatedPermissionGrant.Read.All of Microsoft Graph.",
        ),
    )
    path = f"/v1.0/applications/{guid('agent object')}"
    tenant.forbidden = (path,)
    unread = f"Microsoft Graph does not permit to read {path}"
    assert tenant.drift() == ServerDrift(tenant.declaration, (), unread=unread)


def test_a_recreated_application_is_noted_and_its_access_listed() -> None:
    tenant = directory()
    tenant.delete("agent")
    name = "Flow MCP contoso client agent (flow.contoso.example/flow)"
    tenant.comparison = Refreshed(
        tenant.declaration,
        tuple(
            replace(item, before={**item.before, "displayName": name}) if item.name == "agent" else item
            for item in tenant.comparison.resources
        ),
    )
    tenant.by_hand.application(name)
    tenant.by_hand.assignment(name, "ServicePrincipal", PRODUCTION, guid("mcp.program"))
    drift = tenant.drift()
    assert (drift.recreated, drift.notes, [(item.kind, item.name) for item in drift.appeared]) == (
        ("resource Application/agent", "resource ServicePrincipal/agent"),
        (),
        [("app-role-assignment", guid(name))],
    )
    tenant.by_hand.application("second")
    second = tenant.account.find("azuread:index/application:Application", displayName="second")
    assert second is not None
    second["displayName"] = name
    ambiguous = tenant.drift()
    assert ambiguous.recreated == ()
    assert [note.partition(" have")[0] for note in ambiguous.notes] == ["2 applications"]


def test_on_premises_nothing_is_read() -> None:
    tenant = {"id": "contoso", "workspaces": {"7": {"environments": ["test"]}}}
    flow = {"tenantId": contoso.TENANT, "deployment": "on-premises"}
    instance = {"server": contoso.SERVER, "flowEntra": flow}
    declaration = from_configuration(tenant, instance, source="contoso").declaration
    assert flow_entra.server_drift(Refreshed(declaration, ()), INPUTS) == ServerDrift(
        declaration, (), unread="on-premises, an Azure administrator manages the applications"
    )
