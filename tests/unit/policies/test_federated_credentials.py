"""FLOWMCP-030: each federated credential trusts one workload."""

from __future__ import annotations

from typing import Any

import pytest

from flow_mcp.review.policy.examples import ENTRA
from flow_mcp.review.policy.resources.types import (
    ENTRA_FEDERATED,
    ENTRA_FLEXIBLE_FEDERATED,
    ENTRA_PASSWORD,
)
from flow_mcp.review.policy.rule import Unknown, Violation
from flow_mcp.review.policy.rules.federated_credentials import FederatedCredentials
from tests.unit.policies.judging import Findings, context, of_declaration, of_inputs

RULE = FederatedCredentials()
GITHUB = "https://token.actions.githubusercontent.com"
GITLAB = "https://gitlab.com"
KUBERNETES = "https://oidc.acme.example/cluster"
AUDIENCE = "api://AzureADTokenExchange"

SUBJECT = "does not name exactly one workload"
PULL_REQUEST = "names pull requests, whose code has not been reviewed"
NO_REPOSITORY = "names no repository, so all repositories of the owner are trusted"
ONE_AUDIENCE = "must be exactly one audience, so that tokens for other services are rejected"
NO_ISSUER = "is not an https address, so its signing keys could be replaced in transit"


def credential(**given: Any) -> Findings:
    inputs = {"issuer": GITHUB, "subject": "repo:acme/planning:environment:test", "audiences": [AUDIENCE]}
    return of_inputs(RULE, ENTRA_FEDERATED, {**inputs, **given}, context=context(RULE))


def declared(issuer: str, subject: str, **given: Any) -> Findings:
    federated = {"issuer": issuer, "subject": subject, **given}
    agent = {"grant": "client-credentials", "access": ["*"], "federatedCredential": federated}
    return of_declaration(RULE, ENTRA, context=context(RULE), clients={"agent": agent})


@pytest.mark.parametrize(
    ("issuer", "subject"),
    [
        (GITHUB, "repo:acme/planning:environment:production"),
        (GITHUB, "repo:acme/planning:ref:refs/heads/main"),
        (GITHUB, "repo:acme@123/planning@456:ref:refs/tags/v1"),
        (GITHUB, "repository_owner:acme:repository:acme/planning:environment:production"),
        (GITHUB, "job_workflow_ref:acme/ci/.github/workflows/deploy.yml@refs/heads/main"),
        (GITHUB, "repo:acme/pull_request-bot:environment:production"),
        (GITLAB, "project_path:acme/planning:ref_type:branch:ref:main"),
        (KUBERNETES, "system:serviceaccount:planning:agent"),
    ],
)
def test_a_subject_of_one_workload_is_accepted(issuer: str, subject: str) -> None:
    assert declared(issuer, subject) == []
    assert credential(issuer=issuer, subject=subject) == []


@pytest.mark.parametrize(
    ("issuer", "subject", "problem"),
    [
        (GITHUB, "repo:acme/planning:pull_request", PULL_REQUEST),
        (GITHUB, "repo:acme/planning:pull-request", PULL_REQUEST),
        (GITHUB, "repo:acme/planning:pull_request:actor:mallory", PULL_REQUEST),
        (KUBERNETES, "repo:acme/planning:pull_request", PULL_REQUEST),
        (GITHUB, "repo:acme/*", SUBJECT),
        (GITHUB, "repo:acme/planning:ref:refs/heads/*", SUBJECT),
        (KUBERNETES, "system:serviceaccount:planning:?", SUBJECT),
        (GITHUB, "repo:acme", NO_REPOSITORY),
        (GITHUB, "repository_owner:acme", NO_REPOSITORY),
        (f"{GITHUB}/acme", "environment:production", NO_REPOSITORY),
        (GITLAB, "project_path:acme", NO_REPOSITORY),
    ],
)
def test_a_subject_of_several_workloads_or_of_pull_requests_is_rejected(
    issuer: str, subject: str, problem: str
) -> None:
    assert declared(issuer, subject) == [
        Violation(("clients", "agent", "federatedCredential", "subject"), problem)
    ]
    assert credential(issuer=issuer, subject=subject) == [Violation(("subject",), problem)]


def test_a_declared_audience_must_be_a_single_one() -> None:
    subject = "repo:acme/planning:environment:production"
    assert declared(GITHUB, subject, audience=AUDIENCE) == []
    assert declared(GITHUB, subject, audience="api://*") == [
        Violation(("clients", "agent", "federatedCredential", "audience"), ONE_AUDIENCE)
    ]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"issuer": "http://id.acme.example"}, [Violation(("issuer",), NO_ISSUER)]),
        ({"issuer": "https://a@b.example"}, []),
        ({"issuer": None}, [Violation(("issuer",), NO_ISSUER)]),
        ({"issuer": Unknown("i")}, [Unknown("i")]),
        ({"subject": None}, [Violation(("subject",), SUBJECT)]),
        ({"subject": " "}, [Violation(("subject",), SUBJECT)]),
        ({"subject": Unknown("s")}, [Unknown("s")]),
        ({"audiences": []}, [Violation(("audiences",), ONE_AUDIENCE)]),
        ({"audiences": None}, [Violation(("audiences",), ONE_AUDIENCE)]),
        ({"audiences": [AUDIENCE, "api://other"]}, [Violation(("audiences",), ONE_AUDIENCE)]),
        ({"audiences": [""]}, [Violation(("audiences", 0), ONE_AUDIENCE)]),
        ({"audiences": Unknown("a")}, [Unknown("a")]),
    ],
)
def test_a_resource_must_name_an_https_issuer_a_subject_and_one_audience(
    given: dict[str, Any], expected: Findings
) -> None:
    assert credential(**given) == expected


def test_a_matching_expression_is_rejected() -> None:
    inputs = {"issuer": GITHUB, "audience": AUDIENCE, "claimsMatchingExpression": "claims['sub'] eq 'x'"}
    assert of_inputs(RULE, ENTRA_FLEXIBLE_FEDERATED, inputs, context=context(RULE)) == [
        Violation(("claimsMatchingExpression",), SUBJECT)
    ]


def test_other_credentials_are_ignored() -> None:
    assert of_inputs(RULE, ENTRA_PASSWORD, {}, context=context(RULE)) == []
