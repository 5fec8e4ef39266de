"""Masking the stack's secrets in messages, with a stand-in for the `pulumi` command."""

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
from flow_mcp.review.preview.secrets import with_masked_secrets
from tests.unit.review.preview.events import diagnostic, in_order, policy, summary

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
PULUMI = f"""#!{sys.executable} -IS
import pathlib, sys
name = "config" if "config" in sys.argv else "state"
(pathlib.Path(__file__).parent / "commands").open("a").write(" ".join(sys.argv[1:]) + "\\n")
print((pathlib.Path(__file__).parent / name).read_text())
"""


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of a stand-in whose state and configuration contain secrets."""
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


def masked_events(pulumi: Path, *events: dict[str, Any]) -> tuple[Any, ...]:
    engine = Engine(Stacks.of(Project(pulumi)), date(2026, 11, 25))
    return with_masked_secrets(engine, run(*events), "acme", "--config-file", "copy.yaml").events


def test_every_secret_of_state_and_configuration_is_masked_in_all_messages(pulumi: Path) -> None:
    message = 'MARKER-1 and MARKER-12, MARKER-"2" or MARKER-\\"2\\"; no issuer of acme'

    events = (policy(message=message), diagnostic(message), {"errorEvent": {"error": message}}, summary())

    text = "[secret] and [secret], [secret] or [secret]; no issuer of acme"
    expected = in_order(policy(message=text), diagnostic(text), {"errorEvent": {"error": text}}, summary())
    assert masked_events(pulumi, *events) == expected
    assert (pulumi / "commands").read_text("utf-8").splitlines() == [
        "--non-interactive stack export --show-secrets --stack acme",
        "--non-interactive config --show-secrets --json --stack acme --config-file copy.yaml",
    ]


def test_without_messages_no_secret_is_read(pulumi: Path) -> None:
    events = (diagnostic("MARKER-1", "debug"), diagnostic("careful", "warning"), summary())

    assert masked_events(pulumi, *events) == in_order(*events)
    assert not (pulumi / "commands").exists()


def test_no_secret_is_read_for_a_policy_that_needs_an_unknown_value(pulumi: Path) -> None:
    message = "can't run policy 'X' from policy pack 'flow-mcp' during preview: MARKER-1 is unknown"
    unknown = policy(message=message, level="advisory")

    assert masked_events(pulumi, unknown, summary()) == in_order(unknown, summary())
    assert not (pulumi / "commands").exists()

    # A message of another level, or with another beginning, can be shown.
    mandatory = policy(message=message)
    other = policy(message=f"a rule says: {message}", level="advisory")
    shown = masked_events(pulumi, mandatory, other, summary())
    assert "MARKER" not in str(shown)


@pytest.mark.parametrize("broken", ["state", "config"])
def test_without_the_secrets_no_message_is_shown(pulumi: Path, broken: str) -> None:
    (pulumi / broken).write_text("Enter your passphrase", "utf-8")

    with pytest.raises(PreviewError, match="did not print the secrets of the stack acme") as raised:
        masked_events(pulumi, policy(message="MARKER-1"))

    assert "MARKER" not in str(raised.value)
