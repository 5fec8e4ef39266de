"""Tests of the reason codes and their documentation."""

from __future__ import annotations

from pathlib import Path

from flow_mcp.runtime import Reason

DOCUMENTATION = Path(__file__).parents[3] / "docs" / "runtime.md"


def table() -> str:
    rows = []
    for reason in Reason:
        error = f"`{reason.error}`" if reason.error else "none"
        rows.append(f"| `{reason}` | {reason.status} | {error} | {reason.meaning} |")
    return "\n".join(["| code | status | error code | meaning |", "|---|---|---|---|", *rows])


def test_the_documentation_lists_every_reason() -> None:
    assert table() in DOCUMENTATION.read_text()


def test_status_and_error_code_agree() -> None:
    combinations = {(reason.status, reason.error) for reason in Reason}
    assert combinations == {
        (200, None),
        (401, None),
        (401, "invalid_token"),
        (401, "invalid_dpop_proof"),
        (401, "use_dpop_nonce"),
        (403, None),
        (403, "insufficient_scope"),
    }
    assert [reason for reason in Reason if reason.status == 200] == [Reason.ALLOWED]


def test_codes_are_stable() -> None:
    assert [str(reason) for reason in Reason] == [
        "allowed",
        "no-settings",
        "unknown-resource",
        "no-token",
        "several-tokens",
        "token-in-query",
        "token-too-large",
        "token-opaque",
        "token-encrypted",
        "token-malformed",
        "unknown-issuer",
        "critical-header",
        "wrong-algorithm",
        "wrong-type",
        "keys-unavailable",
        "unknown-key",
        "unfit-key",
        "bad-signature",
        "certificate-bound-token",
        "bound-token",
        "unbound-token",
        "missing-claim",
        "malformed-claim",
        "expired",
        "not-yet-valid",
        "issued-in-future",
        "not-an-access-token",
        "no-proof",
        "proof-malformed",
        "proof-bad-signature",
        "proof-wrong-key",
        "proof-wrong-request",
        "proof-wrong-token",
        "proof-wrong-time",
        "proof-wrong-nonce",
        "proof-replayed",
        "unregistered-client",
        "wrong-grant",
        "no-person",
        "resource-not-given",
        "wrong-audience",
        "missing-scope",
        "missing-role",
    ]
