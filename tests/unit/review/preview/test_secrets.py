"""Words of policies and providers without the stack's secrets; with a stand-in for the `pulumi` command."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.engine.project import Project
from flow_mcp.engine.stacks import Stacks
from flow_mcp.review.preview.engine import Engine, Run
from flow_mcp.review.preview.errors import PreviewError
from flow_mcp.review.preview.secrets import masked
from tests.unit.review.preview.events import in_order, policy, says, summary

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
PULUMI = f"""#!{sys.executable} -IS
import pathlib, sys
name = "config" if "config" in sys.argv else "state"
(pathlib.Path(__file__).parent / "asked").open("a").write(" ".join(sys.argv[1:]) + "\\n")
print((pathlib.Path(__file__).parent / name).read_text())
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of a `pulumi` that has a state and a configuration with secrets."""
    program = tmp_path / "pulumi"
    program.write_text(PULUMI, "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    outputs = {
        "secret": {**SECRET, "plaintext": json.dumps("MARKER-1")},
        "map": {**SECRET, "plaintext": json.dumps({"agent": ['MARKER-"2"', "no"]})},
        "plain": "issuer",
    }
    (tmp_path / "state").write_text(
        json.dumps({"deployment": {"resources": [{"outputs": outputs}]}}), "utf-8"
    )
    configuration = {
        "flow-mcp:password": {"value": "MARKER-12", "secret": True},
        "flow-mcp:tenant": {"value": "acme", "secret": False},
    }
    (tmp_path / "config").write_text(json.dumps(configuration), "utf-8")
    return tmp_path


def run(*events: dict[str, Any]) -> Run:
    return Run("pulumi preview --stack acme", 0, in_order(*events), "")


def without(pulumi: Path, *events: dict[str, Any]) -> tuple[Any, ...]:
    engine = Engine(Stacks.of(Project(pulumi)), date(2026, 11, 25))
    return masked(engine, run(*events), "acme", "--config-file", "copy.yaml").events


def test_every_secret_of_state_and_configuration_is_masked_in_all_words(pulumi: Path) -> None:
    said = 'MARKER-1 and MARKER-12, MARKER-"2" or MARKER-\\"2\\"; no issuer of acme'

    found = without(pulumi, policy(message=said), says(said), {"errorEvent": {"error": said}}, summary())

    shown = "[secret] and [secret], [secret] or [secret]; no issuer of acme"
    expected = in_order(policy(message=shown), says(shown), {"errorEvent": {"error": shown}}, summary())
    assert found == expected
    assert (pulumi / "asked").read_text("utf-8").splitlines() == [
        "--non-interactive stack export --show-secrets --stack acme",
        "--non-interactive config --show-secrets --json --stack acme --config-file copy.yaml",
    ]


def test_where_nobody_says_anything_no_secret_is_asked_for(pulumi: Path) -> None:
    events = (says("MARKER-1", "debug"), says("careful", "warning"), summary())

    assert without(pulumi, *events) == in_order(*events)
    assert not (pulumi / "asked").exists()


@pytest.mark.parametrize("broken", ["state", "config"])
def test_where_the_secrets_cannot_be_told_nothing_is(pulumi: Path, broken: str) -> None:
    (pulumi / broken).write_text("Enter your passphrase", "utf-8")

    with pytest.raises(PreviewError, match="does not tell the secrets of the stack acme") as raised:
        without(pulumi, policy(message="MARKER-1"))

    assert "MARKER" not in str(raised.value)
