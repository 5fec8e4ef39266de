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


class Office:
    """A project, its backend and a key; commands run there."""

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
        """What comes of the declaration."""
        file = self.directory / "stacks" / f"Pulumi.{stack}.yaml"
        declaration = from_file(file, instance_of(Project(self.directory).file)).declaration
        settings: SettingsDocument = declaration.kind.settings(declaration, {})
        return settings

    def apply(self, stack: str = "acme", updates: int = 3) -> None:
        self.backend.apply(stack, self.settings(stack), updates)

    def commit(self) -> str:
        """Commit all of it; the commit's ID."""
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@a.example", "-c", "commit.gpgsign=false"]
        for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "as it was"]):
            subprocess.run([*git, *arguments], cwd=self.directory, check=True)
        found = subprocess.run(
            [*git, "rev-parse", "HEAD"], cwd=self.directory, capture_output=True, check=True
        )
        return found.stdout.decode().strip()

    def pack(self, *arguments: str) -> Result:
        options = ("--key", str(self.private), "--to", str(self.file), "--as-of", "2026-11-25")
        return _run(*arguments, *options)

    def verify(self, *arguments: str) -> Result:
        return _run("verify", str(self.file), "--key", str(self.public), *arguments)

    def told(self) -> dict[str, Any]:
        """What was signed."""
        told: dict[str, Any] = json.loads(self.verify("--json").stdout)["statement"]
        return told


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, catch_exceptions=False)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """The tenant acme, declared and applied."""
    made = Office(tmp_path)
    made.declare(tenant(AGENT))
    made.apply()
    git = shutil.which("git")
    assert git
    monkeypatch.chdir(made.directory)
    monkeypatch.setenv("PATH", f"{made.backend.path}{os.pathsep}{Path(git).parent}")
    monkeypatch.delenv(PASSPHRASE, raising=False)
    return made


def test_what_is_packed_is_verified_and_told(office: Office) -> None:
    packed, signed = office.pack("acme").stdout.splitlines()
    assert (
        packed == f"{office.file}: acme, as of 2026-11-25; without changes (--base or --diff includes them)"
    )
    assert signed.startswith("signed by the key ")
    declared = office.directory / "stacks" / "Pulumi.acme.yaml"
    shown = office.verify("--tenant", "acme", "--declaration", str(declared))
    assert shown.exit_code == 0
    assert "acme (stack acme)\n" in shown.stdout
    assert "  settings: revision 3, 2 protected resources, 1 client\n" in shown.stdout
    told = office.told()["predicate"]
    assert (told["asOf"], sorted(told["tools"])) == (
        "2026-11-25",
        ["flow-mcp", "pulumi", "securesystemslib"],
    )
    assert told["policies"]["FLOWMCP-001"] == "mandatory"
    (about,) = told["tenants"]
    assert about["declaration"]["tenant"]["clients"]["agent"]["access"] == ["456/production"]
    assert about["settings"]["settings"] == office.settings().canonical_json()


def test_the_same_input_gives_the_same_bytes(office: Office) -> None:
    office.pack("acme")
    first = office.file.read_bytes()
    office.file.unlink()
    office.pack()
    assert office.file.read_bytes() == first


def test_changes_since_a_revision_are_in_it(office: Office) -> None:
    commit = office.commit()
    office.declare(tenant(WIDER))
    office.apply(updates=4)
    assert office.pack("acme", "--base", "HEAD").exit_code == 0
    diff = office.told()["predicate"]["diff"]
    assert (diff["source"], diff["base"], [each["stack"] for each in diff["tenants"]]) == (
        "base",
        commit,
        ["acme"],
    )
    changed = {tuple(change["path"][:2]) for change in diff["tenants"][0]["changes"]}
    assert changed == {("clients", "agent")}
    assert f"compared with the commit {commit}, as of 2026-11-25, {diff['digest']}" in office.verify().stdout


