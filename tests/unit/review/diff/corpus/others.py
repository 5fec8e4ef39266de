"""Changes of tenants on Auth0, Scalekit and external servers, and moves between kinds of server."""

from __future__ import annotations

from tests.unit.review.diff.corpus.case import GONE, Case, case, edited, sample

_AUTH0 = "authorizationServer.auth0"
_EXTERNAL = "authorizationServer.external"
_SCALEKIT = "authorizationServer.scalekit"
_HOSTILE = "x](https://e.example) @team <script>alert(1)</script> | #12 `rm`"

_PUBLIC_KEY = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAvmyyUsJZx5izhqs1gB0b
YbAMCvkAKLEDypOiyAZJrYDREtEK3lpw8K650Ahw01Ws2Mkc1hoRr8RYd8Zc3rlo
niPLIwXmDf+g/+jfkdAgzIzYUSzEugpjsA5GNHImsMhuJUPqHt8S56OWpZvO+Toc
k9kdFI4GwQXpX8bv2O9iv4StpRppgEI6gSUtOvdWT7asT+Ky7SJh7mJP1LMPO3hv
Pj3/5/vljllwJ1tdkQzi27ztC8+XCxyI8i3Q3GuDGB0xQWuIan0ou8smOYKlrytU
Jqp/a0NktAjj9xcnCkYn7D33iiiLx6mQi/Mwm00RfbTyRxfn8/wnEi+J7EnQC9dc
XQIDAQAB
-----END PUBLIC KEY-----
"""

_WITHOUT_CLIENTS = sample("acme", {"clients": {}, "manualRegistrations": {}})

CASES: tuple[Case, ...] = (
    edited(
        "the stack manages settings of the whole Auth0 tenant",
        "initech",
        {f"{_AUTH0}.tenantSettings": {"manage": True, "resourceParameterProfile": "audience"}},
        before={f"{_AUTH0}.tenantSettings": {"manage": False}},
    ),
    edited(
        "the stack no longer manages settings of the whole Auth0 tenant",
        "initech",
        {f"{_AUTH0}.tenantSettings": GONE, f"{_AUTH0}.roles": GONE},
    ),
    edited(
        "refresh tokens are introduced",
        "initech",
        {f"{_AUTH0}.tokens": {"refresh": {}}},
        before={f"{_AUTH0}.tokens": {}},
    ),
    edited("refresh tokens are removed", "initech", {f"{_AUTH0}.tokens": {}}),
    edited(
        "refresh tokens are valid for longer",
        "initech",
        {f"{_AUTH0}.tokens.refresh": {"lifetime": "90d", "idle": "7d"}},
    ),
    edited(
        "another Auth0 tenant behind the same authority",
        "initech",
        {f"{_AUTH0}.domain": "initech-2.eu.auth0.com"},
    ),
    edited(
        "a certificate changes",
        "initech",
        {"clients.nightly-agent.privateKeyJwt.certificate": _PUBLIC_KEY},
    ),
    edited(
        "metadata documents are accepted from more addresses",
        "umbrella",
        {
            f"{_SCALEKIT}.registration.metadataDocuments.documents": [
                "https://claude.ai/oauth/*",
                "https://evil.example/*",
            ]
        },
    ),
    edited(
        "another Scalekit environment",
        "umbrella",
        {f"{_SCALEKIT}.environmentUrl": "https://umbrella-2.scalekit.com"},
    ),
    edited(
        "tokens are validated differently",
        "stark",
        {
            f"{_EXTERNAL}.tokens": {
                "algorithms": ["ES256", "RS256"],
                "person": [{"claim": "sub", "must": "present"}],
            },
            f"{_EXTERNAL}.resources.9/test": {
                "scopes": ["flow.test"],
                "audiences": ["https://other.example"],
            },
        },
    ),
    edited(
        "a protected resource is added at an external server",
        "stark",
        {
            "workspaces.9": {"environments": ["production", "staging", "test"]},
            f"{_EXTERNAL}.resources.9/staging": {"scopes": ["flow.staging"]},
        },
    ),
    edited(
        "registering no longer requires a token",
        "stark",
        {f"{_EXTERNAL}.clientRegistration": {"protected": False}},
    ),
    edited("another authority", "stark", {f"{_EXTERNAL}.authority": "https://id.evil.example/oidc"}),
    edited(
        "another kind of authorization server",
        "globex",
        {"authorizationServer": {"scalekit": {"environmentUrl": "https://globex.scalekit.com"}}},
    ),
    edited(
        "from a Keycloak to an Entra tenant, with other credentials",
        "globex",
        {
            "authorizationServer": {"entra": {"tenantId": "1d6fd4a5-5b8e-4a8f-8f39-0c9d2b7e6a42"}},
            "clients.reporting.privateKeyJwt": GONE,
            "clients.reporting.federatedCredential": {
                "issuer": "https://token.actions.githubusercontent.com",
                "subject": "repo:globex/reporting:ref:refs/heads/main",
            },
            "clients.portal.secret": {"issued": "2026-11-20", "lifetime": "90d"},
        },
        before={"clients.reporting.privateKeyJwt": {"jwksUrl": "https://reporting.globex.example/jwks"}},
    ),
    edited(
        "from the instance's Entra tenant to a Keycloak",
        "fabrikam",
        {
            "authorizationServer": {
                "keycloak": {
                    "url": "http://127.0.0.1:8180",
                    "realm": {"name": "fabrikam", "create": True, "deletable": True},
                    "registration": {"dynamic": {"redirectHosts": ["localhost"], "access": ["*"]}},
                }
            },
            "clients.nightly-agent.secret": GONE,
        },
    ),
    edited(
        "waivers are added, extended, shortened, changed and removed",
        "globex",
        {
            "waivers": {
                "FLOWMCP-001": {"reason": "A move", "acceptedBy": "security", "expires": "2026-12-31"},
                "FLOWMCP-002": {"reason": "A move", "acceptedBy": "security", "expires": "2027-06-30"},
                "FLOWMCP-003": {"reason": "A move", "acceptedBy": "security", "expires": "2026-11-30"},
                "FLOWMCP-004": {"reason": "Because", "acceptedBy": "anybody", "expires": "2026-12-31"},
            }
        },
        before={
            "waivers": {
                name: {"reason": "A move", "acceptedBy": "security", "expires": "2026-12-31"}
                for name in ("FLOWMCP-002", "FLOWMCP-003", "FLOWMCP-004", "FLOWMCP-005")
            }
        },
    ),
    edited(
        "hostile texts are quoted",
        "acme",
        {
            "clients.desktop.people": {"groups": ["planners", _HOSTILE]},
            "manualRegistrations.legacy-crm.clientId": "a](javascript:alert(1))|<img>@team",
            "waivers": {
                "FLOWMCP-001": {
                    "reason": _HOSTILE,
                    "acceptedBy": "planners gains *.",
                    "expires": "2026-12-31",
                }
            },
        },
    ),
    edited("a long text is clipped", "acme", {"clients.desktop.people": {"groups": ["planners", "g" * 255]}}),
    edited(
        "a value without a sentence is listed by its path",
        "initech",
        {f"{_AUTH0}.tenantSettings.resourceParameterProfile": "audience"},
    ),
    case("a stack is added", "umbrella", None, sample("umbrella")),
    case("a stack without clients is added", "acme", None, _WITHOUT_CLIENTS),
    case("a stack is removed", "globex", sample("globex"), None),
)
