"""A broken file is a problem of its own tenant."""

from __future__ import annotations

from flow_mcp.review.fleet.declared import problems
from tests.unit.declared import SERVER, Stacks, tenant


def other(name: str) -> str:
    return tenant(server=SERVER.replace("acme", name)).replace("id: acme", f"id: {name}")


def test_only_the_tenant_with_the_broken_file_has_problems(stacks: Stacks) -> None:
    stacks.write(tenant())
    stacks.write("config: [", "broken")
    stacks.write(other("globex"), "globex")
    found = problems(stacks.project, ["acme", "broken", "globex"])
    assert list(found) == ["broken"]
    assert problems(stacks.project, ["acme", "globex"]) == {}


def test_of_two_that_declare_the_same_tenant_neither_may_be_run(stacks: Stacks) -> None:
    stacks.write(tenant())
    stacks.write(tenant(), "twin")
    stacks.write(other("globex"), "globex")
    found = problems(stacks.project, ["acme", "globex", "twin"])
    assert list(found) == ["acme", "twin"]
    assert "which the stack twin also declares" in found["acme"][0].message
    assert "which the stack acme also declares" in found["twin"][0].message
    # Also where the other one is not asked for.
    assert list(problems(stacks.project, ["twin"])) == ["twin"]
