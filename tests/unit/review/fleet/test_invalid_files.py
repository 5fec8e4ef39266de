"""An invalid file fails only its own tenant."""

from __future__ import annotations

from flow_mcp.review.fleet.invalid_files import problems
from tests.unit.declared import SERVER, Stacks, tenant


def other(name: str) -> str:
    return tenant(server=SERVER.replace("acme", name)).replace("id: acme", f"id: {name}")


def test_only_the_tenant_with_the_invalid_file_has_problems(stacks: Stacks) -> None:
    stacks.write(tenant())
    stacks.write("config: [", "invalid")
    stacks.write(other("globex"), "globex")
    found = problems(stacks.project, ["acme", "invalid", "globex"])
    assert list(found) == ["invalid"]
    assert problems(stacks.project, ["acme", "globex"]) == {}


def test_two_files_that_declare_the_same_tenant_are_both_invalid(stacks: Stacks) -> None:
    stacks.write(tenant())
    stacks.write(tenant(), "twin")
    stacks.write(other("globex"), "globex")
    found = problems(stacks.project, ["acme", "globex", "twin"])
    assert list(found) == ["acme", "twin"]
    assert "which the stack twin also declares" in found["acme"][0].message
    assert "which the stack acme also declares" in found["twin"][0].message
    # Also if the other one is not selected.
    assert list(problems(stacks.project, ["twin"])) == ["twin"]