def test_a_diff_that_was_approved_is_in_it_as_it_was(office: Office, tmp_path: Path) -> None:
    office.commit()
    office.declare(tenant(WIDER))
    shown = CliRunner().invoke(diff_command, ["acme", "--base", "HEAD", "--format", "json"])
    approved = json.loads(shown.stdout)
    assert approved["tenants"][0]["changes"]
    office.apply(updates=4)
    file = tmp_path / "diff.json"
    file.write_text(shown.stdout, encoding="utf-8")
    assert office.pack("acme", "--diff", str(file)).exit_code == 0
    diff = office.told()["predicate"]["diff"]
    assert (diff["digest"], len(diff["tenants"])) == (approved["digest"], 1)
    assert f"{diff['digest']}\n" in office.verify().stdout
    file.write_text(json.dumps(approved | {"risk": "none", "digest": "sha256:0"}), encoding="utf-8")
    assert _refused(office, "acme", "--diff", str(file)) == (
        f"{file} was changed: its digest does not match its content"
    )
    file.write_text("{}", encoding="utf-8")
    assert _refused(office, "acme", "--diff", str(file)).startswith(
        f"{file} is not an output of `flow-mcp diff --format json`: "
    )
    file.write_text(json.dumps(approved), encoding="utf-8")
    office.declare(tenant(AGENT).replace("id: acme", "id: globex"), "globex")
    office.apply("globex")
    assert _refused(office, "globex", "--diff", str(file)) == (
        "the diff says nothing of the stack globex; make one that does"
    )


def test_findings_and_waivers_are_in_it(office: Office) -> None:
    office.declare(tenant(AGENT, more=WAIVERS))
    office.apply()
    office.pack("acme")
    (about,) = office.told()["predicate"]["tenants"]
    assert about["declaration"]["tenant"]["waivers"]["FLOWMCP-001"]["acceptedBy"] == "nobody"
    assert ["waivers", "FLOWMCP-001"] in [finding["path"][:2] for finding in about["findings"]]


