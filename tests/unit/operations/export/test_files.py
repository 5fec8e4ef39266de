"""Files that are replaced as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.operations.export import files
from flow_mcp.operations.export.errors import ExportError


def test_a_replaced_file_keeps_its_mode_and_its_links(tmp_path: Path) -> None:
    file, link = tmp_path / "Pulumi.acme.yaml", tmp_path / "linked.yaml"
    file.write_bytes(b"a\r\n")
    file.chmod(0o640)
    link.symlink_to(file)
    assert files.replace_text(link, "b\r\n")
    assert not files.replace_text(link, "b\r\n")
    assert link.is_symlink()
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"b\r\n", 0o640)
    assert sorted(tmp_path.iterdir()) == [file, link]


def test_a_file_that_does_not_exist_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="cannot be written"):
        files.replace_text(tmp_path / "absent.yaml", "b")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", "\n"), ("a", "\n"), ("a\r", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb\n", "\r\n"), ("\r\n", "\r\n")],
)
def test_the_first_line_decides_the_line_end(text: str, expected: str) -> None:
    assert files.line_end(text) == expected
