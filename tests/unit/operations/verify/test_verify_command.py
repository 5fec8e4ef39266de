"""Tests of errors and output of `flow-mcp verify`."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from flow_mcp.cli.verify import command
from flow_mcp.operations.verify.check import Result
from flow_mcp.operations.verify.checks import CHECKS
from flow_mcp.operations.verify.observation import bad, good
from flow_mcp.operations.verify.report import Verification, as_json, counts
from flow_mcp.settings import SettingsEnvelope
from tests.live.key_pair import KeyPair
from tests.unit.operations.verify.fake import Fake

_NOWHERE = "http://127.0.0.1:9/realms/acme"


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}'], ids=["empty", "a list", "another version"])
def test_a_file_without_settings_cannot_be_verified(tmp_path: Path, text: str) -> None:
    file = tmp_path / "acme.json"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(command, ["--settings", str(file)], catch_exceptions=False)
    assert result.exit_code == 2
    assert "has no settings document of version 1" in result.stderr


@pytest.mark.parametrize("in_envelope", [False, True], ids=["document", "envelope"])
def test_an_unreachable_server_is_reported(tmp_path: Path, *, in_envelope: bool) -> None:
    settings = Fake().settings
    text = settings.canonical_json().replace("https://id.acme.example/realms/acme", _NOWHERE)
    text = text.replace("https://app.profitbase.biz", "http://127.0.0.1:9")
    if in_envelope:
        text = SettingsEnvelope.of(type(settings).from_json(text), 3).to_json()
    file = tmp_path / "acme.json"
    file.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(command, ["--settings", str(file), "--json"], catch_exceptions=False)
    (tenant,) = json.loads(result.stdout)["tenants"]
    failed = {entry["id"] for entry in tenant["results"] if entry["status"] == "fail"}
    assert (result.exit_code, tenant["tenant"]) == (1, "acme")
    assert failed == {"V-DISCOVERY-001", "V-DISCOVERY-003"}


def test_failures_are_first_with_remedies_and_skipped_checks_are_counted(tmp_path: Path) -> None:
    text = Fake().settings.canonical_json().replace("https://id.acme.example/realms/acme", _NOWHERE)
    file = tmp_path / "acme.json"
    file.write_text(text.replace("https://app.profitbase.biz", "http://127.0.0.1:9"), encoding="utf-8")
    # Parallel workers of pytest set the width of the terminal, by which lines are wrapped.
    runner = CliRunner(env={"COLUMNS": None})
    result = runner.invoke(command, ["--settings", str(file)], catch_exceptions=False)
    first, second, third, *_, last = result.stdout.splitlines()
    assert first == f"acme at {_NOWHERE}"
    assert second == "  fail V-DISCOVERY-001 The metadata is at the address in the settings"
    assert third.startswith(f"    {_NOWHERE}")
    statuses = re.findall(r"^  (fail|warn|pass|skipped) V-", result.stdout, re.MULTILINE)
    assert statuses == sorted(statuses, key=["fail", "warn"].index)
    for part in ("    Means: ", "    Remedy: ", "    See "):
        assert part in result.stdout
    assert re.fullmatch(r"acme: (\d+ \w+, ){4}at 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ; --all lists .*", last)

    everything = CliRunner().invoke(command, ["--settings", str(file), "--all"], catch_exceptions=False)
    listed = re.findall(r"^  (fail|warn|pass|skipped) V-", everything.stdout, re.MULTILINE)
    assert Counter(listed) == {
        name: int(number) for number, name in re.findall(r"(\d+) (\w+)", last)[:4] if int(number)
    }
    assert listed == sorted(listed, key=["fail", "warn", "skipped", "pass"].index)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["acme", "--key", "agent"], "--key agent is not of the form CLIENT=FILE"),
        (["acme", "beta", "--key", "agent=agent.pem"], "--key requires exactly one tenant, or --settings"),
        (["--key", "agent=agent.pem"], "--key requires exactly one tenant, or --settings"),
        (["acme", "--key", "agent=none.pem"], "none.pem cannot be read: No such file or directory"),
    ],
    ids=["no file named", "two tenants", "all tenants", "no such file"],
)
def test_a_key_option_needs_one_client_of_one_tenant(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(command, arguments)
    assert message in result.output + str(result.exception)


def test_a_key_option_for_a_client_without_a_key_is_rejected(tmp_path: Path) -> None:
    key = tmp_path / "agent.pem"
    key.write_text(KeyPair.make("agent").private_key, encoding="utf-8")
    file = tmp_path / "acme.json"
    file.write_text(Fake().settings.canonical_json(), encoding="utf-8")
    result = CliRunner().invoke(command, ["--settings", str(file), "--key", f"agent={key}"])
    assert result.exit_code == 2
    assert (
        "--key agent: acme has no such client with private-key-jwt. Its clients with private-key-jwt: none."
        in result.stderr
    )


def test_results_are_counted_and_converted_to_json() -> None:
    check = CHECKS[0]
    results = [
        Result(check, "https://a", good("x", "fine")),
        Result(check, "https://a", bad("y", "not", "Do.")),
    ]
    assert counts(results) == {"pass": 1, "warn": 0, "fail": 1, "skipped": 0}
    document = as_json(Verification("acme", datetime(2026, 11, 25, 9, 5, tzinfo=UTC), results))
    assert {name: value for name, value in document.items() if name != "results"} == {
        "tenant": "acme",
        "verifiedAt": "2026-11-25T09:05:00Z",
        "counts": {"pass": 1, "warn": 0, "fail": 1, "skipped": 0},
    }
    assert isinstance(document["results"], list)
    assert document["results"][1] == {
        "id": check.id,
        "title": check.title,
        "status": "fail",
        "authority": "https://a",
        "subject": "y",
        "seen": "not",
        "meaning": check.meaning,
        "remedy": "Do.",
        "reference": check.reference,
    }