def test_settings_as_they_were_delivered_take_no_pulumi(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.pack("acme")
    delivered = tmp_path / "delivered"
    delivered.mkdir()
    envelope = office.told()["predicate"]["tenants"][0]["settings"] | {"revision": 9}
    (delivered / "acme.json").write_text(json.dumps(envelope), encoding="utf-8")
    monkeypatch.setenv("PATH", "")
    assert office.pack("acme", "--settings", str(delivered)).exit_code == 0
    assert office.told()["predicate"]["tenants"][0]["settings"]["revision"] == 9
    assert office.verify("--settings", str(delivered / "acme.json")).exit_code == 0
    (delivered / "acme.json").write_text("{}", encoding="utf-8")
    assert _refused(office, "acme", "--settings", str(delivered)) == (
        f"{delivered / 'acme.json'} is not a settings file of `flow-mcp export`: version: Field required"
    )
    (delivered / "acme.json").unlink()
    assert _refused(office, "acme", "--settings", str(delivered)) == (
        f"{delivered / 'acme.json'} cannot be read: No such file or directory"
    )


@pytest.mark.parametrize(
    ("applied", "difference"),
    [
        (tenant(WIDER), "client agent still reaches 456/test"),
        (
            tenant(AGENT.replace("agent", "other")),
            "client agent does not reach 456/production yet; client other still reaches 456/production",
        ),
        (tenant(AGENT).replace("id: acme", "id: globex"), "they are those of the tenant globex"),
        (tenant(AGENT).replace("name: acme", "name: other"), "another authority"),
        (
            tenant(AGENT, server=SERVER + OPEN),
            "registration dynamic still reaches 456/production, 456/test",
        ),
    ],
    ids=["access", "client", "tenant", "authority", "registration"],
)
def test_settings_of_another_declaration_are_refused(office: Office, applied: str, difference: str) -> None:
    office.declare(applied)
    office.apply()
    office.declare(tenant(AGENT))
    assert _refused(office, "acme") == (
        f"the settings of the stack acme are not what its file declares: {difference}. Apply the file first "
        "(`pulumi up --stack acme`), or check out what was applied"
    )
    assert not office.file.exists()


def test_what_was_never_applied_or_is_wrong_ends_without_a_file(office: Office) -> None:
    office.declare(tenant(AGENT).replace("id: acme", "id: globex"), "globex")
    assert "the stack globex is not at Pulumi's backend" in _refused(office)
    office.declare(tenant(AGENT).replace("grant", "grand"), "globex")
    assert "clients.agent.grand" in _refused(office)
    assert "there is no stack x" in _refused(office, "x")
    assert not office.file.exists()


def test_no_secret_is_read_and_none_is_written(office: Office) -> None:
    shown = office.pack("acme").output + office.verify().output + office.verify("--json").output
    assert MARKER not in shown + office.file.read_text(encoding="utf-8") + json.dumps(office.told())
    assert [asked for asked in office.backend.asked if "--show-secrets" in asked] == []
    assert office.private.read_text(encoding="utf-8").split("\n")[1] not in shown


def test_an_encrypted_key_takes_its_passphrase_from_the_environment(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.private, office.public = write_keys(tmp_path, passphrase="correct horse")
    assert _refused(office, "acme") == (
        f"{office.private} is encrypted. Set FLOW_MCP_EVIDENCE_PASSPHRASE to its passphrase."
    )
    monkeypatch.setenv(PASSPHRASE, "incorrect horse")
    assert _refused(office, "acme") == f"{office.private} cannot be decrypted with this passphrase"
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    packed = office.pack("acme")
    assert packed.exit_code == 0
    assert "correct horse" not in packed.output + office.verify().output


def test_a_terminal_is_asked_for_the_passphrase_and_does_not_show_it(office: Office, tmp_path: Path) -> None:
    private, _ = write_keys(tmp_path, passphrase="correct horse")
    ours, theirs = pty.openpty()
    arguments = ["evidence", "acme", "--key", str(private), "--to", str(office.file)]
    program = [sys.executable, "-c", "from flow_mcp.cli import main; main()", *arguments]
    with subprocess.Popen(
        program, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        asked = b""
        while b"Passphrase of" not in asked:
            asked += os.read(ours, 1_000)
        os.write(ours, b"correct horse\n")
        shown = b""
        try:
            while read := os.read(ours, 1_000):
                shown += read
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    assert (process.returncode, b"correct horse" in asked + shown) == (0, False)
    assert office.verify().exit_code == 0


def test_what_is_not_verified_ends_with_1_and_shows_nothing_of_it(office: Office, tmp_path: Path) -> None:
    office.pack("acme")
    other = write_keys(tmp_path, "other")[1]
    office.public = other
    with pytest.raises(FlowMcpError) as refused:
        office.verify()
    assert refused.value.exit_code == 1
    assert str(refused.value).startswith(f"{office.file} is not verified: it has 1 signature, and none by ")
    shown = CliRunner().invoke(command, ["verify", str(office.file), "--key", str(other), "--json"])
    assert json.loads(shown.stdout).keys() == {"verified", "reason"}
    assert json.loads(shown.stdout)["verified"] is False


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"{}", b"[" * 100_000, b'{"payload":"'])
def test_a_file_that_is_no_evidence_is_not_verified(office: Office, content: bytes) -> None:
    office.file.write_bytes(content)
    with pytest.raises(FlowMcpError) as refused:
        office.verify()
    assert refused.value.exit_code == 1


def test_what_cannot_run_ends_with_2(office: Office, tmp_path: Path) -> None:
    assert _run("verify", str(tmp_path / "none"), "--key", str(office.public)).exit_code == 2
    office.pack("acme")
    office.public = office.private
    with pytest.raises(FlowMcpError) as refused:
        office.verify()
    assert refused.value.exit_code == 2
    assert office.pack("--base", "HEAD", "--diff", str(office.file)).exit_code == 2


def test_verifying_needs_neither_pulumi_nor_a_project() -> None:
    code = "import sys, flow_mcp.review.evidence.verify, flow_mcp.review.evidence.show; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {"pulumi", "grpc", "yaml"}.isdisjoint(name.partition(".")[0] for name in ran.stdout.split())


def _refused(office: Office, *arguments: str) -> str:
    with pytest.raises(FlowMcpError) as refused:
        office.pack(*arguments)
    assert refused.value.exit_code == 2
    return str(refused.value)
