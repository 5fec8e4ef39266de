"""All rules on the sample stacks, today and in later years."""

from __future__ import annotations

from datetime import date

import pytest

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.review.policy.evaluation import evaluate
from flow_mcp.review.policy.pack import Pack
from tests.conftest import REPOSITORY

PROJECT = Project(REPOSITORY)


@pytest.mark.parametrize("day", ["2026-11-25", "2027-04-20", "2027-05-01", "2036-11-25"])
def test_no_sample_has_a_blocking_finding_and_expiring_secrets_are_reported(day: str) -> None:
    pack, instance, as_of = Pack.load(PROJECT.policies), instance_of(PROJECT.file), date.fromisoformat(day)
    judged = {
        stack: evaluate(pack, from_file(file, instance).declaration, as_of)
        for stack, file in PROJECT.stack_files(PROJECT.stacks()).items()
    }

    assert [each for all_of_stack in judged.values() for each in all_of_stack if each.blocks] == []
    assert {
        (stack, *each.path[1:2])
        for stack, found in judged.items()
        for each in found
        if each.rule_id == "FLOWMCP-011"
    } == (
        set()
        if day == "2026-11-25"
        else {("contoso", "importer"), ("contoso", "portal"), ("fabrikam", "nightly-agent")}
    )
