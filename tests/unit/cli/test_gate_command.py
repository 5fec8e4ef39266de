"""What `flow-mcp gate preview` shows if tenants could not be previewed."""

from __future__ import annotations

from datetime import date

import pytest

from flow_mcp.cli.gate import show_previewed
from flow_mcp.engine.project import Project
from flow_mcp.review.diff.outcome import Outcome as Diffs
from flow_mcp.review.diff.rendering.source_locations import Places
from flow_mcp.review.fleet.gate import Gated
from flow_mcp.review.fleet.result import Outcome, Result
from flow_mcp.review.policy.pack import Pack
from tests.conftest import REPOSITORY

_PROJECT = Project(REPOSITORY)
_PLACES, _PACK = Places(_PROJECT, {}), Pack.load(_PROJECT.policies)


def _gated(*results: Result) -> Gated:
    return Gated(Diffs((), "preview", date(2026, 11, 25)), (), Outcome(results))


def test_a_tenant_that_could_not_be_previewed_is_not_shown_as_unchanged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = _gated(Result("ac_me", "failed", "changed", message="Pulumi failed"))
    show_previewed(failed, _PLACES, _PACK, "text")
    assert capsys.readouterr().out == ""
    show_previewed(failed, _PLACES, _PACK, "markdown")
    assert capsys.readouterr().out == (
        "\n**Unknown changes**: ac\\_me could not be previewed. The job's log has the reasons.\n"
    )
    show_previewed(failed, _PLACES, _PACK, "json")
    assert '"tenants": []' in capsys.readouterr().out


def test_without_changed_tenants_no_change_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    show_previewed(_gated(Result("acme", "unchanged", "unchanged")), _PLACES, _PACK, "text")
    assert "no change\ndigest sha256:" in capsys.readouterr().out
