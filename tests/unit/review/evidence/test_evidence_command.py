"""`flow-mcp evidence`, with real declarations, policies and git, and a `pulumi` that answers from a file."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flow_mcp.authorization_servers.load import from_file
from flow_mcp.cli.diff import command as diff_command
from flow_mcp.cli.evidence import PASSPHRASE, command
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.declaration.load import instance_of
from flow_mcp.engine.project import Project
from flow_mcp.settings import SettingsDocument
from tests.conftest import REPOSITORY
from tests.unit.declared import PROJECT_FILE, SERVER, tenant
from tests.unit.operations.export.conftest import Backend
from tests.unit.review.evidence.samples import write_keys

AGENT = "agent: {grant: client-credentials, access: ['456/production']}\n"
WIDER = "agent: {grant: client-credentials, access: ['*']}\n"
OPEN = "  registration: {dynamic: {redirectHosts: [localhost], access: ['*']}}\n"
WAIVERS = """\
waivers:
  FLOWMCP-001: {reason: no reason at all, acceptedBy: nobody, expires: 2026-12-31}
"""
MARKER = "s3cret-of-acme"


class EvidenceProject:
    """A project with its backend and a key, in which commands run."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory / "project"
        self.directory.mkdir()
        self.backend = Backend(self.directory)
        (self.directory / "Pulumi.yaml").write_text(PROJECT_FILE, encoding="utf-8")
        (self.directory / "policies").symlink_to(REPOSITORY / "policies")
        self.private, self.public = write_keys(directory)
        self.file = directory / "acme.evidence.json"

    def declare(self, text: str, stack: str = "acme") -> None:
        (self.directory / "stacks" / f"Pulumi.{stack}.yaml").write_text(text, encoding="utf-8")

    def settings(self, stack: str = "acme") -> SettingsDocument:
        """Return the settings document of a stack's declaration."""
        file = self.directory / "stacks" / f"Pulumi.{stack}.yaml"
        declaration = from_file(file, instance_of(Project(self.directory).file)).declaration
        settings: SettingsDocument = declaration.kind.settings(declaration, {})
        return settings

    def apply(self, stack: str = "acme", updates: int = 3) -> None:
        self.backend.apply(stack, self.settings(stack), updates)

    def commit(self) -> str:
        """Commit all files and return the commit's ID."""
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false"]
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "a commit"]):
            subprocess.run([*git, *arguments], cwd=self.directory, check=True)
        completed = subprocess.run(
            [*git, "rev-parse", "HEAD"], cwd=self.directory, capture_output=True, check=True
        )
        return completed.stdout.decode().strip()

    def pack(self, *arguments: str) -> Result:
        options = ("--key", str(self.private), "--to", str(self.file), "--as-of", "2026-11-25")
        return _run(*arguments, *options)

    def verify(self, *arguments: str) -> Result:
        return _run("verify", str(self.file), "--key", str(self.public), *arguments)

    def statement(self) -> dict[str, Any]:
        """Verify the file and return the signed statement."""
        statement: dict[str, Any] = json.loads(self.verify("--json").stdout)["statement"]
        return statement


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EvidenceProject:
    """Return a project with the tenant acme, declared and applied."""
    made = EvidenceProject(tmp_path)
    made.declare(tenant(AGENT))
    made.apply()
    git = shutil.which("git")
    assert git
    monkeypatch.chdir(made.directory)
    monkeypatch.setenv("PATH", f"{made.backend.path}{os.pathsep}{Path(git).parent}")
    monkeypatch.delenv(PASSPHRASE, raising=False)
    return made


def test_packed_evidence_is_verified_and_shown(project: EvidenceProject) -> None:
    packed, signed = project.pack("acme").stdout.splitlines()
    assert (
        packed == f"{project.file}: acme, as of 2026-11-25; without changes (--base or --diff includes them)"
    )
    assert signed.startswith("signed by the key ")
    declared = project.directory / "stacks" / "Pulumi.acme.yaml"
    verified = project.verify("--tenant", "acme", "--declaration", str(declared))
    assert verified.exit_code == 0
    assert "acme (stack acme)\n" in verified.stdout
    assert "  settings: revision 3, 2 protected resources, 1 client\n" in verified.stdout
    predicate = project.statement()["predicate"]
    assert (predicate["asOf"], sorted(predicate["tools"])) == (
        "2026-11-25",
        ["flow-mcp", "pulumi", "securesystemslib"],
    )
    assert predicate["policies"]["FLOWMCP-001"] == "mandatory"
    (evidence,) = predicate["tenants"]
    assert evidence["declaration"]["tenant"]["clients"]["agent"]["access"] == ["456/production"]
    assert evidence["settings"]["settings"] == project.settings().canonical_json()


