"""Settings followed in a directory."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flow_mcp.errors import FlowMcpError
from flow_mcp.runtime import Decision, KeyCache, Reason
from flow_mcp.runtime.directory import SettingsDirectory, SettingsDirectoryError
from flow_mcp.runtime.settings_file import read_settings
from flow_mcp.runtime.tenants import Readiness
from flow_mcp.settings import SettingsDocument, SettingsEnvelope, TokenRequest
from tests.unit.runtime import acme
from tests.unit.runtime.acme import NOW, PRODUCTION, TEST, token
from tests.unit.runtime.network import Clock, FakeServer
from tests.unit.runtime.test_tenants import OTHER_TEST, other

KEPT = 3600.0
NO_SETTINGS = Decision(Reason.NO_SETTINGS, 'Bearer realm="Flow MCP"')
READY = Readiness(ready=True, alarms={})


@pytest.fixture
def clock() -> Clock:
    return Clock(1000.0)


@pytest.fixture
def keys() -> Iterator[KeyCache]:
    with FakeServer().client() as client:
        yield KeyCache(client, lambda: NOW)


@pytest.fixture
def follow(tmp_path: Path, clock: Clock, keys: KeyCache) -> Iterator[Callable[[], SettingsDirectory]]:
    """Start to follow the directory; it looks only when the test says `scan`."""
    following: list[SettingsDirectory] = []

    def start() -> SettingsDirectory:
        following.append(
            SettingsDirectory(
                tmp_path,
                keys,
                poll_seconds=10_000,
                kept_while_broken=KEPT,
                clock=clock,
                wall_clock=lambda: NOW,
            )
        )
        return following[-1]

    yield start
    for directory in following:
        directory.close()


Follow = Callable[[], SettingsDirectory]


def write(directory: Path, document: SettingsDocument | None = None, revision: int = 1) -> Path:
    """Write a tenant's file as an export does: beside, then renamed."""
    document = document or acme.settings()
    file = directory / f"{document.tenant}.json"
    beside = directory / f".{document.tenant}.new"
    beside.write_text(SettingsEnvelope.of(document, revision).to_json())
    beside.rename(file)
    return file


def moved() -> SettingsDocument:
    """Give the tenant after its test environment got another address."""
    resources = (
        acme.resource("production"),
        acme.resource("test").model_copy(update={"url": TEST + "-2"}),
    )
    return acme.settings().model_copy(update={"protected_resources": resources})


def decide(directory: SettingsDirectory, address: str = PRODUCTION, text: str | None = None) -> Reason | None:
    """Give the reason of a decision; None where the address is nobody's."""
    place = directory.find(address)
    return place.validator.decide(address, text).reason if place else None


