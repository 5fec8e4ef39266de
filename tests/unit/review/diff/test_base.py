"""`flow-mcp diff --base`: the files at a git revision against the working tree, in real repositories."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.common.errors import FlowMcpError
from flow_mcp.common.exit_codes import BLOCKED, NEEDS_APPROVAL
from tests.unit.review.diff.checkout import Checkout
from tests.unit.review.diff.corpus import CORPUS, Case, ExpectedChange
from tests.unit.review.diff.corpus.case import GONE, sample

FOUND_BY_BASE = [case for case in CORPUS if case.declarations_suffice]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout.make(tmp_path_factory.mktemp("shared"), level="advisory")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout.make(tmp_path)


def diff_document(checkout: Checkout, *arguments: str) -> tuple[int, Any]:
    """Run the command and return its exit code and document."""
    result = checkout.diff(*arguments, "--json")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, json.loads(result.stdout)


def error_message(checkout: Checkout, *arguments: str) -> str:
    """Run the command, which must fail with exit code 2, and return its message."""
    error = checkout.diff(*arguments).exception
    assert isinstance(error, FlowMcpError)
    assert error.exit_code == 2
    return str(error)


@pytest.mark.parametrize("case", FOUND_BY_BASE, ids=lambda case: case.name)
def test_each_case_of_the_corpus_is_found_between_a_commit_and_the_files(
    shared: Checkout, case: Case
) -> None:
    for file in (shared.project / "stacks").iterdir():
        file.unlink()
    shared.write(case.stack, case.before)
    shared.commit()
    shared.write(case.stack, case.after)
    code, document = diff_document(shared, "--base", "HEAD")
    (tenant,) = document["tenants"]
    changes = tuple(
        ExpectedChange(change["kind"], change["subject"], change["risk"], change["text"])
        for change in tenant["changes"]
    )
    assert changes == case.expected
    risky = any(change.risk in {"high", "medium"} for change in case.expected)
    assert (code, document["needsApproval"], document["blocked"]) == (
        NEEDS_APPROVAL if risky else 0,
        risky,
        False,
    )


def test_without_changes_the_exit_code_is_0(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    commit = checkout.commit()
    result = checkout.diff("--base", "HEAD")
    counted = f"0 high, 0 medium, 0 low, 0 without risk since {commit[:12]}"
    assert (result.exit_code, result.stdout.splitlines()[:3]) == (
        0,
        ["acme: no change", "", f"{counted}, policies as of 2026-11-25: no change"],
    )


def test_a_project_in_a_subdirectory_is_compared_with_itself(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path, "deploy/flow")
    checkout.write("acme", sample("acme"))
    checkout.commit()
    (checkout.top / "Pulumi.yaml").write_text("name: another\n", encoding="utf-8")
    assert diff_document(checkout, "--base", "HEAD")[1]["risk"] == "none"
    checkout.write("acme", sample("acme", {"clients.desktop.access": ["456/test"]}))
    code, document = diff_document(checkout, "--base", "HEAD")
    assert (code, [change["kind"] for change in document["tenants"][0]["changes"]]) == (
        NEEDS_APPROVAL,
        ["client-loses-access", "group-loses-access", "access-wildcard-removed"],
    )


def test_the_instance_at_the_revision_is_compared_too(checkout: Checkout) -> None:
    tenant = sample("acme")
    checkout.stack("acme").write_text(
        tenant.yaml().replace("flow-mcp:instance:\n    server: https://app.profitbase.biz/flow\n  ", ""),
        encoding="utf-8",
    )
    assert "flow-mcp:instance" not in checkout.stack("acme").read_text(encoding="utf-8")
    checkout.commit()
    project = checkout.project / "Pulumi.yaml"
    text = project.read_text(encoding="utf-8")
    project.write_text(
        text.replace("https://app.profitbase.biz/flow", "https://flow.example"), encoding="utf-8"
    )
    code, document = diff_document(checkout, "--base", "HEAD")
    (change,) = document["tenants"][0]["changes"]
    assert (code, change["kind"], change["path"], change["after"]) == (
        NEEDS_APPROVAL,
        "resource-urls-change",
        ["instance", "server"],
        "https://flow.example/mcp/tenants/acme",
    )


def test_the_team_s_known_applications_are_those_of_the_revision_too(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path, level="advisory")
    edit = {"clients.desktop.application": "vscode", "clients.desktop.redirectUris": GONE}
    checkout.write("acme", sample("acme", edit))
    checkout.write("globex", sample("globex"))
    checkout.commit()
    source = "{basis: reported, url: https://acme.example/docs, read: 2026-11-30}"
    (checkout.project / "stacks" / "applications.yaml").write_text(
        "vscode:\n  redirectUris: [http://127.0.0.1/, https://code.acme.example/cb]\n"
        f"  sources: {{redirectUris: {source}}}\n",
        encoding="utf-8",
    )
    code, document = diff_document(checkout, "--base", "HEAD")
    acme, globex = document["tenants"]
    assert (code, globex["changes"], document["unknowns"]) == (NEEDS_APPROVAL, [], [])
    assert [(change["kind"], change.get("after") or change["before"]) for change in acme["changes"]] == [
        ("redirect-uri-added", "https://code.acme.example/cb"),
        ("redirect-uri-removed", "https://insiders.vscode.dev/redirect"),
        ("redirect-uri-removed", "https://vscode.dev/redirect"),
    ]


def test_only_the_given_tenants_are_compared_including_removed_ones(checkout: Checkout) -> None:
    for stack in ("acme", "globex", "stark"):
        checkout.write(stack, sample(stack))
    checkout.commit()
    for stack in ("acme", "globex"):
        checkout.stack(stack).unlink()
    _, document = diff_document(checkout, "--base", "HEAD", "globex", "stark")
    assert [(tenant["stack"], len(tenant["changes"]) > 0) for tenant in document["tenants"]] == [
        ("globex", True),
        ("stark", False),
    ]


def test_a_base_that_is_not_valid_today_blocks_with_the_reason(checkout: Checkout) -> None:
    text = sample("acme").yaml()
    checkout.stack("acme").write_text(text.replace("deletable: true", "deletable: perhaps"), encoding="utf-8")
    checkout.commit()
    checkout.write("acme", sample("acme"))
    code, document = diff_document(checkout, "--base", "HEAD")
    assert code == BLOCKED
    assert document["tenants"][0]["unknowns"] == [
        {
            "subject": "the change",
            "text": "cannot be determined: the file at the base is not a valid declaration today "
            "(authorizationServer.keycloak.realm.deletable: is not true or false)",
            "blocks": True,
        }
    ]
    assert document["tenants"][0]["changes"] == []


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"config: [", b"config: {flow-mcp:tenant: &a {}}\n"]
)
def test_a_base_that_cannot_be_read_blocks(checkout: Checkout, content: bytes) -> None:
    checkout.stack("acme").write_bytes(content)
    checkout.commit()
    checkout.write("acme", sample("acme"))
    assert diff_document(checkout, "--base", "HEAD")[0] == BLOCKED


def test_a_base_that_is_a_link_blocks(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> None:
    target = tmp_path_factory.mktemp("elsewhere") / "acme.yaml"
    target.write_text(sample("acme").yaml(), encoding="utf-8")
    checkout.stack("acme").symlink_to(target)
    checkout.commit()
    checkout.stack("acme").unlink()
    checkout.write("acme", sample("acme"))
    assert diff_document(checkout, "--base", "HEAD")[0] == BLOCKED


def test_other_changed_keys_of_a_stack_file_are_listed_without_values(checkout: Checkout) -> None:
    text = sample("acme").yaml()
    checkout.stack("acme").write_text(f"{text}encryptionsalt: v1:a\n", encoding="utf-8")
    checkout.commit()
    changed = text.replace("config:\n", "config:\n  keycloak:clientSecret: {secure: v1:marker}\n")
    checkout.stack("acme").write_text(f"{changed}encryptionsalt: v1:marker\n", encoding="utf-8")
    code, document = diff_document(checkout, "--base", "HEAD")
    assert code == NEEDS_APPROVAL
    assert [unknown["subject"] for unknown in document["tenants"][0]["unknowns"]] == [
        "config.keycloak:clientSecret of the stack's file",
        "encryptionsalt of the stack's file",
    ]
    assert "marker" not in json.dumps(document)


def test_changed_policies_and_programs_are_listed_for_the_project(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    program = checkout.project / "stacks" / "__main__.py"
    program.write_text("", encoding="utf-8")
    checkout.commit()
    program.write_text("pass\n", encoding="utf-8")
    (checkout.project / "policies" / "configuration.json").write_text("{}\n", encoding="utf-8")
    project = checkout.project / "Pulumi.yaml"
    project.write_text(project.read_text(encoding="utf-8") + "refresh: always\n", encoding="utf-8")
    code, document = diff_document(checkout, "--base", "HEAD")
    assert (code, [unknown["subject"] for unknown in document["unknowns"]]) == (
        NEEDS_APPROVAL,
        ["Pulumi.yaml", "policies", "stacks"],
    )


def test_another_version_of_the_package_is_an_unknown_change(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    pin = checkout.project / "requirements.txt"
    pin.write_text("flow-mcp[deploy]==0.1.0\n", encoding="utf-8")
    checkout.commit()
    pin.write_text("flow-mcp[deploy]==0.2.0\n", encoding="utf-8")
    code, document = diff_document(checkout, "--base", "HEAD")
    assert (code, [unknown["subject"] for unknown in document["unknowns"]]) == (
        NEEDS_APPROVAL,
        ["requirements.txt"],
    )


def test_a_violated_rule_blocks_and_is_listed_with_its_change(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    checkout.commit()
    checkout.write("acme", sample("acme", {"clients.desktop.people": "everyone"}))
    code, document = diff_document(checkout, "--base", "HEAD")
    (change,) = document["tenants"][0]["changes"]
    assert (code, change["kind"], change["findings"]) == (
        BLOCKED,
        "everyone-gains-access",
        [
            {
                "rule": "TEST-001",
                "severity": "high",
                "level": "mandatory",
                "kind": "violation",
                "path": ["clients", "desktop", "people"],
                "urn": "",
                "problem": "admits everyone",
                "remedy": "Name groups.",
                "blocks": True,
            }
        ],
    )


def test_an_existing_violation_blocks_too(checkout: Checkout) -> None:
    checkout.write("globex", sample("globex"))
    checkout.commit()
    code, document = diff_document(checkout, "--base", "HEAD")
    assert (code, document["tenants"][0]["changes"], len(document["tenants"][0]["findings"])) == (
        BLOCKED,
        [],
        1,
    )


def test_a_rule_that_raises_blocks(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    rules = checkout.project / "policies" / "rules" / "no_everyone.py"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("for name", "1 / 0\n        for name"), "utf-8"
    )
    checkout.commit()
    assert diff_document(checkout, "--base", "HEAD")[0] == BLOCKED


@pytest.mark.parametrize(
    "revision",
    ["nowhere", "--output=/tmp/x", "-x", "--", "", "HEAD:stacks", "a\nb", "\x1b[31m", "HEAD^{tree}"],
)
def test_a_revision_that_is_not_a_commit_is_rejected(checkout: Checkout, revision: str) -> None:
    checkout.write("acme", sample("acme"))
    checkout.commit()
    message = error_message(checkout, f"--base={revision}")
    assert message.startswith(f"git found no commit {revision!r} in this repository; ")


def test_without_a_repository_the_message_names_the_git_command(tmp_path: Path) -> None:
    checkout = Checkout.make(tmp_path)
    (tmp_path / ".git").rename(tmp_path / "not-git")
    checkout.write("acme", sample("acme"))
    assert "`git rev-parse` failed in" in error_message(checkout, "--base", "HEAD")


def test_without_git_the_message_says_so(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert error_message(checkout, "--base", "HEAD").startswith("git is not on PATH")


def test_a_stack_that_never_existed_is_rejected(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    checkout.commit()
    assert error_message(checkout, "--base", "HEAD", "acmee").startswith(
        "stack acmee does not exist, neither in"
    )


def test_a_project_without_stacks_is_rejected(checkout: Checkout) -> None:
    checkout.commit()
    assert error_message(checkout, "--base", "HEAD").startswith("there is nothing to compare")


def test_invalid_current_files_are_rejected_with_all_problems(checkout: Checkout) -> None:
    checkout.write("acme", sample("acme"))
    checkout.commit()
    text = sample("acme").yaml().replace("deletable: true", "deletable: perhaps")
    checkout.stack("acme").write_text(text, encoding="utf-8")
    checkout.stack("globex").write_text("config: {}\n", encoding="utf-8")
    sentences = error_message(checkout, "--base", "HEAD").splitlines()
    assert [sentence.partition(": ")[2] for sentence in sentences if ": error: " in sentence] == [
        "error: authorizationServer.keycloak.realm.deletable: is not true or false. Write true or false.",
        "error: config: declares no tenant. Add flow-mcp:tenant below it.",
    ]


def test_a_file_with_an_unusual_name_is_a_stack(checkout: Checkout) -> None:
    stack = "a [x](y) <b>"
    checkout.commit()
    checkout.write(stack, sample("acme"))
    _, document = diff_document(checkout, "--base", "HEAD")
    assert [tenant["stack"] for tenant in document["tenants"]] == [stack]


@pytest.mark.parametrize("stack", ["a\x1b[31mb", "a\udcffb", "a\nb"])
def test_a_file_with_an_unprintable_name_is_rejected(checkout: Checkout, stack: str) -> None:
    checkout.write("acme", sample("acme"))
    checkout.commit()
    checkout.write(stack, sample("acme"))
    assert error_message(checkout, "--base", "HEAD", "acme") == (
        f"the stack name {stack!r} contains unprintable characters; rename its file"
    )
