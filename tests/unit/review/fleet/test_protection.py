"""A protected tenant is not destroyed."""

from __future__ import annotations

import pytest

from flow_mcp.review.fleet.protection import require_unprotected
from flow_mcp.review.gate.errors import BlockedError
from tests.unit.declared import Stacks, tenant

_PROTECTED = "    protected: true\n"


def _protected(stacks: Stacks, text: str) -> None:
    stacks.write(text)
    require_unprotected(stacks.project, "acme")


def test_a_tenant_without_protection_can_be_destroyed(stacks: Stacks) -> None:
    _protected(stacks, tenant())
    _protected(stacks, tenant() + "    unknown: key\n")


@pytest.mark.parametrize("error", ["", "    unknown: key\n", "    workspaces: []\n"])
def test_an_error_elsewhere_in_the_file_does_not_end_the_protection(stacks: Stacks, error: str) -> None:
    with pytest.raises(BlockedError, match=r"^acme is protected\. To destroy it"):
        _protected(stacks, tenant() + _PROTECTED + error)


def test_a_file_that_cannot_be_read_protects_the_tenant(stacks: Stacks) -> None:
    with pytest.raises(BlockedError, match="it is not known whether it protects the tenant"):
        _protected(stacks, tenant() + _PROTECTED + "    [\n")
