"""Objects that exist although the stack's state does not have them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from flow_mcp.authorization_servers.adoption import TakenOver
from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import NotAppliedError
from flow_mcp.operations.adopt import recreated
from flow_mcp.operations.drift.refresh import Refreshed
from tests.unit.authorization_servers.auth0 import hooli

_FLOW = f"name: flow-mcp\nconfig:\n  flow-mcp:instance:\n    default: {{server: {hooli.SERVER}}}\n"


def _recreated(
    directory: Path, tenant: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> tuple[TakenOver, ...]:
    """Return the recreated objects of a stack without a state. Auth0 has an object that it declares."""
    (directory / "Pulumi.yaml").write_text(_FLOW)
    (directory / "stacks").mkdir()
    file = directory / "stacks" / "Pulumi.hooli.yaml"
    file.write_text(yaml.safe_dump({"config": {"flow-mcp:tenant": tenant}}))
    project = Project(directory)

    def not_applied(*_: Any) -> Refreshed:
        raise NotAppliedError("the stack hooli has no settings yet")

    def existing(comparison: Refreshed, _: Any) -> tuple[TakenOver, ...]:
        assert comparison.resources == ()
        return (TakenOver(f"ResourceServer/{comparison.declaration.resources[0].key}", "api-1"),)

    monkeypatch.setattr(recreated, "refreshed", not_applied)
    monkeypatch.setitem(recreated.BY_KIND, "auth0", existing)
    engine: Any = SimpleNamespace(stacks=SimpleNamespace(project=project))
    return recreated.recreated_objects(engine, "hooli", lambda _: None)


def test_a_stack_without_a_state_takes_over_what_its_file_declares_at_auth0(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_over = _recreated(tmp_path, hooli.tenant(), monkeypatch)
    assert taken_over == (TakenOver("ResourceServer/7/production", "api-1"),)
