"""Tests of a settings directory with invalid files."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from flow_mcp.runtime import Reason
from flow_mcp.runtime.tenants import Readiness
from flow_mcp.settings import SettingsEnvelope
from tests.unit.runtime import acme
from tests.unit.runtime.acme import PRODUCTION, TEST, token
from tests.unit.runtime.following import KEPT, NO_SETTINGS, READY, Follow, decide, moved, write
from tests.unit.runtime.network import Clock
from tests.unit.runtime.test_tenants import OTHER_TEST, other

BROKEN = [
    pytest.param("", "Invalid JSON", id="empty"),
    pytest.param('{"version":1', "Invalid JSON", id="cut"),
    pytest.param(b"\xff", "Invalid JSON", id="no text"),
    pytest.param("[]", "Input should be an object", id="a list"),
    pytest.param(json.dumps({"version": 2}), "version: Input should be 1", id="another version"),
    pytest.param(
        SettingsEnvelope.of(acme.settings(), 2).to_json().replace("production", "producti0n"),
        "the digest does not match the settings",
        id="changed by hand",
    ),
    pytest.param(
        SettingsEnvelope.of(other(), 2).to_json(),
        "it contains the settings of the tenant 'other'. Deliver them as other.json",
        id="another tenant's",
    ),
    pytest.param(" " * (8 * 1024 * 1024 + 1), "it is larger than 8388608 bytes", id="huge"),
    pytest.param(
        SettingsEnvelope.of(moved(), 6).to_json(),
        "its revision 6 is lower than 7, which was loaded before. To roll back, delete the file first",
        id="a lower revision",
    ),
    pytest.param(
        SettingsEnvelope.of(acme.settings(), 6).to_json(), "revision 6 is lower than 7", id="lower, the same"
    ),
    pytest.param(
        SettingsEnvelope.of(moved(), 7).to_json(),
        "it has the revision 7 of the loaded settings but other content. Export it again",
        id="the same revision",
    ),
]


@pytest.mark.parametrize(("content", "problem"), BROKEN)
def test_an_invalid_file_keeps_the_last_valid_settings_until_the_limit_and_then_closes_the_tenant(
    tmp_path: Path,
    follow: Follow,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    content: str | bytes,
    problem: str,
) -> None:
    file = write(tmp_path, revision=7)
    write(tmp_path, other())
    directory = follow()
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with caplog.at_level(logging.ERROR, "flow_mcp.runtime"):
        for _ in range(3):
            directory.scan()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    (logged,) = (record.getMessage() for record in caplog.records)
    assert logged.startswith(f"{file} was rejected: ")
    assert problem in logged
    assert logged.endswith("Revision 7 stays in force for 3600 seconds.")
    readiness = directory.readiness()
    assert readiness.ready
    assert readiness.alarms.keys() == {"acme.json"}

    clock.now += KEPT - 1
    directory.scan()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    clock.now += 1
    directory.scan()
    closed = directory.find(PRODUCTION)
    assert closed is not None
    assert (closed.tenant, closed.resource) == ("acme", None)
    assert closed.validator.decide(PRODUCTION, token()) == NO_SETTINGS
    assert decide(directory, OTHER_TEST) is Reason.NO_TOKEN
    assert directory.readiness().ready

    file.unlink()
    directory.scan()
    assert directory.readiness() == READY


def test_the_limit_starts_with_the_first_invalid_file(tmp_path: Path, follow: Follow, clock: Clock) -> None:
    file = write(tmp_path)
    directory = follow()
    file.write_text("{")
    directory.scan()
    clock.now += KEPT - 1
    file.write_text("{}")
    directory.scan()
    clock.now += 1
    directory.scan()
    assert decide(directory) is Reason.NO_SETTINGS


def test_a_repaired_file_reopens_the_tenant(tmp_path: Path, follow: Follow, clock: Clock) -> None:
    file = write(tmp_path)
    directory = follow()
    file.write_text("{")
    directory.scan()
    clock.now += 2 * KEPT
    directory.scan()
    assert decide(directory) is Reason.NO_SETTINGS
    write(tmp_path, revision=2)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_a_tenant_with_an_invalid_first_file_is_closed(tmp_path: Path, follow: Follow) -> None:
    (tmp_path / "acme.json").write_text("{")
    directory = follow()
    assert decide(directory) is None
    readiness = directory.readiness()
    assert (readiness.ready, set(readiness.alarms)) == (False, {"acme.json"})
    write(tmp_path)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_after_a_deletion_a_lower_revision_is_loaded(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path, revision=7)
    directory = follow()
    file.unlink()
    directory.scan()
    write(tmp_path, revision=1)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_an_inaccessible_file_is_invalid_until_it_is_accessible(
    tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    directory = follow()
    with monkeypatch.context() as patch:
        patch.setattr("flow_mcp.runtime.directory.stamp", refuse)
        patch.setattr("pathlib.Path.open", refuse)
        directory.scan()
        assert decide(directory) is Reason.NO_TOKEN
        assert directory.readiness().alarms == {
            "acme.json": f"{tmp_path / 'acme.json'} was rejected: [Errno 13] no access."
        }
    directory.scan()
    assert directory.readiness() == READY


def test_an_unreadable_directory_keeps_all_settings_until_the_limit(
    tmp_path: Path, follow: Follow, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    directory = follow()
    with monkeypatch.context() as patch:
        patch.setattr("os.listdir", refuse)
        clock.now += KEPT - 1
        directory.scan()
        assert decide(directory) is Reason.NO_TOKEN
        assert directory.readiness() == Readiness(
            ready=True,
            alarms={
                str(tmp_path): f"The settings directory {tmp_path} cannot be read: [Errno 13] no access. "
                "Loaded settings stay in force for 3600 seconds."
            },
        )
        clock.now += 1
        directory.scan()
        assert decide(directory) is Reason.NO_SETTINGS
        assert not directory.readiness().ready
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def refuse(*_: object) -> None:
    raise PermissionError(13, "no access")


def test_an_unexpected_error_in_one_file_does_not_affect_the_others(
    tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path)
    file = write(tmp_path, other())
    directory = follow()
    with monkeypatch.context() as patch:
        patch.setattr("flow_mcp.settings.SettingsEnvelope.from_json", overflow)
        write(tmp_path, moved(), 2)
        file.unlink()
        directory.scan()
    assert decide(directory, TEST) is Reason.NO_TOKEN
    assert decide(directory, OTHER_TEST) is None
    assert directory.readiness().alarms == {
        "acme.json": f"{tmp_path / 'acme.json'} was rejected: RecursionError."
    }


def overflow(_: object) -> None:
    raise RecursionError


def test_files_that_cannot_be_used_are_counted(
    tmp_path: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[object] = []
    monkeypatch.setattr(
        "flow_mcp.runtime.loaded.counter", lambda *named: lambda *added: counted.append((named[0], *added))
    )
    file = write(tmp_path)
    directory = follow()
    file.write_text("{")
    directory.scan()
    directory.scan()
    assert counted == [("flow_mcp.settings.refused", 1, {"flow_mcp.tenant": "acme"})]
