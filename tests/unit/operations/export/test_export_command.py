"""Tests of `flow-mcp export` with a fake `pulumi` that reads its answers from a file."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from flow_mcp.cli.export import command
from flow_mcp.common.errors import FlowMcpError
from flow_mcp.operations.export.bundle import Bundle
from flow_mcp.runtime.settings_file import read_settings
from flow_mcp.settings import SettingsEnvelope
from tests.unit.operations.export.conftest import Backend, document


def test_each_tenant_gets_a_file_that_the_runtime_reads(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=3)
    backend.apply("globex", document("globex"), updates=1)
    _run("--to", str(tmp_path / "out"))
    read = [read_settings(tmp_path / "out" / f"{tenant}.json") for tenant in ("acme", "globex")]
    assert [(item.tenant, item.revision) for item in read] == [("acme", 3), ("globex", 1)]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["acme.json", "globex.json"]


def test_unchanged_settings_keep_file_and_revision(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=3)
    _run("--to", str(tmp_path / "out"))
    before = (tmp_path / "out/acme.json").stat()
    backend.apply("acme", document(), updates=7)
    assert _summary("--to", str(tmp_path / "out"))["tenants"][0]["changed"] is False
    after = (tmp_path / "out/acme.json").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_changed_settings_raise_the_revision_to_the_updates_number(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=3)
    _run("--to", str(tmp_path / "out"))
    backend.apply("acme", document(open_to_all=True), updates=7)
    _run("--to", str(tmp_path / "out"))
    assert read_settings(tmp_path / "out/acme.json").revision == 7


def test_a_recreated_stack_does_not_lower_the_revision(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=30)
    _run("--to", str(tmp_path / "out"))
    backend.apply("acme", document(open_to_all=True), updates=1)
    _run("--to", str(tmp_path / "out"))
    assert read_settings(tmp_path / "out/acme.json").revision == 31


def test_a_numbered_backend_is_queried_for_one_update(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=40, numbered=True)
    _run("--to", str(tmp_path / "out"))
    assert read_settings(tmp_path / "out/acme.json").revision == 40
    assert len(backend.asked) == 2


def test_no_secret_is_read_unless_asked(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    for form in ("files", "configmap", "bundle"):
        result = _run("--format", form, "--to", str(tmp_path / form))
        assert "s3cret" not in result.output
    assert [asked for asked in backend.asked if "--show-secrets" in asked] == []


@pytest.mark.parametrize("form", ["json", "kubernetes-secret"])
def test_secrets_go_into_a_private_file_only(backend: Backend, tmp_path: Path, form: str) -> None:
    backend.apply("acme", document(), updates=1)
    file = tmp_path / "secrets"
    result = _run("--to", str(tmp_path / "out"), "--secrets-to", str(file), "--secrets-format", form)
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text(encoding="utf-8")
    if form == "json":
        secret = json.loads(text)["acme"]["agent"]["clientSecret"]
    else:
        secret = base64.b64decode(yaml.safe_load(text)["data"]["agent.client-secret"]).decode()
    assert secret == "s3cret-of-acme"
    assert "s3cret" not in result.output + (tmp_path / "out/acme.json").read_text(encoding="utf-8")


def test_a_readable_secret_file_is_made_private(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    arguments = ("--to", str(tmp_path / "out"), "--secrets-to", str(tmp_path / "secrets"))
    _run(*arguments)
    (tmp_path / "secrets").chmod(0o644)
    _run(*arguments)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o600


def test_config_maps_have_valid_names_and_the_envelopes(backend: Backend) -> None:
    backend.apply("acme", document(), updates=2)
    backend.apply("big", document("Big_Tenant"), updates=1)
    result = _run("--format", "configmap")
    maps = list(yaml.safe_load_all(result.stdout))
    assert [item["metadata"]["name"] for item in maps] == [
        "flow-mcp-settings-big-tenant-eaf8c22e5f",
        "flow-mcp-settings-acme",
    ]
    envelope = SettingsEnvelope.from_json(maps[1]["data"]["acme.json"])
    assert (envelope.revision, envelope.document()) == (2, document())


def test_config_maps_keep_their_revision_if_settings_are_equal(backend: Backend, tmp_path: Path) -> None:
    arguments = ("--format", "configmap", "--to", str(tmp_path / "maps.yaml"))
    backend.apply("acme", document(), updates=2)
    _run(*arguments)
    before = (tmp_path / "maps.yaml").read_bytes()
    backend.apply("acme", document(), updates=5)
    _run(*arguments)
    assert (tmp_path / "maps.yaml").read_bytes() == before


def test_a_bundle_verifies_its_digests_and_keeps_revisions(backend: Backend, tmp_path: Path) -> None:
    arguments = ("--format", "bundle", "--to", str(tmp_path / "bundle.json"))
    backend.apply("acme", document(), updates=2)
    backend.apply("globex", document("globex"), updates=2)
    _run(*arguments)
    backend.apply("globex", document("globex", open_to_all=True), updates=6)
    backend.apply("acme", document(), updates=6)
    _run(*arguments)
    text = (tmp_path / "bundle.json").read_text(encoding="utf-8")
    revisions = {tenant: item.revision for tenant, item in Bundle.from_json(text).envelopes.items()}
    assert revisions == {"acme": 2, "globex": 6}
    with pytest.raises(FlowMcpError, match="not a bundle of an earlier export"):
        Bundle.from_json(text.replace('"revision":6', '"revision":7'))


def test_the_same_stacks_give_the_same_bytes(backend: Backend) -> None:
    backend.apply("globex", document("globex"), updates=2)
    backend.apply("acme", document(), updates=2)
    for form in ("configmap", "bundle"):
        assert _run("--format", form).stdout == _run("--format", form).stdout


def test_a_stack_without_an_update_is_skipped_unless_named(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    backend.declare("new")
    assert _summary("--to", str(tmp_path / "out"))["notApplied"] == ["new"]
    assert _error("--to", str(tmp_path / "out"), "new") == (
        "the stack new does not exist at Pulumi's backend; "
        "run `pulumi stack select --create new` and `pulumi up` first"
    )


def test_a_tenant_without_a_stack_keeps_its_file_until_pruned(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    backend.apply("globex", document("globex"), updates=1)
    out = tmp_path / "out"
    _run("--to", str(out))
    (out / "other.json").write_text("{}", encoding="utf-8")
    backend.remove("globex")
    assert _summary("--to", str(out))["stale"] == [str(out / "globex.json")]
    assert _summary("--to", str(out), "--prune")["removed"] == [str(out / "globex.json")]
    assert sorted(path.name for path in out.iterdir()) == ["acme.json", "other.json"]


def test_nothing_is_pruned_while_a_stack_has_no_settings(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    _run("--to", str(tmp_path / "out"))
    backend.remove("acme")
    backend.declare("acme")
    assert "Nothing is pruned" in _error("--to", str(tmp_path / "out"), "--prune")
    assert (tmp_path / "out/acme.json").exists()


def test_two_stacks_of_one_tenant_are_an_error(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    backend.apply("acme-old", document(), updates=1)
    assert "both have settings of the tenant acme" in _error("--to", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_an_existing_file_that_is_not_an_envelope_is_not_replaced(backend: Backend, tmp_path: Path) -> None:
    backend.apply("acme", document(), updates=1)
    (tmp_path / "acme.json").write_text("{}", encoding="utf-8")
    assert "is not an envelope of an earlier export" in _error("--to", str(tmp_path))
    assert (tmp_path / "acme.json").read_text(encoding="utf-8") == "{}"


def test_a_missing_pulumi_is_an_error_with_a_remedy(
    backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.apply("acme", document(), updates=1)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "run `flow-mcp toolchain` to install it" in _error("--to", str(tmp_path / "out"))


def _run(*arguments: str) -> Result:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


def _summary(*arguments: str) -> dict[str, Any]:
    summary: dict[str, Any] = json.loads(_run("--json", *arguments).stdout)
    return summary


def _error(*arguments: str) -> str:
    with pytest.raises(FlowMcpError) as caught:
        CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert caught.value.exit_code == 2
    return str(caught.value)
