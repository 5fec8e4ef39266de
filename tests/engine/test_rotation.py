"""Secrets are rotated on the real engine with stand-ins. Entra and Auth0 take no part in it."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.engine.conftest import StandInProject
from tests.engine.contoso import ENTRA_TENANT, SAMPLE
from tests.live.command import flow_mcp
from tests.standin.auth0_rules import CREDENTIALS
from tests.standin.azuread_rules import PASSWORD

_PLANNERS = "aaaaaaaa-0000-4000-8000-000000000001"
_AUTH0 = """\
config:
  flow-mcp:tenant:
    id: initech
    workspaces:
      "31": {environments: [test]}
    authorizationServer:
      auth0: {domain: initech.eu.auth0.com}
    clients:
      agent:
        grant: client-credentials
        access: [31/test]
        secret: {issued: 2026-08-01, rotateAfter: 90d}
"""


def _changes(project: StandInProject, stack: str) -> dict[str, int]:
    printed = project.scratch.pulumi("preview", "--json", "--stack", stack).stdout
    summary: dict[str, int] = json.loads(printed)["changeSummary"]
    return {operation: count for operation, count in summary.items() if operation != "same"}


def _up(project: StandInProject, stack: str) -> dict[str, str]:
    """Update the stack, and return the secrets in its outputs."""
    project.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
    secrets: dict[str, str] = project.scratch.outputs(stack, secrets=True)["clientSecrets"]
    return secrets


def _rotate(project: StandInProject, stack: str, *arguments: str, code: int = 0) -> str:
    result = flow_mcp(project.scratch, "rotate", stack, *arguments)
    assert result.returncode == code, result.stdout + result.stderr
    return result.stdout


def _passwords(project: StandInProject) -> dict[str, str]:
    """Return the passwords of all applications in the Entra tenant: key ID → end date."""
    with project.server.account(ENTRA_TENANT) as account:
        return {password["keyId"]: password["endDate"] for password in account.of(PASSWORD)}


def test_an_application_at_entra_has_two_passwords_during_a_rotation(
    stand_in: Callable[[str], StandInProject],
) -> None:
    project = stand_in("azuread")
    project.prepare(ENTRA_TENANT, groups={"planners": _PLANNERS}, domains=["contoso.example"])
    project.scratch.declare("contoso", SAMPLE)
    project.scratch.pulumi("stack", "select", "--create", "contoso")
    # A stack whose file declares no rotation, as those of earlier versions.
    before, passwords = _up(project, "contoso"), _passwords(project)
    file = project.scratch.project.stack_file("contoso")
    secret = 'access: ["200/test"]\n        secret: {issued: "2026-11-01", lifetime: 180d'
    text = file.read_text(encoding="utf-8")
    assert secret in text
    file.write_text(text.replace(secret, f"{secret}, rotateAfter: 90d, overlap: 7d"), encoding="utf-8")

    assert "importer: started." in _rotate(project, "contoso", "--due", "--as-of", "2027-01-30")
    assert _changes(project, "contoso") == {"create": 1, "update": 1}
    during = _up(project, "contoso")
    added = _passwords(project).keys() - passwords.keys()
    assert (len(added), passwords.items() <= _passwords(project).items()) == (1, True)
    assert [_passwords(project)[key] for key in added] == ["2027-07-29T00:00:00Z"]
    assert {name for name in during if during[name] != before[name]} == {"importer"}

    assert "importer: finished." in _rotate(project, "contoso", "--due", "--as-of", "2027-02-06")
    assert _changes(project, "contoso") == {"delete": 1, "update": 1}
    assert _up(project, "contoso") == during
    assert added <= _passwords(project).keys()
    assert len(_passwords(project)) == len(passwords)
    assert _changes(project, "contoso") == {}


def test_a_rotation_at_auth0_needs_consent_to_its_gap(stand_in: Callable[[str], StandInProject]) -> None:
    project = stand_in("auth0")
    project.prepare("initech.eu.auth0.com")
    project.scratch.declare("initech", _AUTH0)
    project.scratch.pulumi("stack", "select", "--create", "initech")
    before = _up(project, "initech")

    refused = _rotate(project, "initech", "--due", "--as-of", "2026-11-30", code=3)
    assert "The update ends the present secret. Until agent has its new secret" in refused
    _rotate(project, "initech", "--due", "--as-of", "2026-11-30", "--allow-gap")
    assert _changes(project, "initech") == {"update": 2}
    after = _up(project, "initech")
    with project.server.account("initech.eu.auth0.com") as account:
        (credentials,) = account.of(CREDENTIALS)
    assert (after["agent"] != before["agent"], after["agent"]) == (True, credentials["clientSecret"])
