"""FLOWMCP-030: each federated credential trusts one workload."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.federated_credential import is_trust_domain
from flow_mcp.review.policy.examples import ENTRA, declares
from flow_mcp.review.policy.resources.properties import items, judged, must
from flow_mcp.review.policy.resources.types import (
    ENTRA_FEDERATED,
    ENTRA_FLEXIBLE_FEDERATED,
    KEYCLOAK_IDENTITY_PROVIDER,
)
from flow_mcp.review.policy.resources.values import at
from flow_mcp.review.policy.rule import Context, Reference, Resource, Rule, Severity, Unknown, Violation

_REPOSITORY = re.compile(
    r"(?:^|:)(?:repo|repository|job_workflow_ref|workflow_ref|project_path):[^/:]+/[^:]+"
)
_ANY_CODE = re.compile(r"(?:^|:)pull[_-]request(?::|$)")
_CODE_HOSTS = ("https://token.actions.githubusercontent.com", "https://gitlab.com")

_INSECURE_ISSUER = "is not an https address, so its signing keys could be replaced in transit"
_INSECURE_KEYS = "is not an https address, so the keys could be replaced in transit"
_NO_SINGLE_WORKLOAD = "does not name exactly one workload"
_PULL_REQUEST = "names pull requests, whose code has not been reviewed"
_NO_REPOSITORY = "names no repository, so all repositories of the owner are trusted"
_ADDRESSES = {
    ("config", "issuer"): _INSECURE_ISSUER,
    ("config", "jwksUrl"): _INSECURE_KEYS,
    ("config", "bundleEndpoint"): _INSECURE_KEYS,
}
_NOT_ONE_AUDIENCE = "must be exactly one audience, so that tokens for other services are rejected"

_GITHUB = "https://token.actions.githubusercontent.com"


def _declares(subject: str) -> Resource:
    agent = {"grant": "client-credentials", "access": ["456/test"]}
    return declares(
        ENTRA, clients={"agent": {**agent, "federatedCredential": {"issuer": _GITHUB, "subject": subject}}}
    )


class FederatedCredentials(Rule):
    """Require federated credentials that trust exactly one workload.

    Whoever obtains a token with this issuer and subject acts as the client, without a secret.
    """

    id = "FLOWMCP-030"
    severity = Severity.HIGH
    message = (
        "A federated credential must name an https issuer, one exact subject of reviewed code, and one "
        "audience."
    )
    remedy = (
        "Name a protected environment or branch as the subject, such as "
        "repo:acme/planning:environment:production."
    )
    references = (
        Reference("RFC 7523, section 3", "https://www.rfc-editor.org/rfc/rfc7523.html#section-3"),
        Reference(
            "Microsoft Graph: federatedIdentityCredential",
            "https://learn.microsoft.com/graph/api/resources/federatedidentitycredential",
        ),
        Reference(
            "GitHub: OpenID Connect reference",
            "https://docs.github.com/actions/reference/openid-connect-reference",
        ),
    )
    good = (
        _declares("repo:acme/planning:environment:production"),
        Resource(
            ENTRA_FEDERATED,
            inputs={
                "issuer": _GITHUB,
                "subject": "repo:acme/planning:ref:refs/heads/main",
                "audiences": ["api://AzureADTokenExchange"],
            },
        ),
    )
    bad = (
        _declares("repo:acme/planning:pull_request"),
        _declares("repo:acme/*"),
        _declares("repository_owner:acme"),
        Resource(
            ENTRA_FEDERATED,
            inputs={"issuer": _GITHUB, "subject": "repo:acme/planning:environment:test", "audiences": []},
        ),
        Resource(
            ENTRA_FLEXIBLE_FEDERATED, inputs={"issuer": _GITHUB, "audience": "api://AzureADTokenExchange"}
        ),
    )

    def in_declaration(self, declaration: Declaration, context: Context) -> Iterator[Violation]:  # noqa: ARG002
        for name, client in declaration.tenant.clients.items():
            if (credential := client.federated_credential) is None:
                continue
            path = ("clients", name, "federatedCredential")
            if not _is_trusted(credential.issuer):
                yield Violation((*path, "issuer"), _INSECURE_ISSUER)
            if credential.jwks_url is not None and not _is_https(credential.jwks_url):
                yield Violation((*path, "jwksUrl"), _INSECURE_KEYS)
            if problem := _subject_problem(credential.issuer, credential.subject):
                yield Violation((*path, "subject"), problem)
            if credential.audience is not None and not _is_audience(credential.audience):
                yield Violation((*path, "audience"), _NOT_ONE_AUDIENCE)

    def in_resource(self, resource: Resource, context: Context) -> Iterator[Violation | Unknown]:  # noqa: ARG002
        if resource.type == KEYCLOAK_IDENTITY_PROVIDER:
            for address, insecure in _ADDRESSES.items():
                if at(resource.values, *address) is not None:
                    yield from must(resource, address, _is_trusted, insecure)
        if resource.type not in (ENTRA_FEDERATED, ENTRA_FLEXIBLE_FEDERATED):
            return
        yield from must(resource, ("issuer",), _is_https, _INSECURE_ISSUER)
        if resource.type == ENTRA_FLEXIBLE_FEDERATED:
            yield Violation(("claimsMatchingExpression",), _NO_SINGLE_WORKLOAD)
            yield from must(resource, ("audience",), _is_audience, _NOT_ONE_AUDIENCE)
            return
        issuer, subject = at(resource.values, "issuer"), at(resource.values, "subject")
        if isinstance(subject, Unknown):
            yield subject
        elif problem := _subject_problem(issuer, subject):
            yield Violation(("subject",), problem)
        audiences = list(items(resource, "audiences"))
        if len(audiences) != 1:
            yield Violation(("audiences",), _NOT_ONE_AUDIENCE)
        for path, audience in audiences:
            yield from judged(audience, path, _is_audience, _NOT_ONE_AUDIENCE)


def _is_https(issuer: Any) -> bool:
    return isinstance(issuer, str) and re.match(r"https://[^\s/@\\]+", issuer) is not None


def _is_trusted(issuer: Any) -> bool:
    """Return whether an issuer's keys cannot be replaced in transit: https, or a SPIFFE trust domain."""
    return _is_https(issuer) or (isinstance(issuer, str) and is_trust_domain(issuer))


def _is_audience(audience: Any) -> bool:
    return isinstance(audience, str) and bool(audience.strip()) and "*" not in audience


def _subject_problem(issuer: Any, subject: Any) -> str | None:
    """Return what is wrong with a subject of this issuer; None if it is accepted."""
    if not isinstance(subject, str) or not subject.strip() or re.search(r"[*?]", subject):
        return _NO_SINGLE_WORKLOAD
    if _ANY_CODE.search(subject):
        return _PULL_REQUEST
    shared = isinstance(issuer, str) and issuer.lower().startswith(_CODE_HOSTS)
    return _NO_REPOSITORY if shared and not _REPOSITORY.search(subject) else None
