"""The example file of the project's first design."""

from __future__ import annotations

from tests.unit.declared import Stacks, problem

SKETCH = """\
config:
  flow-mcp:tenant:
    id: acme
    workspaces:
      "456": {environments: [production, test]}
    authorizationServer:
      keycloak:
        url: https://id.acme.example
        realm: {name: acme, create: true}
        registration:
          dynamic: {redirectHosts: [claude.ai, localhost, 127.0.0.1], senderHosts: [], access: ["456/test"]}
          metadataDocuments: {domains: [claude.ai], access: ["456/test"]}
    clients:
      nightly-agent: {grant: client-credentials, access: ["456/production"]}
      desktop: {grant: authorization-code, redirectUris: ["http://127.0.0.1/callback"], access: ["*"], people: {groups: [planners]}}
    manualRegistrations:
      legacy-crm: {clientId: 6f1c2d, access: ["456/production"]}
"""  # noqa: E501 as people write it

NO_SENDERS = problem(
    11,
    "authorizationServer.keycloak.registration.dynamic",
    "declares no senderHosts, so clients can register from any address",
    "Add senderHosts if you know the addresses. Redirect hosts, scopes and people limit such clients in "
    "either case.",
    "warning",
)


def test_the_sketch_is_accepted_with_one_warning(stacks: Stacks) -> None:
    assert stacks.problems(SKETCH) == (NO_SENDERS,)


def test_the_sketch_results_in_the_expected_declaration(stacks: Stacks) -> None:
    declaration = stacks.load(SKETCH).declaration
    assert declaration.kind.key == "keycloak"
    assert [resource.url for resource in declaration.resources] == [
        "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments/production",
        "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments/test",
    ]
    assert declaration.tenant.model_dump(mode="json", by_alias=True, exclude_defaults=True) == {
        "id": "acme",
        "workspaces": {"456": {"environments": ["production", "test"]}},
        "authorizationServer": {
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "acme", "create": True},
                "registration": {
                    "dynamic": {
                        "redirectHosts": ["127.0.0.1", "claude.ai", "localhost"],
                        "access": ["456/test"],
                    },
                    "metadataDocuments": {"domains": ["claude.ai"], "access": ["456/test"]},
                },
            }
        },
        "clients": {
            "nightly-agent": {"grant": "client-credentials", "access": ["456/production"]},
            "desktop": {
                "grant": "authorization-code",
                "access": ["*"],
                "people": {"groups": ["planners"]},
                "redirectUris": ["http://127.0.0.1/callback"],
            },
        },
        "manualRegistrations": {"legacy-crm": {"clientId": "6f1c2d", "access": ["456/production"]}},
    }


def test_an_abbreviated_client_id_is_rejected(stacks: Stacks) -> None:
    assert stacks.problems(SKETCH.replace("6f1c2d", "6f1c…")) == (
        NO_SENDERS,
        problem(
            17,
            "manualRegistrations.legacy-crm.clientId",
            "is not a client ID",
            "Use 1 to 255 ASCII characters without spaces (RFC 6749, A.1).",
        ),
    )
