"""What a rotation records in a tenant's file, for a given day."""

from __future__ import annotations

import pytest

from flow_mcp.operations.rotate.errors import RotateError
from tests.unit.operations.rotate.rotating import AUTH0, CERTIFICATES, OVERLAP, Rotations, agent, signer

_IN_PROGRESS = (
    "agent:\n  grant: client-credentials\n  access: ['*']\n  secret:\n"
    "    # Rotated by the pipeline.\n    previous: 2026-08-01\n    issued: 2026-11-01\n"
    "    rotateAfter: 90d\n    overlap: 7d\n"
)


def test_a_rotation_records_its_day_and_that_of_the_previous_secret(rotations: Rotations) -> None:
    steps = rotations(agent(f"{{issued: 2026-09-01, {OVERLAP}}}"), client="agent")
    assert steps == ["agent started"]
    assert rotations.text.endswith(
        '  secret: {issued: "2026-11-30", previous: "2026-09-01", rotateAfter: 90d, overlap: 7d}\n'
    )
    assert rotations.again(client="agent") == ["agent unchanged"]


def test_a_secret_without_a_recorded_day_is_rotated_and_its_day_is_unknown(rotations: Rotations) -> None:
    assert rotations(agent(f"{{{OVERLAP}}}"), due=True) == ["agent started"]
    assert 'issued: "2026-11-30", previous: "unknown"' in rotations.text


def test_only_what_is_due_is_rotated(rotations: Rotations) -> None:
    assert rotations(agent(f"{{issued: 2026-09-02, {OVERLAP}}}"), due=True) == ["agent unchanged"]
    assert rotations(agent(f"{{issued: 2026-09-01, {OVERLAP}}}"), due=True) == ["agent started"]
    assert rotations(agent("{issued: 2026-01-01, overlap: 7d}"), due=True) == ["agent unchanged"]


def test_an_overlap_that_has_ended_is_finished_and_comments_stay(rotations: Rotations) -> None:
    assert rotations(_IN_PROGRESS, due=True, as_of="2026-11-07") == ["agent unchanged"]
    assert rotations(_IN_PROGRESS, due=True, as_of="2026-11-08") == ["agent finished"]
    assert rotations.text.endswith(
        "secret:\n          # Rotated by the pipeline.\n          issued: 2026-11-01\n"
        "          rotateAfter: 90d\n          overlap: 7d\n"
    )
    assert rotations.again(finish=True) == ["agent unchanged"]


def test_a_third_secret_is_rejected_during_an_overlap(rotations: Rotations) -> None:
    with pytest.raises(RotateError, match=r"agent has a rotation of 2026-11-01 in progress\. Finish it"):
        rotations(_IN_PROGRESS, client="agent")
    assert rotations.text == rotations.written


def test_a_rotation_with_a_gap_needs_consent_and_names_the_gap(rotations: Rotations) -> None:
    secret = agent("{issued: 2026-08-01, rotateAfter: 90d}")
    assert rotations(secret, server=AUTH0, due=True) == ["agent refused"]
    assert rotations.text == rotations.written
    (step,) = rotations.steps
    assert step.reason == (
        "The update ends the present secret. Until agent has its new secret, its token requests fail. It can "
        "still use a token that it has, for at most 1h. Add --allow-gap, or declare secret.overlap if the "
        "server has it."
    )
    assert rotations(secret, server=AUTH0, due=True, allow_gap=True) == ["agent started"]
    assert rotations.text.endswith('secret: {issued: "2026-11-30", rotateAfter: 90d}\n')


def test_without_a_recorded_day_a_rotation_with_a_gap_is_refused(rotations: Rotations) -> None:
    assert rotations(agent("{rotateAfter: 90d}"), due=True, allow_gap=True) == ["agent refused"]


def test_a_new_certificate_is_declared_beside_the_previous_one(rotations: Rotations) -> None:
    old, new = CERTIFICATES
    assert rotations(signer(old), client="signer", certificate=new) == ["signer started"]
    key = rotations.declaration().tenant.clients["signer"].private_key_jwt
    assert key
    assert (key.certificate, key.previous_certificate) == (new, old)
    assert rotations.again(client="signer", certificate=new) == ["signer unchanged"]
    assert rotations.again(finish=True) == ["signer finished"]
    key = rotations.declaration().tenant.clients["signer"].private_key_jwt
    assert key
    assert (key.certificate, key.previous_certificate) == (new, None)


def test_a_client_that_cannot_be_rotated_is_rejected_with_the_reason(rotations: Rotations) -> None:
    for client, reason in (
        ("{grant: client-credentials, access: ['*']}", r"agent declares no rotation\. Add secret: \{rotate"),
        (
            "{grant: client-credentials, access: ['*'], privateKeyJwt: {jwksUrl: https://a.example/k}}",
            "jwksUrl",
        ),
    ):
        with pytest.raises(RotateError, match=reason):
            rotations(f"agent: {client}\n", client="agent")
    with pytest.raises(RotateError, match=r"acme declares no client agnet\. Did you mean agent\?"):
        rotations.again(client="agnet")


def test_a_signing_client_needs_its_certificate(rotations: Rotations) -> None:
    with pytest.raises(RotateError, match=r"signer signs with its own key.*--certificate FILE"):
        rotations(signer(CERTIFICATES[0]), client="signer")
    assert rotations.again(due=True) == []
