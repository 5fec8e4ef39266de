"""Lines that are added to a tenant's file."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.authorization_servers.adoption import Difference, TakenOver
from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.file_edit import with_adopted

_AGENT = TakenOver("Client/agent", "acme/2", (Difference("description", "", "Flow"),))
_BEFORE = """# The tenant acme
config:
  flow-mcp:tenant:
    id: acme  # in Flow
    workspaces:
      "1": {environments: [test]}
"""
_AFTER = """
  # Another key
  flow-mcp:instance: {server: https://app.example}
encryptionsalt: v1:x
"""


def _edited(tmp_path: Path, content: str) -> str:
    file = tmp_path / "Pulumi.acme.yaml"
    file.write_text(content, encoding="utf-8")
    edited = with_adopted(file, [_AGENT])
    assert file.read_text(encoding="utf-8") == content
    return edited


@pytest.mark.parametrize("after", ["", _AFTER])
def test_a_new_record_is_the_last_part_of_the_tenant(tmp_path: Path, after: str) -> None:
    record = """    adopted:
      # description is not set; the stack would set Flow.
      Client/agent:
        id: acme/2
"""
    assert _edited(tmp_path, _BEFORE + after) == _BEFORE + record + after


@pytest.mark.parametrize("after", ["", _AFTER])
def test_a_line_replaces_the_earlier_one_of_the_same_object(tmp_path: Path, after: str) -> None:
    adopted = """    adopted:
      Client/agent: {id: acme/1, keep: [name]}
      # Stays.
      Client/web:
        id: acme/9
"""
    expected = """    adopted:
      # Stays.
      Client/web:
        id: acme/9
      # description is not set; the stack would set Flow.
      Client/agent:
        id: acme/2
"""
    assert _edited(tmp_path, _BEFORE + adopted + after) == _BEFORE + expected + after


@pytest.mark.parametrize(
    "content",
    [
        "config: {'flow-mcp:tenant': {id: acme}}\n",
        "config:\n  flow-mcp:tenant: {id: acme}\n",
        "config:\n  flow-mcp:tenant:\n    id: acme\n    adopted: {Client/x: {leave: true}}\n",
        "config: [\n",
        "",
    ],
)
def test_a_file_of_another_form_is_not_edited_and_the_lines_are_shown(tmp_path: Path, content: str) -> None:
    with pytest.raises(AdoptError, match="Add these lines to flow-mcp:tenant by hand:\n    adopted:"):
        _edited(tmp_path, content)


@pytest.mark.parametrize("after", ["", _AFTER])
@pytest.mark.parametrize("adopted", ["", "    adopted:\n      Client/agent: {id: acme/1}\n"])
def test_a_file_with_the_line_ends_of_windows_keeps_them(tmp_path: Path, adopted: str, after: str) -> None:
    file = tmp_path / "Pulumi.acme.yaml"
    content = _BEFORE + adopted + after
    file.write_bytes(content.encode())
    edited = with_adopted(file, [_AGENT])
    file.write_bytes(content.replace("\n", "\r\n").encode())
    assert with_adopted(file, [_AGENT]) == edited.replace("\n", "\r\n")


def test_a_last_line_without_line_end_gets_one(tmp_path: Path) -> None:
    edited = _edited(tmp_path, _BEFORE)
    assert _edited(tmp_path, _BEFORE.removesuffix("\n")) == edited
