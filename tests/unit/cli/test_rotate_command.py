"""`flow-mcp rotate` on a tenant's file. The hand-over is tested in operations/rotate and live."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from flow_mcp.cli.rotate import command
from tests.unit.declared import Stacks, tenant
from tests.unit.operations.rotate.rotating import AUTH0, OVERLAP, agent


def _run(stacks: Stacks, *arguments: str, tenants: tuple[str, ...] = ("acme",)) -> Result:
    project = str(stacks.project.directory)
    return CliRunner().invoke(command, [*tenants, *arguments, "--project", project, "--as-of", "2026-11-30"])


def test_a_due_rotation_is_recorded_and_the_next_command_is_printed(stacks: Stacks) -> None:
    stacks.write(tenant(agent(f"{{issued: 2026-09-01, {OVERLAP}}}")))
    result = _run(stacks, "--due")
    assert (result.exit_code, result.stdout) == (
        0,
        "acme: agent: started. Both secrets are valid from the update until the rotation is finished, for "
        "7d.\n"
        "stacks/Pulumi.acme.yaml was changed. Apply it:\n  pulumi up --stack acme\n",
    )
    again = _run(stacks, "--due", "--json")
    assert (again.exit_code, json.loads(again.stdout)) == (
        0,
        {
            "asOf": "2026-11-30",
            "tenants": [
                {
                    "tenant": "acme",
                    "changed": False,
                    "clients": [
                        {
                            "client": "agent",
                            "action": "unchanged",
                            "reason": "Its rotation of 2026-11-30 is in progress until 2026-12-07.",
                        }
                    ],
                }
            ],
        },
    )


def test_a_rotation_with_a_gap_ends_with_the_code_for_consent(stacks: Stacks) -> None:
    stacks.write(tenant(agent("{issued: 2026-08-01, rotateAfter: 90d}"), server=AUTH0))
    refused = _run(stacks, "agent")
    assert refused.exit_code == 3
    assert refused.stdout.startswith("acme: agent: refused. The update ends the present secret.")
    assert _run(stacks, "agent", "--allow-gap").exit_code == 0


def test_what_is_due_in_all_tenants_is_recorded(stacks: Stacks) -> None:
    due = tenant(agent(f"{{issued: 2026-09-01, {OVERLAP}}}"))
    later = tenant(agent(f"{{issued: 2026-11-01, {OVERLAP}}}")).replace("id: acme", "id: globex")
    stacks.write(due)
    stacks.write(later.replace("name: acme", "name: globex"), "globex")
    result = _run(stacks, "--due", "--json", tenants=())
    listed = json.loads(result.stdout)["tenants"]
    assert [(item["tenant"], item["changed"]) for item in listed] == [("acme", True), ("globex", False)]
    without = _run(stacks, tenants=())
    assert (without.exit_code, "name a TENANT, or use --due" in without.stderr) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--due", "--finish"), "exclude each other"),
        (("--to", "file:agent.json"), "need a CLIENT"),
    ],
)
def test_options_that_contradict_each_other_are_rejected(
    stacks: Stacks, arguments: tuple[str, ...], message: str
) -> None:
    stacks.write(tenant(agent(f"{{{OVERLAP}}}")))
    result = _run(stacks, *arguments)
    assert (result.exit_code, message in result.stderr) == (2, True)


def test_a_tenant_without_rotations_is_left_as_it_is(stacks: Stacks) -> None:
    stacks.write(tenant("a:\n  grant: client-credentials\n  access: ['*']\n"))
    assert _run(stacks, "--due").stdout == "acme: No client declares a rotation.\n"
