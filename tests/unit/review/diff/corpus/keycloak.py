"""Changes of tenants on Keycloak."""

from __future__ import annotations

from tests.unit.review.diff.corpus.case import GONE, Case, edited, sample

_SERVER = "authorizationServer.keycloak"
_ASSISTANT = {
    "grant": "authorization-code",
    "clientType": "confidential",
    "redirectUris": ["https://assistant.acme.example/callback"],
    "access": ["456/test"],
    "people": {"groups": ["planners"]},
}
_COMPANY = {
    "issuer": "https://login.acme.example",
    "jwksUrl": "https://login.acme.example/keys",
    "clients": ["assistant"],
}

_REALM = {
    "url": "http://127.0.0.1:8180",
    "realm": {"name": "acme-next", "create": True},
    "stateLabel": "next",
}
_NEXT = {"authorizationServer": {"keycloak": _REALM}}
_DYNAMIC = {"redirectHosts": ["127.0.0.1"], "access": ["456/test"]}
_SWITCHED = {
    "authorizationServer": {"keycloak": _REALM},
    "movingFrom": {
        "authorizationServer": sample("acme").tenant["authorizationServer"],
        "manualRegistrations": sample("acme").tenant["manualRegistrations"],
    },
}

CASES: tuple[Case, ...] = (
    edited("nothing", "acme", {}),
    edited(
        "a client gains an environment", "acme", {"clients.test-agent.access": ["456/production", "456/test"]}
    ),
    edited("a client loses an environment", "acme", {"clients.nightly-agent.access": ["456/production"]}),
    edited("a client gains a wildcard", "acme", {"clients.nightly-agent.access": ["456/*"]}),
    edited(
        "a wildcard is replaced by a list", "acme", {"clients.desktop.access": ["456/production", "456/test"]}
    ),
    edited(
        "an access list contains a redundant entry",
        "acme",
        {"clients.desktop.access": ["*", "456/test"]},
    ),
    edited(
        "a client is added",
        "acme",
        {
            "clients.importer": {
                "grant": "client-credentials",
                "access": ["456/test"],
                "privateKeyJwt": {"jwksUrl": "https://importer.acme.example/jwks"},
            }
        },
    ),
    edited(
        "a company is trusted",
        "acme",
        {
            "clients.assistant": _ASSISTANT,
            "enterprise": [{**_COMPANY, "linkedPeople": {"ada": "00u1"}}],
        },
        before={"clients.assistant": _ASSISTANT},
    ),
    edited(
        "a company's keys, clients and people change",
        "acme",
        {
            "enterprise": [
                {
                    **_COMPANY,
                    "jwksUrl": "https://keys.evil.example/jwks",
                    "clients": ["other"],
                    "linkedPeople": {"ada": "00u2"},
                }
            ]
        },
        before={
            "clients.assistant": _ASSISTANT,
            "clients.other": _ASSISTANT,
            "enterprise": [{**_COMPANY, "linkedPeople": {"ada": "00u1", "guy": "00u3"}}],
        },
    ),
    edited(
        "a company is no longer trusted",
        "acme",
        {"enterprise": GONE},
        before={"clients.assistant": _ASSISTANT, "enterprise": [_COMPANY]},
    ),
    edited("a client is removed", "acme", {"clients.test-agent": GONE}),
    edited(
        "a program becomes a client for people",
        "acme",
        {
            "clients.test-agent": {
                "grant": "authorization-code",
                "access": ["456/test"],
                "redirectUris": ["https://agent.acme.example/callback"],
                "people": {"groups": ["planners"]},
            }
        },
    ),
    edited("a client gets a chosen client ID", "acme", {"clients.nightly-agent.clientId": "acme-nightly"}),
    edited(
        "a secret is replaced by a key",
        "acme",
        {"clients.nightly-agent.privateKeyJwt": {"jwksUrl": "https://agent.acme.example/jwks"}},
    ),
    edited(
        "a key is replaced by a secret",
        "acme",
        {"clients.nightly-agent.privateKeyJwt": GONE},
        before={"clients.nightly-agent.privateKeyJwt": {"jwksUrl": "https://agent.acme.example/jwks"}},
    ),
    edited(
        "a client's keys are published elsewhere",
        "acme",
        {"clients.nightly-agent.privateKeyJwt": {"jwksUrl": "https://evil.example/jwks"}},
        before={"clients.nightly-agent.privateKeyJwt": {"jwksUrl": "https://agent.acme.example/jwks"}},
    ),
    edited(
        "redirect URIs and web origins are added and removed",
        "acme",
        {
            "clients.desktop.redirectUris": ["https://evil.example/callback"],
            "clients.desktop.webOrigins": ["https://app.acme.example"],
        },
        before={"clients.desktop.webOrigins": ["https://old.acme.example"]},
    ),
    edited(
        "a client becomes a known application",
        "acme",
        {"clients.desktop.application": "cursor", "clients.desktop.redirectUris": GONE},
    ),
    edited("everyone may sign in", "acme", {"clients.desktop.people": "everyone"}),
    edited("a group replaces another", "acme", {"clients.desktop.people": {"groups": ["auditors"]}}),
    edited(
        "everyone is replaced by a group",
        "globex",
        {"clients.portal.people": {"groups": ["planners"]}},
    ),
    edited(
        "inherited people are declared",
        "acme",
        {f"{_SERVER}.registration.dynamic.people": {"groups": ["planners"]}},
    ),
    edited(
        "a manual registration gets another client ID and more access",
        "acme",
        {"manualRegistrations.legacy-crm": {"clientId": "crm-2", "access": ["*"]}},
    ),
    edited("a manual registration is removed", "acme", {"manualRegistrations.legacy-crm": GONE}),
    edited(
        "registration loses access",
        "acme",
        {f"{_SERVER}.registration.dynamic.access": ["456/test"]},
        before={f"{_SERVER}.registration.dynamic.access": ["*"]},
    ),
    edited(
        "a manual registration admits undeclared people",
        "globex",
        {
            "manualRegistrations.crm": {
                "clientId": "crm",
                "access": ["13/production"],
                "grant": "authorization-code",
            }
        },
        before={
            "workspaces.13": {"environments": ["production"]},
            "clients.portal.access": ["12/production"],
        },
    ),
    edited(
        "an environment is added that a wildcard covers",
        "acme",
        {"workspaces.456": {"environments": ["production", "staging", "test"]}},
    ),
    edited(
        "a workspace is removed",
        "acme",
        {"workspaces.789": GONE},
        before={"workspaces.789": {"environments": ["production"]}},
    ),
    edited(
        "registration opens",
        "globex",
        {f"{_SERVER}.registration.dynamic": {"redirectHosts": ["localhost"], "access": ["*"]}},
    ),
    edited("registration closes", "acme", {f"{_SERVER}.registration.dynamic": GONE}),
    edited(
        "registration accepts more hosts and clients, and gains access",
        "acme",
        {
            f"{_SERVER}.registration.dynamic.redirectHosts": ["claude.ai", "evil.example", "localhost"],
            f"{_SERVER}.registration.dynamic.maximumClients": 5_000,
            f"{_SERVER}.registration.dynamic.access": ["456/production", "456/test"],
        },
    ),
    edited(
        "registration is accepted from every host",
        "acme",
        {f"{_SERVER}.registration.dynamic.senderHosts": []},
        before={f"{_SERVER}.registration.dynamic.senderHosts": ["office.acme.example"]},
    ),
    edited(
        "registration is accepted from one host, with fewer scopes",
        "acme",
        {
            f"{_SERVER}.registration.dynamic.senderHosts": ["office.acme.example"],
            f"{_SERVER}.registration.dynamic.allowedScopes": [],
        },
        before={f"{_SERVER}.registration.dynamic.allowedScopes": ["email"]},
    ),
    edited("access tokens are valid for longer", "acme", {f"{_SERVER}.tokens": {"access": "8h"}}),
    edited("access tokens are valid for a shorter time", "acme", {f"{_SERVER}.tokens": {"access": "90s"}}),
    edited("a lifetime in another unit", "acme", {f"{_SERVER}.tokens": {"access": "300s"}}),
    edited("another realm", "acme", {f"{_SERVER}.realm.name": "acme-2"}),
    edited(
        "the realm may be destroyed",
        "acme",
        {f"{_SERVER}.realm.deletable": True},
        before={f"{_SERVER}.realm.deletable": False},
    ),
    edited(
        "the admin API is called at another address",
        "acme",
        {f"{_SERVER}.adminUrl": "http://localhost:8180"},
    ),
    edited(
        "the stack no longer owns its realm, and the administrator signs in elsewhere",
        "acme",
        {
            f"{_SERVER}.realm": {"name": "acme", "create": False},
            f"{_SERVER}.registration.manage": True,
            f"{_SERVER}.adminUrl": "https://admin.evil.example",
            f"{_SERVER}.administration": {"realm": "acme", "clientId": "flow-mcp-admin"},
        },
    ),
    edited(
        "the Flow instance gets another address", "acme", {"instance.server": "https://flow.example/flow"}
    ),
    edited("the tenant's ID changes", "globex", {"id": "globex-2"}),
    edited(
        "the instance's Entra tenant is not used here",
        "acme",
        {"instance.flowEntra": {"tenantId": "7c9e6679-7425-40de-944b-e07fc1f90ae7"}},
    ),
    edited("a tenant is protected", "acme", {"protected": True}),
    edited("a tenant is no longer protected", "acme", {"protected": GONE}, before={"protected": True}),
    edited("a state label changes", "acme", {f"{_SERVER}.stateLabel": "next"}),
    edited("a move begins", "acme", {"movingTo": _NEXT}),
    edited(
        "a move begins with differences",
        "acme",
        {
            "movingTo": {
                "authorizationServer": {"keycloak": {**_REALM, "tokens": {"access": "10m"}}},
                "clients": {"test-agent": {"grant": "client-credentials", "access": ["456/*"]}},
                "manualRegistrations": {"legacy-crm": {"clientId": "next-crm", "access": ["456/production"]}},
            }
        },
    ),
    edited("a move switches", "acme", {**_SWITCHED, "movingTo": GONE}, before={"movingTo": _NEXT}),
    edited(
        "both servers of a move change",
        "acme",
        {"clients.nightly-agent.access": ["456/test"]},
        before={"movingTo": _NEXT},
    ),
    edited(
        "the second server of a move changes",
        "acme",
        {"movingTo.authorizationServer.keycloak.registration": {"dynamic": _DYNAMIC}},
        before={"movingTo": _NEXT},
    ),
    edited(
        "a move to another kind of server begins",
        "acme",
        {
            "movingTo": {
                "authorizationServer": {"auth0": {"domain": "acme.eu.auth0.com"}},
                "clients": {
                    "desktop": {
                        "grant": "authorization-code",
                        "redirectUris": ["http://127.0.0.1:33418/callback"],
                        "access": ["*"],
                        "people": {"groups": ["planning"]},
                    }
                },
            }
        },
    ),
    edited("a move ends", "acme", {"movingFrom": GONE}, before=_SWITCHED),
    edited("a move is undone", "acme", {"movingTo": GONE}, before={"movingTo": _NEXT}),
)
