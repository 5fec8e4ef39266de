"""The data of a real preview; the authorization server is the stand-in for azuread."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.python_host.hosts import PythonHosts
from flow_mcp.engine.stacks import Stacks
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.pack_self_test import self_test
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.preview import Preview, preview
from flow_mcp.review.preview.state import analyze
from tests.conftest import REPOSITORY
from tests.engine.conftest import StandInProject
from tests.engine.contoso import MARKER, NARROWED, SAMPLE, STACK, contoso_scratch
from tests.own_rule import own_rule

FEWER = """
from pulumi_policy import PolicyPack

from flow_mcp.review.policy.pulumi_policies import policies
from flow_mcp.review.policy.rules import RULES

PolicyPack("flow-mcp", [each for each in policies(RULES) if each.name.startswith("FLOWMCP-001")])
"""
BROKEN = {
    "a rule that raises": (
        "own rule",
        f"raise ValueError('{MARKER}')",
        "failed: failed to run policy: .*rule TEST-001 failed on .*: ValueError$",
    ),
    "a pack that cannot start": (
        "__main__.py",
        "raise RuntimeError('broken pack')\n",
        "ended early, with exit code 1: policy pack not started: .*; RuntimeError: broken pack$",
    ),
    "a pack that starts no policy": (
        "__main__.py",
        "from pulumi_policy import PolicyPack\n\nPolicyPack('flow-mcp', [])\n",
        "ended early, with exit code 1: policy pack not started",
    ),
    "a pack that starts fewer policies": (
        "__main__.py",
        FEWER,
        "the policy pack did not evaluate FLOWMCP-000, FLOWMCP-000-outputs, ",
    ),
    "a pack that dies": (
        "own rule",
        "import os\nos._exit(1)",
        "failed: failed to run policy: ",
    ),
    "no pack": (
        "PulumiPolicy.yaml",
        None,
        "ended early, .*: failed to load Pulumi policy project",
    ),
}
WRONG = {"PULUMI_CONFIG_PASSPHRASE": MARKER, "PULUMI_CONFIG_PASSPHRASE_FILE": ""}


@pytest.fixture
def contoso(stand_in: Callable[[str], StandInProject], monkeypatch: pytest.MonkeyPatch) -> ScratchProject:
    return contoso_scratch(stand_in, monkeypatch)[0]


def engine(scratch: ScratchProject) -> Engine:
    return Engine(Stacks.of(scratch.project), date(2026, 11, 25))


def previewed(scratch: ScratchProject, text: str = "", hosts: PythonHosts | None = None) -> Preview:
    if text:
        scratch.declare(STACK, text)
    run = replace(engine(scratch), hosts=hosts)
    return preview(run, Policies.load(run.policy_pack), STACK)


def declared(scratch: ScratchProject) -> Declaration:
    return from_file(scratch.project.stack_file(STACK), instance_of(scratch.project.file)).declaration


def changes(result: Preview) -> dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]]:
    return {
        (step.op, step.urn.rpartition("::")[2]): (step.changed, step.replaced_by) for step in result.steps
    }


def test_preview_lists_changes_by_resource_and_property(
    contoso: ScratchProject, hosts: PythonHosts | None
) -> None:
    sample = declared(contoso)

    new = previewed(contoso)
    assert (new.before, new.after) == (None, sample)
    assert Counter(step.op for step in new.steps) == {"create": 30}
    unknown = {step.urn.rpartition("::")[2]: step.unknown for step in new.steps if step.unknown}
    assert unknown["desktop/200/test"] == ("applicationId", "authorizedClientId")
    assert [path for _, path in new.unknown_outputs] == ["clientIds", "settings"]
    results = {(result.rule_id, result.kind, result.level) for result in new.rule_results}
    assert ("FLOWMCP-001", "unknown", "advisory") in results
    assert not any(result.blocks for result in new.rule_results)
    # Forked language hosts make no difference.
    assert previewed(contoso, hosts=hosts) == new

    contoso.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    same = previewed(contoso, hosts=hosts)
    assert (same.before, same.after, same.steps, same.unknown_outputs) == (sample, sample, (), ())
    assert {(result.kind, result.blocks) for result in same.rule_results} <= {("violation", False)}

    narrowed = previewed(contoso, NARROWED, hosts)
    assert (narrowed.before, narrowed.after) == (sample, declared(contoso))
    assert changes(narrowed) == {
        ("update", STACK): (
            ("tenant.clients.importer.secret.issued", "tenant.clients.nightly-agent.access"),
            (),
        ),
        ("update", "nightly-agent"): (("requiredResourceAccesses",), ()),
        ("delete", "nightly-agent/200/production"): ((), ()),
        ("replace", "importer"): (
            ("displayName", "endDate", "rotateWhenChanged", "rotateWhenChanged.issued"),
            ("displayName", "endDate", "rotateWhenChanged"),
        ),
    }

    secrets = [*contoso.outputs(STACK, secrets=True)["clientSecrets"].values(), MARKER]
    for preview_ in (new, same, narrowed):
        text = repr([preview_, [step.inputs for step in preview_.steps]])
        assert [secret for secret in secrets if secret in text] == []


def test_analysis_of_a_state_runs_no_program(contoso: ScratchProject) -> None:
    run = engine(contoso)
    policies = Policies.load(run.policy_pack)
    self_test(run, policies)
    assert analyze(run, policies, STACK) is None

    contoso.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    results = analyze(run, policies, STACK)
    assert results is not None
    assert not any(result.blocks for result in results)

    # The state is edited by hand.
    state = json.loads(contoso.pulumi("stack", "export", "--stack", STACK).stdout)
    resources = state["deployment"]["resources"]
    (stack,) = (resource for resource in resources if resource["type"] == "pulumi:pulumi:Stack")
    stack["outputs"]["authority"] = "http://login.example"
    file = contoso.directory / "state.json"
    file.write_text(json.dumps(state), "utf-8")
    contoso.pulumi("stack", "import", "--stack", STACK, "--file", str(file))
    results = analyze(run, policies, STACK)
    blocking = {(result.rule_id, result.problem) for result in results or () if result.blocks}
    problem = (
        "authority is neither an https address nor plain http to loopback: tokens can be read in transit"
    )
    assert ("FLOWMCP-001", problem) in blocking


@pytest.mark.parametrize("defect", BROKEN)
def test_policy_pack_that_evaluates_no_rule_ends_every_run(contoso: ScratchProject, defect: str) -> None:
    name, code, reason = BROKEN[defect]
    run = engine(contoso)
    policies = Policies.load(run.policy_pack)
    break_pack(contoso, name, code)

    with pytest.raises(PreviewError) as raised:
        preview(run, policies, STACK)
    assert re.search(reason, str(raised.value)), raised.value
    assert MARKER not in str(raised.value)

    # Only the self-test detects it, because an analysis does not list the policies that it ran.
    with pytest.raises(PreviewError) as failed_self_test:
        self_test(run, policies)
    assert MARKER not in str(failed_self_test.value)


LEAKS = """
for name, value in subject.values.items():
    if name in {"value", "clientSecrets"}:
        yield Violation((name,), f"is {value}")
