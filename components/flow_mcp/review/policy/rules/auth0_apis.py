"""FLOWMCP-023: APIs at Auth0 require client grants and roles."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.authorization_servers.auth0 import AUTH0 as AUTH0_KIND
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.review.policy.declarations.access_lists import admits_everyone
from flow_mcp.review.policy.examples import AUTH0, declares
from flow_mcp.review.policy.resources.properties import is_in, must
from flow_mcp.review.policy.resources.types import AUTH0_API
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_USER, _CLIENT = (("subjectTypeAuthorization", kind, "policy") for kind in ("user", "client"))
_GRANTED = ("require_client_grant", "deny_all")
_WITHOUT_ROLE = "admits every user of the Auth0 tenant, even without a role"

_CLOSED = {
    "identifier": "https://app.profitbase.biz/flow/mcp/tenants/acme/workspaces/456/environments/test",
    "signingAlg": "RS256",
    "tokenDialect": "rfc9068_profile",
    "enforcePolicies": True,
    "tokenLifetime": 3600,
    "tokenLifetimeForWeb": 3600,
    "subjectTypeAuthorization": {kind: {"policy": "require_client_grant"} for kind in ("user", "client")},
}


def _declares(people: object) -> Resource:
    portal = {
        "grant": "authorization-code",
        "clientType": "confidential",
        "redirectUris": ["https://portal.acme.example/callback"],
        "access": ["*"],
        "people": people,
    }
    return declares(AUTH0, clients={"portal": portal})


class Auth0Apis(Rule):
    """Require client grants, roles and signed RFC 9068 tokens of APIs at Auth0.

    By default, every application of the Auth0 tenant gets tokens of any user for every API.
    """

    id = "FLOWMCP-023"
    severity = Severity.HIGH
    message = (
        "An API at Auth0 must require client grants and roles, and issue asymmetrically signed RFC 9068 "
        "tokens."
    )
    remedy = (
        "Set require_client_grant or deny_all for users and clients, enforcePolicies, an asymmetric "
        "signingAlg and the dialect rfc9068_profile; limit people to groups."
    )
    references = (
        Reference(
            "Auth0: API Access Policies for Applications",
            "https://auth0.com/docs/get-started/apis/api-access-policies-for-applications",
        ),
        Reference(
            "Auth0: Access Token Profiles",
            "https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles",
        ),
        Reference("RFC 9068, section 2", "https://www.rfc-editor.org/rfc/rfc9068.html#section-2"),
        Reference("RFC 9700, section 2.3", "https://www.rfc-editor.org/rfc/rfc9700.html#section-2.3"),
    )
    good = (_declares({"groups": ["planners"]}), Resource(AUTH0_API, inputs=_CLOSED))
    bad = (
        _declares("everyone"),
        Resource(
            AUTH0_API, inputs={key: _CLOSED[key] for key in _CLOSED.keys() - {"subjectTypeAuthorization"}}
        ),
        Resource(AUTH0_API, inputs={**_CLOSED, "signingAlg": "HS256"}),
        Resource(AUTH0_API, inputs={**_CLOSED, "enforcePolicies": False}),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        if declaration.kind.key == AUTH0_KIND.key:
            for path in admits_everyone(declaration):
                yield Violation(path, _WITHOUT_ROLE)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type != AUTH0_API:
            return
        yield from must(
            resource,
            _USER,
            is_in(*_GRANTED),
            "lets every application get tokens on behalf of people, without a client grant",
        )
        # By default, Auth0 requires client grants of programs.
        yield from must(
            resource, _CLIENT, is_in(*_GRANTED, None), "lets every program get tokens without a client grant"
        )
        if at(resource.values, *_USER) != "deny_all":
            yield from must(resource, ("enforcePolicies",), is_in(True), _WITHOUT_ROLE)
        yield from must(
            resource,
            ("signingAlg",),
            is_in("RS256", "PS256", None),
            "signs tokens with a shared secret, so whoever validates them could forge them",
        )
        yield from must(
            resource,
            ("tokenDialect",),
            is_in("rfc9068_profile", "rfc9068_profile_authz"),
            "does not issue RFC 9068 tokens, so ID tokens could pass as access tokens",
        )
