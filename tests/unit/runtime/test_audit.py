"""Tests of the audit log and the counters."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader, NumberDataPoint

from flow_mcp.runtime import Decision, Reason
from flow_mcp.runtime.audit import Audit
from flow_mcp.runtime.challenge import bearer_challenge
from tests.unit.runtime.acme import AUTHORITY, DESKTOP, PRODUCTION, claims, decided, key, token

FIELDS = ("reason", "status", "tenant", "resource", "authority", "client", "subject", "subject_kind")


def fields(record: logging.LogRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in FIELDS}


def recorded(
    caplog: pytest.LogCaptureFixture, decision: Decision, tenant: str | None = "acme"
) -> logging.LogRecord:
    with caplog.at_level(logging.INFO, "flow_mcp.runtime.audit"):
        Audit().record(tenant, decision)
    (record,) = caplog.records
    return record


def test_an_allowed_call_is_recorded_with_client_subject_and_resource(
    caplog: pytest.LogCaptureFixture,
) -> None:
    record = recorded(caplog, decided(token()))
    assert (record.name, record.levelname) == ("flow_mcp.runtime.audit", "INFO")
    assert record.getMessage() == (
        f"allowed: tenant 'acme', client '{DESKTOP}', subject 'kari', resource '{PRODUCTION}'"
    )
    assert fields(record) == {
        "reason": "allowed",
        "status": 200,
        "tenant": "acme",
        "resource": PRODUCTION,
        "authority": AUTHORITY,
        "client": DESKTOP,
        "subject": "kari",
        "subject_kind": "person",
    }


def test_a_denied_call_is_recorded_with_its_reason(caplog: pytest.LogCaptureFixture) -> None:
    record = recorded(caplog, decided(token(claims(scope="openid"))))
    assert record.levelname == "WARNING"
    assert fields(record) | {"reason": "missing-scope", "status": 403, "client": DESKTOP} == fields(record)


def test_a_call_without_a_token_is_not_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    assert recorded(caplog, decided(None)).levelname == "INFO"


def test_claims_of_an_unverified_token_are_not_recorded(caplog: pytest.LogCaptureFixture) -> None:
    forged = token(claims(sub="mallory", azp="her-client"), signed_by=key("k3"), kid="k1")
    record = recorded(caplog, decided(forged))
    assert fields(record) == {
        "reason": "bad-signature",
        "status": 401,
        "tenant": "acme",
        "resource": PRODUCTION,
        "authority": AUTHORITY,
        "client": None,
        "subject": None,
        "subject_kind": None,
    }
    for part in ("mallory", "her-client", *forged.split(".")):
        assert part not in repr(vars(record))


def test_a_call_outside_of_all_tenants_is_recorded_without_a_tenant(caplog: pytest.LogCaptureFixture) -> None:
    record = recorded(caplog, Decision(Reason.UNKNOWN_RESOURCE, bearer_challenge()), None)
    assert fields(record) == dict.fromkeys(FIELDS) | {"reason": "unknown-resource", "status": 401}


def test_a_subject_cannot_forge_a_log_line(caplog: pytest.LogCaptureFixture) -> None:
    record = recorded(caplog, decided(token(claims(sub="kari', client 'other"))))
    assert """subject "kari', client 'other", resource""" in record.getMessage()


def test_decisions_are_counted_by_tenant_and_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = InMemoryMetricReader()
    provider = MeterProvider([reader])
    monkeypatch.setattr(metrics, "get_meter", provider.get_meter)
    audit = Audit()
    for text in (token(), token(), None, "opaque"):
        audit.record("acme", decided(text))
    audit.record(None, Decision(Reason.UNKNOWN_RESOURCE, bearer_challenge()))
    data = reader.get_metrics_data()
    assert data is not None
    (metric,) = data.resource_metrics[0].scope_metrics[0].metrics
    points = {
        tuple((point.attributes or {}).values()): point.value
        for point in metric.data.data_points
        if isinstance(point, NumberDataPoint)
    }
    provider.shutdown()
    assert metric.name == "flow_mcp.decisions"
    assert points == {
        ("acme", "allowed"): 2,
        ("acme", "no-token"): 1,
        ("acme", "token-opaque"): 1,
        ("", "unknown-resource"): 1,
    }


def test_the_runtime_works_without_opentelemetry() -> None:
    program = (
        "import sys; sys.modules['opentelemetry'] = None\n"
        "from flow_mcp.runtime import Decision, Reason\n"
        "from flow_mcp.runtime.audit import Audit\n"
        "Audit().record('acme', Decision(Reason.NO_TOKEN, None)); print('recorded')"
    )
    answer = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert answer.stdout == "recorded\n"
