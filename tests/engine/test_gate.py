"""The gate as a pipeline runs it, on the real engine with the stand-in for azuread."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.gate.apply import apply
from flow_mcp.review.gate.errors import DeviationError
from flow_mcp.review.gate.plan import Plan, Planner
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject
from tests.engine.contoso import AS_OF, ENTRA_TENANT, MARKER, NARROWED, SAMPLE, STACK, contoso_scratch
from tests.live.command import flow_mcp
from tests.own_rule import own_rule

Ran = subprocess.CompletedProcess[str]
OTHER = "4a1d6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
OTHER_PROGRAM = """
import pulumi

from flow_mcp.authorization_servers.mcp_server_settings import settings_of_stack

config = pulumi.Config()
tenant = {**config.require_object("tenant"), "manualRegistrations": {}}
instance = config.require_object("instance")
settings_of_stack(pulumi.get_stack(), {"tenant": tenant, "instance": instance})
"""
NO_DIGEST = f"sha256:{'0' * 64}"


class Contoso:
    """The sample stack, and the output of all commands on it."""

    def __init__(self, scratch: ScratchProject, stand_in: StandInProject) -> None:
        self.scratch = scratch
        self.stand_in = stand_in
        self.printed: list[str] = []

    def run(self, *arguments: str) -> Ran:
        completed = flow_mcp(self.scratch, *arguments, "--as-of", AS_OF)
        self.printed += [completed.stdout, completed.stderr]
        assert "Traceback" not in completed.stderr
        return completed

    def gate(self, *arguments: str) -> Ran:
        return self.run("gate", *arguments)

    def approved(self) -> str:
        """Return the digest of a preview of the present declaration."""
        assert self.gate("preview", STACK, "--digest-to", "digest").returncode == 3
        return self.written("digest").strip()

    def written(self, name: str) -> str:
        return (self.scratch.project.directory / name).read_text("utf-8")

    def objects(self) -> Mapping[str, list[str]]:
        """Return the names of the objects at the server by type."""
        with self.stand_in.server.account(ENTRA_TENANT) as account:
            return {
                kind: sorted(obj.get("displayName", "") for obj in account.of(kind))
                for kind in account.objects
                if account.of(kind)
            }

    def planner(self) -> Any:
        project = self.scratch.project
        return Planner.of(project, project.stack_files((STACK,)), date.fromisoformat(AS_OF))


@pytest.fixture
def contoso(stand_in: Callable[[str], StandInProject], monkeypatch: pytest.MonkeyPatch) -> Contoso:
    return Contoso(*contoso_scratch(stand_in, monkeypatch))


def test_exactly_the_approved_change_is_applied(contoso: Contoso) -> None:
    first = contoso.approved()
    assert DIGEST.fullmatch(first)
    shown = contoso.run("diff", STACK, "--json")
    assert (shown.returncode, json.loads(shown.stdout)["digest"]) == (3, first)

    done = contoso.gate("apply", STACK, "--approved", first, "--json")
    assert done.returncode == 0, done.stderr
    (tenant,) = json.loads(done.stdout)["tenants"]
    assert (len(tenant["applied"]), tenant["needless"], tenant["analyzed"]) == (
        30,
        [],
        True,
    )

    # A job that runs again has nothing to apply.
    again = contoso.gate("apply", STACK, "--approved", first)
    assert again.returncode == 0
    assert f"{STACK}: nothing to apply" in again.stdout

    contoso.scratch.declare(STACK, NARROWED)
    plan = contoso.gate("preview", STACK, "--format", "markdown", "--digest-to", "digest")
    second = contoso.written("digest").strip()
    assert (plan.returncode, second in plan.stdout, second != first) == (3, True, True)
    contoso.scratch.declare(STACK, NARROWED.replace("http://localhost/callback", "http://localhost/other"))
    refused = contoso.gate("apply", STACK, "--approved", second)
    assert (
        refused.returncode,
        f"nothing was applied: the approved digest is {second}" in refused.stderr,
    ) == (3, True)
    contoso.scratch.declare(STACK, NARROWED)
    done = contoso.gate("apply", STACK, "--approved", second, "--json")
    assert done.returncode == 0, done.stderr
    (tenant,) = json.loads(done.stdout)["tenants"]
    assert {(step["op"], step["urn"].rpartition("::")[2]) for step in tenant["applied"]} == {
        ("update", STACK),
        ("update", "nightly-agent"),
        ("delete", "nightly-agent/200/production"),
        ("replace", "importer"),
    }

    secrets = [*contoso.scratch.outputs(STACK, secrets=True)["clientSecrets"].values(), MARKER]
    assert [secret for secret in secrets if secret in "".join(contoso.printed)] == []


def test_change_rejected_by_a_policy_cannot_be_approved(contoso: Contoso) -> None:
    contoso.scratch.declare(STACK, SAMPLE.replace('issued: "2026-11-01"', 'issued: "2026-12-01"'))

    shown = contoso.gate("preview", STACK, "--format", "json", "--digest-to", "digest")
    assert (shown.returncode, contoso.written("digest")) == (4, "")
    assert json.loads(shown.stdout)["blocked"] is True

    digest = json.loads(shown.stdout)["digest"]
    refused = contoso.gate("apply", STACK, "--approved", digest, "--json")
    assert (refused.returncode, json.loads(refused.stdout)["tenants"]) == (4, [])
    assert "nothing was applied: a rule rejects the change" in refused.stderr
    assert "FLOWMCP-010" in refused.stderr
    assert contoso.objects() == {}


def test_no_tenant_is_changed_if_one_is_rejected(contoso: Contoso) -> None:
    other = SAMPLE.replace("id: contoso", "id: other").replace(ENTRA_TENANT, OTHER)
    contoso.stand_in.prepare(OTHER, groups={"planners": OTHER}, domains=["contoso.example"])
    contoso.scratch.declare("other", other.replace('issued: "2026-11-01"', 'issued: "2026-12-01"'))
    contoso.scratch.pulumi("stack", "select", "--create", "other")

    shown = contoso.gate("preview", "--format", "json")
    assert shown.returncode == 4, shown.stderr
    refused = contoso.gate("apply", "--approved", json.loads(shown.stdout)["digest"])

    assert refused.returncode == 4
    assert contoso.objects() == {}


def test_invalid_declaration_ends_before_pulumi_runs(contoso: Contoso) -> None:
    contoso.scratch.declare("twin", SAMPLE)
    shown = contoso.gate("preview", STACK)

    assert shown.returncode == 2
    assert "is the tenant contoso of https://flow.contoso.example/flow, which the stack twin" in shown.stderr
    assert "previewed" not in shown.stderr


def raising(pack: Path) -> None:
    own_rule(pack, "in_resource", f"int('{MARKER}')")


def raising_on_declarations(pack: Path) -> None:
    own_rule(pack, "in_declaration", f"int('{MARKER}')")


def missing(pack: Path) -> None:
    shutil.rmtree(pack)


def without_main(pack: Path) -> None:
    (pack / "__main__.py").write_text("", "utf-8")


@pytest.mark.parametrize("broken", [raising, raising_on_declarations, missing, without_main])
def test_broken_policy_pack_blocks_every_change(contoso: Contoso, broken: Callable[[Path], None]) -> None:
    pack = contoso.scratch.project.policies
    pack.unlink()
    shutil.copytree(REPOSITORY / "policies", pack)
    broken(pack)

    for arguments in (("apply", STACK, "--approved", NO_DIGEST), ("analyze", STACK)):
        assert contoso.gate(*arguments).returncode in {2, 4}
    assert MARKER not in "".join(contoso.printed)
    assert contoso.objects() == {}


def test_edits_between_preview_and_update_have_no_effect_or_end_the_update(contoso: Contoso) -> None:
    scratch, program = contoso.scratch, contoso.scratch.project.directory / "stacks" / "__main__.py"
    text = program.read_text("utf-8")

    def edited(plan: Plan) -> None:
        declared = plan.file.read_text("utf-8")
        plan.file.write_text(declared.replace("127.0.0.1/callback", "127.0.0.1/x"), "utf-8")

    def programmed(_: Plan) -> None:
        program.write_text(OTHER_PROGRAM, "utf-8")

    for change, what in (
        (edited, "another configuration of the stack"),
        (programmed, "contoso with another value of clientIdsOf.legacy-crm, "),
    ):
        with contoso.planner() as planner:
            plan = planner.plan(STACK)
            change(plan)
            with pytest.raises(
                DeviationError, match=f"MAKE AN UNAPPROVED CHANGE and was cancelled: .*{what}"
            ):
                apply(planner, plan)
        program.write_text(text, "utf-8")
        assert contoso.objects() == {}

    # What stands in the tenant's own file by now was not approved, and is not read.
    with contoso.planner() as planner:
        plan = planner.plan(STACK)
        scratch.declare(STACK, SAMPLE.replace("desktop:", "mobile:"))
        applied = apply(planner, plan)
    assert {step.urn for step in applied.steps} == {step.urn for step in plan.preview.steps}
    assert "mobile" not in str(contoso.objects())
    assert "Flow MCP contoso client desktop (flow.contoso.example/flow)" in str(contoso.objects())


def test_stack_file_without_an_encryption_salt_is_not_changed(contoso: Contoso) -> None:
    file = contoso.scratch.project.stack_file(STACK)
    file.write_text(SAMPLE.partition("encryptionsalt:")[0], "utf-8")

    refused = contoso.gate("preview", STACK)

    assert refused.returncode == 2
    assert f"the file of the stack {STACK} has no encryption salt; run `pulumi" in refused.stderr
    assert "encryptionsalt" not in file.read_text("utf-8")


def test_concurrent_changes_at_the_server_are_reported_as_a_deviation(contoso: Contoso) -> None:
    with contoso.planner() as planner:
        plan = planner.plan(STACK)
        contoso.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
        with pytest.raises(DeviationError, match="OMITTED AN APPROVED CHANGE"):
            apply(planner, plan)


def running_in(directory: Path) -> list[str]:
    """Return the commands of processes whose working directory is the directory or below it."""
    commands = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").resolve(strict=True).is_relative_to(directory.resolve()):
                commands.append((process / "cmdline").read_text("utf-8").replace("\0", " "))
    return commands


def test_interrupted_update_leaves_no_process_and_no_lock(contoso: Contoso) -> None:
    digest = contoso.approved()
    arguments = ["gate", "apply", STACK, "--approved", digest, "--as-of", AS_OF]
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("flow-mcp")), *arguments],
        cwd=contoso.scratch.project.directory,
        env=contoso.scratch.environment(),
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    while not list(contoso.scratch.state.rglob("locks/**/*.json")):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=120)

    assert (process.returncode, stderr.splitlines()[-1]) == (130, "flow-mcp: interrupted")
    assert list(contoso.scratch.state.rglob("locks/**/*.json")) == []
    deadline = time.monotonic() + 60
    while left := running_in(contoso.scratch.project.directory):
        assert time.monotonic() < deadline, left
    done = contoso.gate("apply", STACK, "--approved", contoso.approved())
    assert done.returncode == 0, done.stderr


def test_existing_resources_that_break_a_policy_fail_the_gate(contoso: Contoso) -> None:
    contoso.scratch.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    state = json.loads(contoso.scratch.pulumi("stack", "export", "--stack", STACK).stdout)
    resources = state["deployment"]["resources"]
    (stack,) = (resource for resource in resources if resource["type"] == "pulumi:pulumi:Stack")
    stack["outputs"]["authority"] = "http://login.example/\x1b[31m"
    file = contoso.scratch.directory / "state.json"
    file.write_text(json.dumps(state), "utf-8")
    contoso.scratch.pulumi("stack", "import", "--stack", STACK, "--file", str(file))

    analysis = contoso.gate("analyze")

    assert analysis.returncode == 4
    assert "FLOWMCP-001 blocked at flow-mcp-contoso: authority is neither an https address" in analysis.stdout
    assert "\x1b" not in analysis.stdout + analysis.stderr