def test_each_file_is_a_tenant(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    write(tmp_path, other())
    directory = follow()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    assert decide(directory, OTHER_TEST) is Reason.NO_TOKEN
    assert decide(directory, PRODUCTION.replace("acme", "nobody")) is None
    assert directory.readiness() == READY


def test_an_empty_directory_is_ready_and_lets_nobody_in(follow: Follow) -> None:
    directory = follow()
    assert directory.find(PRODUCTION) is None
    assert directory.readiness() == READY


def test_without_a_directory_nothing_starts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(SettingsDirectoryError, match="is not there") as raised:
            SettingsDirectory(path)
        assert isinstance(raised.value, FlowMcpError)


def test_other_files_are_ignored(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path)
    (tmp_path / "README.md").write_text("")
    (tmp_path / ".acme.json").write_text("{")
    (tmp_path / "acme.json~").write_text("{")
    file.with_name("old.json.bak").write_text("{")
    assert follow().readiness() == READY


def test_a_new_revision_is_taken_over_at_the_next_look(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    write(tmp_path, moved(), 2)
    assert decide(directory, TEST) is Reason.NO_TOKEN
    directory.scan()
    assert decide(directory, TEST) is None
    assert decide(directory, PRODUCTION) is Reason.NO_TOKEN


def test_a_call_under_way_ends_by_the_settings_it_began_with(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    under_way = directory.find(TEST)
    assert under_way is not None
    write(tmp_path, moved(), 2)
    directory.scan()
    assert under_way.validator.decide(TEST, None).reason is Reason.NO_TOKEN


def test_a_new_tenant_is_served_at_the_next_look(tmp_path: Path, follow: Follow) -> None:
    directory = follow()
    write(tmp_path)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN


def test_remembered_decisions_end_with_the_settings_they_were_made_by(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    server = acme.server().model_copy(update={"clients": ()})
    write(tmp_path, acme.settings().model_copy(update={"authorization_servers": (server,)}), 2)
    directory.scan()
    assert decide(directory, PRODUCTION, token()) is Reason.UNREGISTERED_CLIENT


def test_the_same_settings_with_a_new_revision_keep_what_is_remembered(
    tmp_path: Path, follow: Follow
) -> None:
    write(tmp_path)
    directory = follow()
    before = directory.find(PRODUCTION)
    write(tmp_path, revision=2)
    directory.scan()
    assert directory.find(PRODUCTION) == before


def test_a_deleted_file_closes_at_once(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path)
    write(tmp_path, other())
    directory = follow()
    file.unlink()
    directory.scan()
    assert decide(directory) is None
    assert decide(directory, OTHER_TEST) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_a_directory_that_is_gone_closes_every_tenant_at_once(tmp_path: Path, clock: Clock) -> None:
    place = tmp_path / "settings"
    place.mkdir()
    file = write(place)
    with SettingsDirectory(place, poll_seconds=10_000, clock=clock) as directory:
        file.unlink()
        place.rmdir()
        directory.scan()
        assert decide(directory) is None
        assert directory.readiness() == Readiness(
            ready=False,
            alarms={
                str(place): f"The directory of settings {place} is not there: every tenant is closed. "
                "Check the path, or that the volume is mounted."
            },
        )
        place.mkdir()
        write(place)
        directory.scan()
        assert decide(directory) is Reason.NO_TOKEN
        assert directory.readiness() == READY


BROKEN = [
    pytest.param("", "Invalid JSON", id="empty"),
    pytest.param('{"version":1', "Invalid JSON", id="cut"),
    pytest.param(b"\xff", "Invalid JSON", id="no text"),
    pytest.param("[]", "Input should be an object", id="a list"),
    pytest.param(json.dumps({"version": 2}), "version: Input should be 1", id="another version"),
    pytest.param(
        SettingsEnvelope.of(acme.settings(), 2).to_json().replace("production", "producti0n"),
        "the digest is not that of the settings",
        id="changed by hand",
    ),
    pytest.param(
        SettingsEnvelope.of(other(), 2).to_json(),
        "it holds the settings of 'other', whose file would be other.json",
        id="another tenant's",
    ),
    pytest.param(" " * (8 * 1024 * 1024 + 1), "it has more than 8388608 bytes", id="huge"),
    pytest.param(
        SettingsEnvelope.of(moved(), 6).to_json(),
        "it has revision 6, and 7 was seen already. To go back on purpose, delete the file first",
        id="a lower revision",
    ),
    pytest.param(
        SettingsEnvelope.of(acme.settings(), 6).to_json(), "revision 6, and 7 was seen", id="lower, the same"
    ),
    pytest.param(
        SettingsEnvelope.of(moved(), 7).to_json(),
        "it has revision 7 like the settings in force, but differs",
        id="the same revision",
    ),
]


@pytest.mark.parametrize(("content", "problem"), BROKEN)
def test_a_broken_file_leaves_the_last_good_settings_in_force_for_the_stated_time_and_then_closes(
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
    assert logged.startswith(f"{file} is not used: ")
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


def test_the_time_runs_from_the_first_broken_file_not_from_the_latest(
    tmp_path: Path, follow: Follow, clock: Clock
) -> None:
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


def test_a_mended_file_opens_again(tmp_path: Path, follow: Follow, clock: Clock) -> None:
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


def test_a_tenant_whose_first_file_is_broken_is_closed(tmp_path: Path, follow: Follow) -> None:
    (tmp_path / "acme.json").write_text("{")
    directory = follow()
    assert decide(directory) is None
    readiness = directory.readiness()
    assert (readiness.ready, set(readiness.alarms)) == (False, {"acme.json"})
    write(tmp_path)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_after_a_deletion_a_lower_revision_is_taken(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path, revision=7)
    directory = follow()
    file.unlink()
    directory.scan()
    write(tmp_path, revision=1)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_a_tenant_cannot_take_anothers_address(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    write(tmp_path, other())
    directory = follow()
    thief = other(production=PRODUCTION)
    write(tmp_path, thief, 2)
    directory.scan()
    place = directory.find(PRODUCTION)
    assert place is not None
    assert place.tenant == "acme"
    assert decide(directory, OTHER_TEST) is Reason.NO_TOKEN
    assert directory.readiness().alarms == {
        "other.json": f"{tmp_path / 'other.json'} is not used: one of its protected resources is, or is "
        "above or below, one of the tenant 'acme'."
    }
    (tmp_path / "acme.json").unlink()
    directory.scan()
    place = directory.find(PRODUCTION)
    assert place is not None
    assert place.tenant == "other"
    assert directory.readiness() == READY


def test_of_two_tenants_that_claim_one_address_from_the_start_neither_gets_it(
    tmp_path: Path, follow: Follow
) -> None:
    write(tmp_path)
    write(tmp_path, other(production=PRODUCTION))
    directory = follow()
    assert directory.find(PRODUCTION) is None
    assert not directory.readiness().ready


def test_an_address_can_move_from_one_tenant_to_another_at_one_look(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    write(tmp_path, other())
    directory = follow()
    write(tmp_path, moved(), 2)
    write(tmp_path, other(test=TEST), 2)
    directory.scan()
    place = directory.find(TEST)
    assert place is not None
    assert place.tenant == "other"
    assert directory.readiness() == READY


def test_links_as_kubernetes_swaps_them_are_followed(tmp_path: Path, follow: Follow) -> None:
    """A ConfigMap volume: files are links through `..data`, itself a link that is replaced by renaming."""
    for name, revision in (("..first", 1), ("..second", 2)):
        (tmp_path / name).mkdir()
        write(tmp_path / name, moved() if revision == 2 else None, revision)
    (tmp_path / "..data").symlink_to("..first")
    (tmp_path / "acme.json").symlink_to("..data/acme.json")
    directory = follow()
    assert decide(directory, TEST) is Reason.NO_TOKEN
    (tmp_path / "..data_tmp").symlink_to("..second")
    (tmp_path / "..data_tmp").rename(tmp_path / "..data")
    directory.scan()
    assert decide(directory, TEST) is None
    assert decide(directory, PRODUCTION) is Reason.NO_TOKEN
    (tmp_path / "..second" / "acme.json").unlink()
    directory.scan()
    assert decide(directory, PRODUCTION) is None


def test_a_file_written_in_place_with_its_old_size_and_time_is_noticed(
    tmp_path: Path, follow: Follow
) -> None:
    file = write(tmp_path)
    directory = follow()
    before = file.stat()
    file.write_bytes(b"x" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    directory.scan()
    assert directory.readiness().alarms.keys() == {"acme.json"}


def test_a_file_that_cannot_be_looked_at_is_broken_until_it_can(
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
            "acme.json": f"{tmp_path / 'acme.json'} is not used: [Errno 13] no access."
        }
    directory.scan()
    assert directory.readiness() == READY


def test_a_directory_that_cannot_be_read_leaves_all_in_force_for_the_stated_time(
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
                str(tmp_path): f"The directory of settings {tmp_path} cannot be read: [Errno 13] no access. "
                "What was loaded stays in force for 3600 seconds."
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


def test_an_unexpected_error_in_one_file_does_not_touch_the_others(
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
        "acme.json": f"{tmp_path / 'acme.json'} is not used: RecursionError."
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


def test_settings_that_nobody_looks_after_any_more_end(tmp_path: Path, follow: Follow, clock: Clock) -> None:
    write(tmp_path)
    directory = follow()
    clock.now += KEPT
    assert decide(directory) is Reason.NO_SETTINGS


def test_keys_of_servers_that_no_tenant_has_any_more_are_forgotten(
    tmp_path: Path, follow: Follow, keys: KeyCache
) -> None:
    file = write(tmp_path)
    directory = follow()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    assert keys.known([acme.server()])
    file.unlink()
    directory.scan()
    assert keys.known([acme.server()]) == {}


def test_token_requests_are_not_kept_in_memory(tmp_path: Path) -> None:
    request = TokenRequest(resource=TEST, token_endpoint=acme.AUTHORITY, parameters={})
    server = acme.server()
    clients = tuple(client.model_copy(update={"token_requests": (request,)}) for client in server.clients)
    whole = acme.settings().model_copy(
        update={"authorization_servers": (server.model_copy(update={"clients": clients}),)}
    )
    assert whole != acme.settings()
    assert read_settings(write(tmp_path, whole)).document == acme.settings()


def test_changes_are_found_in_the_background(tmp_path: Path) -> None:
    write(tmp_path)
    with SettingsDirectory(tmp_path, poll_seconds=0.01) as directory:
        assert decide(directory, TEST) is Reason.NO_TOKEN
        write(tmp_path, moved(), 2)
        end = time.monotonic() + 10
        while directory.find(TEST) is not None:
            assert time.monotonic() < end
            time.sleep(0.01)