def test_the_same_input_gives_the_same_bytes(project: EvidenceProject) -> None:
    project.pack("acme")
    first = project.file.read_bytes()
    project.file.unlink()
    project.pack()
    assert project.file.read_bytes() == first


def test_changes_since_a_revision_are_included(project: EvidenceProject) -> None:
    commit = project.commit()
    project.declare(tenant(WIDER))
    project.apply(updates=4)
    assert project.pack("acme", "--base", "HEAD").exit_code == 0
    diff = project.statement()["predicate"]["diff"]
    assert (diff["source"], diff["base"], [tenant["stack"] for tenant in diff["tenants"]]) == (
        "base",
        commit,
        ["acme"],
    )
    paths = {tuple(change["path"][:2]) for change in diff["tenants"][0]["changes"]}
    assert paths == {("clients", "agent")}
    assert f"changes since the commit {commit}, as of 2026-11-25, {diff['digest']}" in project.verify().stdout


def test_an_approved_diff_is_included_unchanged(project: EvidenceProject, tmp_path: Path) -> None:
    project.commit()
    project.declare(tenant(WIDER))
    shown = CliRunner().invoke(diff_command, ["acme", "--base", "HEAD", "--format", "json"])
    approved = json.loads(shown.stdout)
    assert approved["tenants"][0]["changes"]
    project.apply(updates=4)
    file = tmp_path / "diff.json"
    file.write_text(shown.stdout, encoding="utf-8")
    assert project.pack("acme", "--diff", str(file)).exit_code == 0
    diff = project.statement()["predicate"]["diff"]
    assert (diff["digest"], len(diff["tenants"])) == (approved["digest"], 1)
    assert f"{diff['digest']}\n" in project.verify().stdout
    file.write_text(json.dumps(approved | {"risk": "none", "digest": "sha256:0"}), encoding="utf-8")
    assert _error_message(project, "acme", "--diff", str(file)) == (
        f"{file} was changed: its digest does not match its content"
    )
    file.write_text("{}", encoding="utf-8")
    assert _error_message(project, "acme", "--diff", str(file)).startswith(
        f"{file} is not an output of `flow-mcp diff --format json`: "
    )
    file.write_text(json.dumps(approved), encoding="utf-8")
    project.declare(tenant(AGENT).replace("id: acme", "id: globex"), "globex")
    project.apply("globex")
    assert _error_message(project, "globex", "--diff", str(file)) == (
        "the diff does not cover the stack globex; create one that does"
    )


def test_findings_and_waivers_are_included(project: EvidenceProject) -> None:
    project.declare(tenant(AGENT, more=WAIVERS))
    project.apply()
    project.pack("acme")
    (evidence,) = project.statement()["predicate"]["tenants"]
    assert evidence["declaration"]["tenant"]["waivers"]["FLOWMCP-001"]["acceptedBy"] == "nobody"
    assert ["waivers", "FLOWMCP-001"] in [finding["path"][:2] for finding in evidence["findings"]]


