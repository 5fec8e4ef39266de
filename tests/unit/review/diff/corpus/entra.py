"""Changes of tenants on their own Entra tenant or on the Flow instance's."""

from __future__ import annotations

from tests.unit.review.diff.corpus.case import GONE, Case, edited

_SERVER = "authorizationServer.entra"
_OWNER = "0d9c2b7e-6a42-4a8f-8f39-1d6fd4a55b8e"
_OTHER = "1d6fd4a5-5b8e-4a8f-8f39-0c9d2b7e6a42"

CASES: tuple[Case, ...] = (
    edited(
        "a secret is rotated and valid for longer",
        "contoso",
        {"clients.importer.secret": {"issued": "2027-04-01", "lifetime": "365d"}},
    ),
    edited(
        "a secret is rotated with an overlap",
        "contoso",
        {
            "clients.importer.secret.issued": "2027-01-30",
            "clients.importer.secret.previous": "2026-11-01",
            "clients.importer.secret.overlap": "7d",
        },
    ),
    edited(
        "the rotation of a secret is finished",
        "contoso",
        {"clients.importer.secret.previous": GONE},
        before={"clients.importer.secret.previous": "2026-08-01", "clients.importer.secret.overlap": "7d"},
    ),
    edited(
        "a federated credential is replaced by a secret",
        "contoso",
        {
            "clients.nightly-agent.federatedCredential": GONE,
            "clients.nightly-agent.secret": {"issued": "2026-11-20", "lifetime": "90d"},
        },
    ),
    edited(
        "a client declares its type",
        "contoso",
        {
            "clients.portal.clientType": "confidential",
        },
    ),
    edited(
        "a federated credential changes its subject",
        "contoso",
        {"clients.nightly-agent.federatedCredential.subject": "repo:evil/planning:pull_request"},
    ),
    edited(
        "owners and verified domains are added and removed",
        "contoso",
        {
            f"{_SERVER}.owners": [_OWNER],
            f"{_SERVER}.verifiedDomains": ["contoso.example", "new.example"],
        },
        before={
            f"{_SERVER}.owners": [_OTHER],
            f"{_SERVER}.verifiedDomains": ["contoso.example", "old.example"],
        },
    ),
    edited(
        "a preauthorized application gains access",
        "contoso",
        {f"{_SERVER}.preauthorized.vscode.access": ["*"]},
    ),
    edited("a preauthorized application is removed", "contoso", {f"{_SERVER}.preauthorized": GONE}),
    edited("another Entra tenant", "contoso", {f"{_SERVER}.tenantId": _OTHER}),
    edited(
        "the instance's Entra tenant and owner change",
        "fabrikam",
        {"instance.flowEntra.tenantId": _OTHER, "instance.flowEntra.owners": [_OWNER]},
    ),
    edited(
        "an administrator created an application",
        "northwind",
        {
            "authorizationServer.flow-entra.applications.8/test": {
                "clientId": "0fedcba9-8765-4321-8765-9a7b8c6d5e4f"
            },
            "manualRegistrations.nightly-agent.access": ["8/production", "8/test"],
        },
    ),
    edited(
        "an administrator's application changes",
        "northwind",
        {"authorizationServer.flow-entra.applications.8/production.clientId": _OTHER},
    ),
    edited(
        "a manual registration for people is removed",
        "northwind",
        {"manualRegistrations.assistant": GONE},
    ),
    edited(
        "an administrator's application is removed",
        "northwind",
        {"authorizationServer.flow-entra": {}},
    ),
)
