"""Reading settings, updates and drift, with a stand-in for the `pulumi` command."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.common.interruption import Interruption
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.report.backend import Backend, read
from flow_mcp.review.report.document import Drift, Settings, Update
from flow_mcp.settings import SettingsDocument
from tests.unit.review.report.showcase import Showcase

_PULUMI = f"""#!{sys.executable} -IS
import json, pathlib, sys
answers = json.loads(pathlib.Path(__file__).with_name("answers.json").read_text())
command = " ".join(sys.argv[2:])
answer = next((answers[key] for key in answers if command.startswith(key)), None)
if answer is None:
    sys.exit("error: no stack named 'acme' found")
if isinstance(answer, str):
    sys.exit(answer)
print(json.dumps(answer))
"""
LATEST = {"kind": "update", "result": "succeeded", "endTime": "2026-11-20T10:00:00.000Z", "version": 12}
REFRESHED = {"changeSummary": {"same": 30, "update": 1, "delete": 2}, "steps": [{"old": "s3cret"}]}


@pytest.fixture
def document(showcase: Showcase) -> SettingsDocument:
    showcase.declare("acme")
    return showcase.document("acme")


def read_backend(directory: Path, **answers: Any) -> Backend:
    """Read the stack acme, with the given answers to `stack output`, `stack history` and `refresh`."""
    program = directory / "pulumi"
    program.write_text(_PULUMI, "utf-8")
    program.chmod(0o755)
    by_command = {key.replace("_", " "): value for key, value in answers.items()}
    (directory / "answers.json").write_text(json.dumps(by_command), "utf-8")
    return read(Stacks(Project(directory), program), ["acme"], 1, lambda _: None, Interruption())["acme"]


def test_settings_last_update_and_drift_are_read(tmp_path: Path, document: SettingsDocument) -> None:
    backend = read_backend(
        tmp_path,
        stack_output={"settings": document.canonical_json(), "clientSecrets": "[secret]"},
        stack_history=[LATEST],
        refresh=REFRESHED,
    )
    assert (backend.update, backend.drift, backend.document) == (
        Update(reading="read", number=12, at="2026-11-20T10:00:00.000Z", kind="update", result="succeeded"),
        Drift(reading="read", changed=3),
        document,
    )


@pytest.mark.parametrize(
    ("after", "changed"),
    [(["basic", "service_account"], 0), (["basic", "profile", "service_account"], 1), ([], 1)],
)
def test_the_scope_that_keycloak_adds_to_programs_is_no_drift(
    tmp_path: Path, after: list[str], changed: int
) -> None:
    old, new = (
        {"type": "keycloak:openid/clientDefaultScopes:ClientDefaultScopes", "outputs": {"defaultScopes": s}}
        for s in (["basic"], after)
    )
    refreshed = {
        "changeSummary": {"same": 1, "update": 1},
        "steps": [
            {"op": "update", "oldState": old, "newState": new},
            {"op": "refresh", "oldState": old, "newState": old},
        ],
    }
    backend = read_backend(tmp_path, stack_output={}, stack_history=[LATEST], refresh=refreshed)
    assert backend.drift == Drift(reading="read", changed=changed)


def test_updates_of_a_file_backend_are_counted(tmp_path: Path, document: SettingsDocument) -> None:
    backend = read_backend(
        tmp_path,
        stack_output={"settings": document.canonical_json()},
        stack_history=[{**LATEST, "version": 0}] * 3,
        refresh={"changeSummary": {"same": 30}},
    )
    assert (backend.update.number, backend.drift) == (3, Drift(reading="read", changed=0))


def test_a_stack_that_was_never_applied_is_missing(tmp_path: Path) -> None:
    backend = read_backend(tmp_path)
    assert (backend.update, backend.drift) == (Update(reading="missing"), Drift(reading="missing"))
    assert backend.unread.reading == "missing"
    assert "run `pulumi stack select --create acme`" in (backend.unread.reason or "")


def test_unreadable_drift_is_a_failure_without_pulumis_message(tmp_path: Path) -> None:
    answers: list[Any] = ["error: the password s3cret is wrong", {}, {"changeSummary": "s3cret"}, []]
    for answer in answers:
        backend = read_backend(tmp_path, stack_output={}, stack_history=[LATEST], refresh=answer)
        assert backend.drift == Drift(
            reading="failed",
            reason="`pulumi refresh --preview-only --stack acme` failed; run it to see why",
        )


def test_settings_of_another_version_are_a_failure(tmp_path: Path) -> None:
    backend = read_backend(
        tmp_path, stack_output={"settings": '{"version":9}'}, stack_history=[LATEST], refresh=REFRESHED
    )
    reason = "the stack's settings are not of version 1; run `pulumi up` with this version to update them"
    assert (backend.document, backend.unread) == (None, Settings(reading="failed", reason=reason))
