"""Tests of the CORS checks."""

from __future__ import annotations

import httpx
import pytest

from flow_mcp.operations.verify import cors
from flow_mcp.operations.verify.check import Check
from tests.unit.operations.verify.declared import ORIGIN, declaration
from tests.unit.operations.verify.fake import APPENDED, REGISTER, TOKEN, Fake

_WHERE = [
    pytest.param(cors.discovery, "GET", APPENDED, id="metadata"),
    pytest.param(cors.token, "OPTIONS", TOKEN, id="token"),
    pytest.param(cors.registration, "OPTIONS", REGISTER, id="registration"),
]


def _fake() -> Fake:
    fake = Fake()
    fake.metadata["registration_endpoint"] = REGISTER
    return fake


@pytest.mark.parametrize(("check", "method", "url"), _WHERE)
@pytest.mark.parametrize("allowed", [ORIGIN, "*"])
def test_an_origin_that_is_allowed_passes(check: Check, method: str, url: str, allowed: str) -> None:
    fake = _fake()
    headers = {"Access-Control-Allow-Origin": allowed, "Access-Control-Allow-Methods": "POST"}
    fake.answers[method, url] = httpx.Response(200, json=fake.metadata, headers=headers)
    assert fake.statuses(check, declaration=declaration()) == ["pass"]


@pytest.mark.parametrize(("check", "method", "url"), _WHERE)
@pytest.mark.parametrize(
    ("status", "headers"),
    [(200, {}), (200, {"Access-Control-Allow-Origin": "https://other.example"}), (403, {})],
    ids=["no header", "another origin", "refused"],
)
def test_an_origin_that_is_not_allowed_is_reported(
    check: Check, method: str, url: str, status: int, headers: dict[str, str]
) -> None:
    fake = _fake()
    answers = {**fake.answers, (method, url): httpx.Response(status, headers=headers)}
    if method == "GET":
        right = fake.answers[method, url]
        assert callable(right)
        # Without an Origin header the metadata is served, as for clients outside of browsers.
        answers[method, url] = lambda request: (
            httpx.Response(status, headers=headers) if "origin" in request.headers else right(request)
        )
    fake.answers = answers
    assert fake.statuses(check, declaration=declaration()) == ["fail"]


def test_without_the_declaration_the_check_is_skipped() -> None:
    assert _fake().observed(cors.token) == [("skipped", "", "no file")]
