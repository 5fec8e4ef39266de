"""The table of the kinds of authorization servers."""

from __future__ import annotations

from flow_mcp.authorization_servers import KINDS
from flow_mcp.operations.drift.detect import BY_KIND


def test_drift_is_found_on_each_kind_of_authorization_server() -> None:
    assert BY_KIND.keys() == set(KINDS)
