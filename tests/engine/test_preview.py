"""What a real preview says, as data; the authorization server is the stand-in for azuread."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.stacks import Stacks
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.review.preview.engine import Engine
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.pack_self_test import probe
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
        "the policy pack did not judge FLOWMCP-000, FLOWMCP-000-outputs, ",
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


def previewed(scratch: ScratchProject, text: str = "") -> Preview:
    if text:
        scratch.declare(STACK, text)
    run = engine(scratch)
    return preview(run, Policies.load(run.policy_pack), STACK)


def declared(scratch: ScratchProject) -> Declaration:
    return from_file(scratch.project.stack_file(STACK), instance_of(scratch.project.file)).declaration


def changes(told: Preview) -> dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]]:
    return {(each.op, each.urn.rpartition("::")[2]): (each.changed, each.replaced_by) for each in told.steps}


def test_what_would_be_done_is_told_by_resource_and_property(contoso: ScratchProject) -> None:
    sample = declared(contoso)

    new = previewed(contoso)
    assert (new.before, new.after) == (None, sample)
    assert Counter(each.op for each in new.steps) == {"create": 30}
    unknown = {each.urn.rpartition("::")[2]: each.unknown for each in new.steps if each.unknown}
    assert unknown["desktop/200/test"] == ("applicationId", "authorizedClientId")
    assert [path for _, path in new.unknown_outputs] == ["clientIds", "settings"]
    said = {(each.rule_id, each.kind, each.level) for each in new.rule_results}
    assert ("FLOWMCP-001", "unknown", "advisory") in said
    assert not any(each.blocks for each in new.rule_results)
    assert previewed(contoso) == new

    contoso.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    same = previewed(contoso)
    assert (same.before, same.after, same.steps, same.unknown_outputs) == (sample, sample, (), ())
    assert {(each.kind, each.blocks) for each in same.rule_results} <= {("violation", False)}

    told = previewed(contoso, NARROWED)
    assert (told.before, told.after) == (sample, declared(contoso))
    assert changes(told) == {
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
    for each in (new, same, told):
        everything = repr([each, [step.inputs for step in each.steps]])
        assert [secret for secret in secrets if secret in everything] == []


def test_what_is_there_is_judged_without_the_program(contoso: ScratchProject) -> None:
    run = engine(contoso)
    policies = Policies.load(run.policy_pack)
    probe(run, policies)
    assert analyze(run, policies, STACK) is None

    contoso.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    found = analyze(run, policies, STACK)
    assert found is not None
    assert not any(each.blocks for each in found)

    # Somebody changes the state by hand.
    state = json.loads(contoso.pulumi("stack", "export", "--stack", STACK).stdout)
    (stack,) = (each for each in state["deployment"]["resources"] if each["type"] == "pulumi:pulumi:Stack")
    stack["outputs"]["authority"] = "http://login.example"
    file = contoso.directory / "state.json"
    file.write_text(json.dumps(state), "utf-8")
    contoso.pulumi("stack", "import", "--stack", STACK, "--file", str(file))
    refused = {(each.rule_id, each.problem) for each in analyze(run, policies, STACK) or () if each.blocks}
    assert (
        "FLOWMCP-001",
        "authority is neither an https address nor plain http to loopback: tokens can be read in transit",
    ) in refused


@pytest.mark.parametrize("how", BROKEN)
def test_a_policy_pack_that_does_not_judge_ends_every_run(contoso: ScratchProject, how: str) -> None:
    name, code, why = BROKEN[how]
    run = engine(contoso)
    policies = Policies.load(run.policy_pack)
    break_pack(contoso, name, code)

    with pytest.raises(PreviewError) as raised:
        preview(run, policies, STACK)
    assert re.search(why, str(raised.value)), raised.value
    assert MARKER not in str(raised.value)

    # The bad examples alone show it, for an analysis does not say whom it asked.
    with pytest.raises(PreviewError) as refused:
        probe(run, policies)
    assert MARKER not in str(refused.value)


LEAKS = """
for name, value in subject.values.items():
    if name in {"value", "clientSecrets"}:
        yield Violation((name,), f"is {value}")
"""


def test_a_policy_that_repeats_a_secret_is_shown_without_it(contoso: ScratchProject) -> None:
    contoso.pulumi("up", "--yes", "--skip-preview", "--stack", STACK)
    break_pack(contoso, "own rule", LEAKS)
    run = engine(contoso)
    policies = Policies.load(run.policy_pack)

    told = preview(run, policies, STACK).rule_results
    there = analyze(run, policies, STACK) or ()

    for said in (told, there):
        assert "value is [secret]" in {each.problem for each in said}
        secrets = contoso.outputs(STACK, secrets=True)["clientSecrets"].values()
        assert [secret for secret in secrets if secret in repr(said)] == []


def break_pack(scratch: ScratchProject, name: str, code: str | None) -> None:
    """Replace the trial's pack by a copy with another file, without a file, or with an own rule."""
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
    ("stack", "environment", "why"),
    [
        (
            "globex",
            {},
            "the stack globex is not at Pulumi's backend; make it with `pulumi stack select --create",
        ),
        (
            STACK,
            {"PULUMI_CONFIG_PASSPHRASE": MARKER, "PULUMI_CONFIG_PASSPHRASE_FILE": ""},
            "incorrect passphrase",
        ),
        (STACK, {"PULUMI_BACKEND_URL": "file:///nowhere"}, "nowhere"),
    ],
)
def test_what_keeps_pulumi_from_starting_is_said_in_one_sentence(
    contoso: ScratchProject,
    monkeypatch: pytest.MonkeyPatch,
    stack: str,
    environment: dict[str, str],
    why: str,
) -> None:
    contoso.declare("globex", SAMPLE)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    run = engine(contoso)

    with pytest.raises(PreviewError) as raised:
        preview(run, Policies.load(run.policy_pack), stack)

    assert why in str(raised.value)
    assert (str(raised.value).count("\n"), MARKER in str(raised.value)) == (0, False)


def test_what_the_server_refuses_is_said_and_is_no_preview(contoso: ScratchProject) -> None:
    gone = SAMPLE.replace("planners", "nobody")

    with pytest.raises(PreviewError, match="cannot read the security group nobody of the Entra tenant"):
        previewed(contoso, gone)