"""


def test_secret_in_a_policy_message_is_masked(contoso: ScratchProject) -> None:
    contoso.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    break_pack(contoso, "own rule", LEAKS)
    run = engine(contoso)
    policies = Policies.load(run.policy_pack)

    in_preview = preview(run, policies, STACK).rule_results
    in_analysis = analyze(run, policies, STACK) or ()

    for results in (in_preview, in_analysis):
        assert "value is [secret]" in {result.problem for result in results}
        secrets = contoso.outputs(STACK, secrets=True)["clientSecrets"].values()
        assert [secret for secret in secrets if secret in repr(results)] == []


def break_pack(scratch: ScratchProject, name: str, code: str | None) -> None:
    """Replace the project's pack by a copy with another file, without a file, or with an own rule."""
    pack = scratch.project.policies
    pack.unlink()
    shutil.copytree(REPOSITORY / "policies", pack)
    if code is None:
        (pack / name).unlink()
    elif name == "own rule":
        own_rule(pack, "in_resource", code)
    else:
        (pack / name).write_text(code, "utf-8")


@pytest.mark.parametrize(
    ("stack", "environment", "reason"),
    [
        (
            "globex",
            {},
            "the stack globex is not at Pulumi's backend; create it with `pulumi stack select --create",
        ),
        (
            STACK,
            {"PULUMI_CONFIG_PASSPHRASE": MARKER, "PULUMI_CONFIG_PASSPHRASE_FILE": ""},
            "incorrect passphrase",
        ),
        (STACK, {"PULUMI_BACKEND_URL": "file:///nowhere"}, "nowhere"),
    ],
)
def test_failure_to_start_pulumi_is_a_readable_error(
    contoso: ScratchProject,
    monkeypatch: pytest.MonkeyPatch,
    stack: str,
    environment: dict[str, str],
    reason: str,
) -> None:
    contoso.declare("globex", SAMPLE)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run = engine(contoso)

    with pytest.raises(PreviewError) as raised:
        preview(run, Policies.load(run.policy_pack), stack)

    assert reason in str(raised.value)
    assert (str(raised.value).count("\n"), MARKER in str(raised.value)) == (0, False)


def test_preview_fails_with_the_reason_that_the_server_gives(contoso: ScratchProject) -> None:
    unknown_group = SAMPLE.replace("planners", "nobody")

    with pytest.raises(PreviewError, match="cannot read the security group nobody of the Entra tenant"):
        previewed(contoso, unknown_group)
