from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.local.keycloak.errors import LocalKeycloakError
from flow_mcp.local.keycloak.state import Record, State


@pytest.fixture
def state(tmp_path: Path) -> State:
    state_directory = State(tmp_path / "state")
    state_directory.create()
    return state_directory


def test_a_record_is_read_as_it_was_written(state: State) -> None:
    record = Record(source="maven", port=8180, pid=7, started="then")
    state.remember(record)
    assert state.record() == record


def test_a_damaged_record_is_an_error_with_a_remedy(state: State) -> None:
    (state.directory / "server.json").write_text("{")
    with pytest.raises(LocalKeycloakError, match=r"server\.json is damaged .*\. Delete it and start again\."):
        state.record()


def test_the_password_is_made_once_and_for_its_owner_only(state: State) -> None:
    password = state.password()
    assert state.password() == password
    assert len(password) == 32
    assert state.password_file.stat().st_mode & 0o777 == 0o600
    assert state.directory.stat().st_mode & 0o777 == 0o700


def test_no_new_password_is_made_for_existing_data(state: State) -> None:
    state.remember(Record(source="maven", port=8180))
    with pytest.raises(LocalKeycloakError, match="admin-password is missing"):
        state.password()


def test_removal_keeps_files_of_others(state: State) -> None:
    state.password()
    other_file = state.directory / "notes.txt"
    other_file.touch()
    state.remove()
    assert list(state.directory.iterdir()) == [other_file]


def test_a_state_directory_that_cannot_be_created_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalKeycloakError, match=r"Choose another directory with --state\.$"):
        State(tmp_path / "file" / "state").create()
