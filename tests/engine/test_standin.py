"""The stand-in plugin on the real engine: it follows the SDK and rejects everything else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from tests.engine.conftest import StandInProject

TENANT = "11111111-2222-4333-8444-555555555555"
PROGRAM = f'''
import pulumi
import pulumi_azuread as azuread

provider = azuread.Provider("provider", tenant_id="{TENANT}")
opts = pulumi.ResourceOptions(provider=provider)
'''
APPLICATION = """
app = azuread.Application("app", display_name="one", opts=opts)
password = azuread.ApplicationPassword(
    "password", application_id=app.id, end_date="2027-01-01T00:00:00Z", opts=opts)
app.client_id.apply(lambda _: pulumi.log.warn("the client ID is known"))
pulumi.export("clientId", app.client_id)
pulumi.export("password", password.value)
"""


@pytest.fixture
def azuread(stand_in: Callable[[str], StandInProject]) -> StandInProject:
    project = stand_in("azuread")
    project.scratch.declare("small", "config:\n  flow-mcp:tenant: {}")
    return project


def program(azuread: StandInProject, text: str) -> None:
    file = azuread.scratch.project.directory / "stacks" / "__main__.py"
    file.write_text(PROGRAM + text, encoding="utf-8")


def changes(azuread: StandInProject, *arguments: str) -> Any:
    """Return the number of steps of a preview by kind."""
    previewed = azuread.scratch.pulumi("preview", "--json", "--stack", "small", *arguments).stdout
    return json.loads(previewed)["changeSummary"]


def test_lifecycle_of_a_program(azuread: StandInProject) -> None:
    program(azuread, APPLICATION)
    azuread.scratch.pulumi("stack", "select", "--create", "small")
    previewed = azuread.scratch.pulumi("preview", "--stack", "small").stdout
    assert "the client ID is known" not in previewed
    with azuread.server.account(TENANT) as account:
        assert account.objects == {}

    updated = azuread.scratch.pulumi("up", "--yes", "--stack", "small").stdout
    assert "the client ID is known" in updated
    outputs = azuread.scratch.outputs("small")
    assert UUID(outputs["clientId"]).version == 4
    assert outputs["password"] == "[secret]"
    unchanged = ("--stack", "small", "--expect-no-changes")
    azuread.scratch.pulumi("up", "--yes", "--skip-preview", *unchanged)
    azuread.scratch.pulumi("refresh", "--yes", "--skip-preview", *unchanged)

    program(azuread, APPLICATION.replace('"one"', '"two"').replace("2027", "2028"))
    assert changes(azuread) == {"replace": 1, "same": 2, "update": 1}
    azuread.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", "small")
    assert azuread.scratch.outputs("small")["clientId"] == outputs["clientId"]

    with azuread.server.account(TENANT) as account:
        account.objects.pop("azuread:index/applicationPassword:ApplicationPassword")
    assert changes(azuread, "--refresh") == {"create": 1, "same": 3}
    azuread.scratch.pulumi("destroy", "--yes", "--skip-preview", "--stack", "small")
    with azuread.server.account(TENANT) as account:
        assert [objects for objects in account.objects.values() if objects] == []


def test_input_unknown_to_the_sdk_is_rejected_in_a_preview(azuread: StandInProject) -> None:
    program(azuread, 'azuread.Application("app", display_name="x", identifier_uris=[True], opts=opts)')
    azuread.scratch.pulumi("stack", "select", "--create", "small")
    previewed = azuread.scratch.pulumi("preview", "--stack", "small", check=False)
    assert previewed.returncode != 0
    assert "expected string, got bool" in previewed.stdout


def test_function_without_a_rule_is_rejected(azuread: StandInProject) -> None:
    program(
        azuread, 'azuread.get_user(user_principal_name="x", opts=pulumi.InvokeOptions(provider=provider))'
    )
    azuread.scratch.pulumi("stack", "select", "--create", "small")
    previewed = azuread.scratch.pulumi("preview", "--stack", "small", check=False)
    assert previewed.returncode != 0
    assert "the stand-in does not serve azuread:index/getUser:getUser" in previewed.stdout