def test_delivered_settings_need_no_pulumi(
    project: EvidenceProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.pack("acme")
    delivered = tmp_path / "delivered"
    delivered.mkdir()
    envelope = project.statement()["predicate"]["tenants"][0]["settings"] | {"revision": 9}
    (delivered / "acme.json").write_text(json.dumps(envelope), encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    assert project.pack("acme", "--settings", str(delivered)).exit_code == 0
    assert project.statement()["predicate"]["tenants"][0]["settings"]["revision"] == 9
    assert project.verify("--settings", str(delivered / "acme.json")).exit_code == 0
    (delivered / "acme.json").write_text("{}", encoding="utf-8")
    assert _error_message(project, "acme", "--settings", str(delivered)) == (
        f"{delivered / 'acme.json'} is not a settings file of `flow-mcp export`: version: Field required"
    )
    (delivered / "acme.json").unlink()
    assert _error_message(project, "acme", "--settings", str(delivered)) == (
        f"{delivered / 'acme.json'} cannot be read: No such file or directory"
    )


@pytest.mark.parametrize(
    ("applied", "difference"),
    [
        (tenant(WIDER), "client agent still has access to 456/test"),
        (
            tenant(AGENT.replace("agent", "other")),
            "client agent does not have access to 456/production yet; "
            "client other still has access to 456/production",
        ),
        (tenant(AGENT).replace("id: acme", "id: globex"), "they belong to the tenant globex"),
        (tenant(AGENT).replace("name: acme", "name: other"), "the authority is another one"),
        (
            tenant(AGENT, server=SERVER + OPEN),
            "registration dynamic still has access to 456/production, 456/test",
        ),
    ],
    ids=["access", "client", "tenant", "authority", "registration"],
)
def test_settings_of_another_declaration_are_rejected(
    project: EvidenceProject, applied: str, difference: str
) -> None:
    project.declare(applied)
    project.apply()
    project.declare(tenant(AGENT))
    assert _error_message(project, "acme") == (
        f"the settings of the stack acme do not match its file: {difference}. Apply the file first "
        "(`pulumi up --stack acme`), or check out the applied revision"
    )
    assert not project.file.exists()


def test_an_unapplied_or_invalid_tenant_writes_no_file(project: EvidenceProject) -> None:
    project.declare(tenant(AGENT).replace("id: acme", "id: globex"), "globex")
    assert "the stack globex does not exist at Pulumi's backend" in _error_message(project)
    project.declare(tenant(AGENT).replace("grant", "grand"), "globex")
    assert "clients.agent.grand" in _error_message(project)
    assert "there is no stack x" in _error_message(project, "x")
    assert not project.file.exists()


def test_no_secret_is_read_or_written(project: EvidenceProject) -> None:
    output = project.pack("acme").output + project.verify().output + project.verify("--json").output
    assert MARKER not in output + project.file.read_text(encoding="utf-8") + json.dumps(project.statement())
    assert [command for command in project.backend.asked if "--show-secrets" in command] == []
    assert project.private.read_text(encoding="utf-8").split("\n")[1] not in output


def test_the_passphrase_of_an_encrypted_key_is_read_from_the_environment(
    project: EvidenceProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.private, project.public = write_keys(tmp_path, passphrase="correct horse")
    assert _error_message(project, "acme") == (
        f"{project.private} is encrypted. Set FLOW_MCP_EVIDENCE_PASSPHRASE to its passphrase."
    )
    monkeypatch.setenv(PASSPHRASE, "incorrect horse")
    assert _error_message(project, "acme") == f"{project.private} cannot be decrypted with this passphrase"
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    packed = project.pack("acme")
    assert packed.exit_code == 0
    assert "correct horse" not in packed.output + project.verify().output


def test_the_passphrase_is_prompted_for_and_not_echoed(project: EvidenceProject, tmp_path: Path) -> None:
    private, _ = write_keys(tmp_path, passphrase="correct horse")
    terminal, program_end = pty.openpty()
    arguments = ["evidence", "acme", "--key", str(private), "--to", str(project.file)]
    program = [sys.executable, "-c", "from flow_mcp.cli import main; main()", *arguments]
    with subprocess.Popen(
        program, stdin=program_end, stdout=program_end, stderr=program_end, start_new_session=True
    ) as process:
        os.close(program_end)
        prompt = b""
        while b"Passphrase of" not in prompt:
            prompt += os.read(terminal, 1_000)
        os.write(terminal, b"correct horse\n")
        output = b""
        try:
            while read := os.read(terminal, 1_000):
                output += read
        except OSError:  # the program has closed its end
            pass
    os.close(terminal)
    assert (process.returncode, b"correct horse" in prompt + output) == (0, False)
    assert project.verify().exit_code == 0


def test_unverified_evidence_ends_with_1_and_is_not_shown(project: EvidenceProject, tmp_path: Path) -> None:
    project.pack("acme")
    other_key = write_keys(tmp_path, "other")[1]
    project.public = other_key
    with pytest.raises(FlowMcpError) as raised:
        project.verify()
    assert raised.value.exit_code == 1
    assert str(raised.value).startswith(f"{project.file} is not verified: it has no signature by the key ")
    shown = CliRunner().invoke(command, ["verify", str(project.file), "--key", str(other_key), "--json"])
    assert json.loads(shown.stdout).keys() == {"verified", "reason"}
    assert json.loads(shown.stdout)["verified"] is False


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}", b"[" * 100_000, b'{"payload":"'])
def test_a_file_that_is_not_evidence_is_not_verified(project: EvidenceProject, content: bytes) -> None:
    project.file.write_bytes(content)
    with pytest.raises(FlowMcpError) as raised:
        project.verify()
    assert raised.value.exit_code == 1


def test_a_command_that_cannot_run_ends_with_2(project: EvidenceProject, tmp_path: Path) -> None:
    assert _run("verify", str(tmp_path / "none"), "--key", str(project.public)).exit_code == 2
    project.pack("acme")
    project.public = project.private
    with pytest.raises(FlowMcpError) as raised:
        project.verify()
    assert raised.value.exit_code == 2
    assert project.pack("--base", "HEAD", "--diff", str(project.file)).exit_code == 2


def test_verification_needs_neither_pulumi_nor_a_project() -> None:
    code = "import sys, flow_mcp.review.evidence.verify, flow_mcp.review.evidence.show; print(*sys.modules)"
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pulumi", "grpc", "yaml"}.isdisjoint(name.partition(".")[0] for name in completed.stdout.split())


def _error_message(project: EvidenceProject, *arguments: str) -> str:
    with pytest.raises(FlowMcpError) as raised:
        project.pack(*arguments)
    assert raised.value.exit_code == 2
    return str(raised.value)
