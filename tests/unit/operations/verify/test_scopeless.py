"""Tests of the check of token requests without scope."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import pytest

from flow_mcp.declaration.declaration import Declaration
from flow_mcp.operations.verify import scopeless
from tests.unit.operations.verify.declared import declaration
from tests.unit.operations.verify.fake import TOKEN, Fake, program_token

_SUBJECT = "agent for 456/production"
_SCOPE = "configure the scope mcp-456-production flow"
QUIET = declaration(requests_scope=False)


def test_the_request_has_no_scope_and_an_accepted_token_passes() -> None:
    fake = Fake()
    fake.mint(program_token())
    seen = "without scope, the runtime allows it (program)"
    assert fake.observed(scopeless.without_scope, declaration=QUIET) == [("pass", _SUBJECT, seen)]
    (form,) = [parse_qs(body) for method, _, body in fake.requests if method == "POST"]
    assert form == {"grant_type": ["client_credentials"]}


@pytest.mark.parametrize(
    ("declared", "status"), [("no file", "pass"), (declaration(), "pass"), (QUIET, "fail")]
)
def test_a_token_that_the_runtime_rejects_fails_only_if_the_scope_is_declared_unasked(
    declared: Declaration | str, status: str
) -> None:
    fake = Fake()
    fake.mint(program_token(scope="profile"))
    ((found, subject, seen),) = fake.observed(scopeless.without_scope, declaration=declared)
    assert (found, subject) == (status, _SUBJECT)
    assert seen.startswith("without scope, there is a token, but the runtime answers 403: missing-scope")
    assert seen.endswith(_SCOPE)


@pytest.mark.parametrize(("declared", "status"), [("no file", "pass"), (QUIET, "fail")])
def test_a_server_that_requires_a_scope_is_shown_with_its_error(
    declared: Declaration | str, status: str
) -> None:
    fake = Fake()
    fake.answer("POST", TOKEN, 400, {"error": "invalid_scope"})
    seen = f"without scope, the server answers invalid_scope; {_SCOPE}"
    assert fake.observed(scopeless.without_scope, declaration=declared) == [(status, _SUBJECT, seen)]


def test_a_server_without_an_answer_fails_the_check() -> None:
    fake = Fake()
    fake.answers["POST", TOKEN] = httpx.ReadTimeout("too slow")
    assert fake.observed(scopeless.without_scope) == [("fail", _SUBJECT, "no answer: too slow")]
