"""Tests of loading and reloading a settings directory."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.runtime import KeyCache, Reason
from flow_mcp.runtime.directory import SettingsDirectory, SettingsDirectoryError
from flow_mcp.runtime.settings_file import read_settings
from flow_mcp.runtime.tenants import Readiness
from flow_mcp.settings import TokenRequest
from tests.unit.runtime import acme
from tests.unit.runtime.acme import PRODUCTION, TEST, token
from tests.unit.runtime.following import KEPT, READY, Follow, decide, moved, write
from tests.unit.runtime.network import Clock
from tests.unit.runtime.test_tenants import OTHER_TEST, other


def test_each_file_is_a_tenant(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    write(tmp_path, other())
    directory = follow()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    assert decide(directory, OTHER_TEST) is Reason.NO_TOKEN
    assert decide(directory, PRODUCTION.replace("acme", "nobody")) is None
    assert directory.readiness() == READY


def test_an_empty_directory_is_ready_and_allows_no_calls(follow: Follow) -> None:
    directory = follow()
    assert directory.find(PRODUCTION) is None
    assert directory.readiness() == READY


def test_a_missing_directory_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "absent", tmp_path / "file"):
        with pytest.raises(SettingsDirectoryError, match="does not exist") as raised:
            SettingsDirectory(path)
        assert isinstance(raised.value, FlowMcpError)


def test_other_files_are_ignored(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path)
    (tmp_path / "README.md").write_text("")
    (tmp_path / ".acme.json").write_text("{")
    (tmp_path / "acme.json~").write_text("{")
    file.with_name("old.json.bak").write_text("{")
    assert follow().readiness() == READY


def test_a_new_revision_is_loaded_by_the_next_scan(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    write(tmp_path, moved(), 2)
    assert decide(directory, TEST) is Reason.NO_TOKEN
    directory.scan()
    assert decide(directory, TEST) is None
    assert decide(directory, PRODUCTION) is Reason.NO_TOKEN


def test_a_running_call_keeps_its_settings(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    under_way = directory.find(TEST)
    assert under_way is not None
    write(tmp_path, moved(), 2)
    directory.scan()
    assert under_way.validator.decide(TEST, None).reason is Reason.NO_TOKEN


def test_a_new_tenant_is_loaded_by_the_next_scan(tmp_path: Path, follow: Follow) -> None:
    directory = follow()
    write(tmp_path)
    directory.scan()
    assert decide(directory) is Reason.NO_TOKEN


def test_cached_decisions_end_with_their_settings(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    assert decide(directory, PRODUCTION, token()) is Reason.ALLOWED
    server = acme.server().model_copy(update={"clients": ()})
    write(tmp_path, acme.settings().model_copy(update={"authorization_servers": (server,)}), 2)
    directory.scan()
    assert decide(directory, PRODUCTION, token()) is Reason.UNREGISTERED_CLIENT


def test_equal_settings_with_a_new_revision_keep_the_cache(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    directory = follow()
    before = directory.find(PRODUCTION)
    write(tmp_path, revision=2)
    directory.scan()
    assert directory.find(PRODUCTION) == before


def test_deleting_a_file_closes_the_tenant_at_once(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path)
    write(tmp_path, other())
    directory = follow()
    file.unlink()
    directory.scan()
    assert decide(directory) is None
    assert decide(directory, OTHER_TEST) is Reason.NO_TOKEN
    assert directory.readiness() == READY


def test_a_deleted_directory_closes_all_tenants_at_once(tmp_path: Path, clock: Clock) -> None:
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
                str(place): f"The settings directory {place} does not exist: every tenant is closed. "
                "Check the path, or mount the volume."
            },
        )
        place.mkdir()
        write(place)
        directory.scan()
        assert decide(directory) is Reason.NO_TOKEN
        assert directory.readiness() == READY


def test_a_tenant_cannot_claim_an_address_of_another(tmp_path: Path, follow: Follow) -> None:
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
        "other.json": f"{tmp_path / 'other.json'} was rejected: one of its protected resources is "
        "equal to, above or below a protected resource of the tenant 'acme'."
    }
    (tmp_path / "acme.json").unlink()
    directory.scan()
    place = directory.find(PRODUCTION)
    assert place is not None
    assert place.tenant == "other"
    assert directory.readiness() == READY


def test_two_tenants_with_one_address_at_the_start_are_both_closed(tmp_path: Path, follow: Follow) -> None:
    write(tmp_path)
    write(tmp_path, other(production=PRODUCTION))
    directory = follow()
    assert directory.find(PRODUCTION) is None
    assert not directory.readiness().ready


def test_an_address_can_move_between_tenants_in_one_scan(tmp_path: Path, follow: Follow) -> None:
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


def test_swapped_links_of_kubernetes_are_reloaded(tmp_path: Path, follow: Follow) -> None:
    """A ConfigMap volume: its files are links through `..data`, a link that is replaced by renaming."""
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


def test_a_file_rewritten_with_equal_size_and_time_is_reloaded(tmp_path: Path, follow: Follow) -> None:
    file = write(tmp_path)
    directory = follow()
    before = file.stat()
    file.write_bytes(b"x" * before.st_size)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    directory.scan()
    assert directory.readiness().alarms.keys() == {"acme.json"}


def test_settings_expire_if_scans_stop(tmp_path: Path, follow: Follow, clock: Clock) -> None:
    write(tmp_path)
    directory = follow()
    clock.now += KEPT
    assert decide(directory) is Reason.NO_SETTINGS


def test_keys_of_unused_servers_are_removed(tmp_path: Path, follow: Follow, keys: KeyCache) -> None:
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
