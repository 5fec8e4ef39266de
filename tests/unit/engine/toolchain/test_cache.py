from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.engine.toolchain import cache
from flow_mcp.engine.toolchain.errors import ToolchainError
from tests.unit.engine.toolchain.conftest import Machine, RecordedProgress


def test_a_program_is_placed_once_as_a_hard_link(tmp_path: Path) -> None:
    file, target = tmp_path / "file", tmp_path / "bin" / "program"
    file.write_text("one")
    assert cache.place(file, target, link=False)
    assert not cache.place(file, target, link=False)
    assert target.samefile(file)
    assert not target.is_symlink()


def test_another_version_replaces_the_placed_one(tmp_path: Path) -> None:
    one, two, target = tmp_path / "one", tmp_path / "two", tmp_path / "bin" / "program"
    one.write_text("one")
    two.write_text("the second")
    cache.place(one, target, link=False)
    assert cache.place(two, target, link=False)
    assert (target.read_text(), one.read_text()) == ("the second", "one")
    assert [file.name for file in target.parent.iterdir()] == ["program"]


def test_across_file_systems_a_program_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_file: Path, _target: Path) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    file, target = tmp_path / "file", tmp_path / "program"
    file.write_text("one")
    assert cache.place(file, target, link=False)
    assert not cache.place(file, target, link=False)
    assert (target.read_text(), target.samefile(file)) == ("one", False)


def test_an_installed_program_is_linked_and_replaced_by_a_built_one(tmp_path: Path) -> None:
    file, target = tmp_path / "file", tmp_path / "program"
    file.write_text("one")
    assert cache.place(file, target, link=True)
    assert not cache.place(file, target, link=True)
    assert target.readlink() == file
    assert cache.place(file, target, link=False)
    assert not target.is_symlink()


@pytest.mark.parametrize("link", [True, False])
def test_two_processes_can_place_a_program_at_the_same_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, link: bool
) -> None:
    file, target = tmp_path / "file", tmp_path / "bin" / "program"
    file.write_text("one")
    replace = Path.replace

    def replace_after_another_process(new: Path, final: Path) -> Path:
        monkeypatch.undo()
        assert cache.place(file, target, link=link)
        return replace(new, final)

    monkeypatch.setattr(Path, "replace", replace_after_another_process)
    assert cache.place(file, target, link=link)
    assert target.samefile(file)
    assert list(target.parent.iterdir()) == [target]


def test_a_cache_that_cannot_be_written_is_reported(machine: Machine, progress: RecordedProgress) -> None:
    machine.cache.parent.mkdir(parents=True)
    machine.cache.write_text("a file in the way")
    with pytest.raises(ToolchainError) as raised:
        cache.entry("name", lambda _: None, progress)
    assert str(raised.value).startswith(f"cannot write to the cache directory {machine.cache}: ")
