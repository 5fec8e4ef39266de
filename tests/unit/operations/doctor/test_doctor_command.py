"""`flow-mcp doctor` finds what a machine lacks, with a remedy each, and shows no secret."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from flow_mcp.cli import cli
from flow_mcp.declaration.declaration import Declaration
from flow_mcp.engine.project import Project
from flow_mcp.engine.toolchain.programs import OLDEST_PULUMI, dotted
from flow_mcp.operations.doctor import backend, programs
from flow_mcp.operations.doctor.credentials import credentials
from flow_mcp.operations.doctor.finding import Finding
from flow_mcp.operations.doctor.servers import servers
from flow_mcp.operations.verify.web import Web
from tests.conftest import REPOSITORY
from tests.unit.authorization_servers.network import StandIn
from tests.unit.declared import Stacks, tenant

MARKER = "s3cret-value"
NOW = 1_790_000_000.0
ENTRA = "entra: {tenantId: 3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11}\n"
AUTH0 = "auth0: {domain: acme.eu.auth0.com}\n"
SCALEKIT = "scalekit: {environmentUrl: 'https://acme.scalekit.com'}\n"
EXTERNAL = """\
external:
  authority: https://id.acme.example
  resources: {456/production: {scopes: [a]}}
  clientRegistration: {}
"""
AGENT = "agent: {grant: client-credentials, access: ['456/production']}\n"
DESKTOP = """\
desktop:
  grant: authorization-code
  redirectUris: ["http://127.0.0.1/callback"]
  access: ["456/production"]
  people: {groups: [planners]}
"""
MANUAL = "manualRegistrations:\n  agent: {clientId: agent, access: ['*']}\n"


@pytest.fixture(autouse=True)
def _nothing_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the machine that runs the tests has."""
    for name in list(os.environ):
        if name.startswith(("PULUMI_", "KEYCLOAK_", "ARM_", "AUTH0_", "SCALEKIT_", "FLOW_MCP_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "pulumi-home"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))


def program(directory: Path, name: str, output: str) -> Path:
    """Write a program that prints a line."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    file.write_text(f"#!/bin/sh\necho '{output}'\n", encoding="utf-8")
    file.chmod(0o755)
    return file


# Programs and the package


@pytest.mark.parametrize(
    ("number", "status"), [(dotted(OLDEST_PULUMI), "ok"), ("3.300.1", "ok"), ("3.1.0", "problem")]
)
def test_pulumi_must_be_new_enough(stacks: Stacks, tmp_path: Path, number: str, status: str) -> None:
    program(tmp_path / "bin", "pulumi", f"v{number}")
    program(tmp_path / "bin", "pulumi-language-python", "")
    pulumi, host = programs.engine(stacks.project)
    assert (pulumi.status, host.status) == (status, "ok")
    assert number in pulumi.message


def test_pulumi_of_the_projects_toolchain_is_found_and_a_missing_host_is_a_problem(stacks: Stacks) -> None:
    found = program(stacks.project.directory / ".toolchain" / "bin", "pulumi", "v3.276.0")
    assert list(programs.engine(stacks.project)) == [
        Finding("Pulumi", "ok", f"3.276.0, {found}"),
        Finding(
            "Python language host",
            "problem",
            "pulumi-language-python is not installed",
            "Run `flow-mcp toolchain`.",
        ),
    ]


def test_without_pulumi_there_is_one_problem(stacks: Stacks) -> None:
    (found,) = programs.engine(stacks.project)
    assert (found.status, found.remedy) == ("problem", "Run `flow-mcp toolchain`.")


def test_plugins_are_those_of_the_declared_kinds(stacks: Stacks, tmp_path: Path) -> None:
    program(tmp_path / "bin", "pulumi-resource-keycloak", "")
    (tmp_path / "pulumi-home" / "plugins" / "resource-auth0-v3.99.0").mkdir(parents=True)
    (tmp_path / "pulumi-home" / "plugins" / "resource-azuread-v6.0.0").mkdir()
    kinds = ("keycloak", "auth0", "entra", "flow-entra", "external", "scalekit")
    found = {each.subject: each.status for each in programs.plugins(stacks.project, kinds)}
    assert found == {"plugin auth0": "ok", "plugin azuread": "warning", "plugin keycloak": "ok"}
    assert list(programs.plugins(stacks.project, ("external", "scalekit"))) == []


def test_a_plugin_that_pulumi_may_not_download_is_a_problem(
    stacks: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    partly = tmp_path / "pulumi-home" / "plugins" / "resource-keycloak-v99.0.0"
    partly.mkdir(parents=True)
    partly.with_name(f"{partly.name}.partial").touch()
    (found,) = programs.plugins(stacks.project, ("keycloak",))
    assert (found.status, "Run `flow-mcp toolchain`, or" in found.remedy) == ("problem", True)


@pytest.mark.parametrize(
    ("pin", "python", "expected"),
    [
        (None, None, [("flow-mcp", "ok"), (".venv", "problem")]),
        (
            "flow-mcp[deploy]==99.0.0",
            "99.0.0",
            [("flow-mcp", "ok"), ("requirements.txt", "warning"), (".venv", "warning")],
        ),
        (
            "flow-mcp[deploy] == {running} ; python_version > '3'",
            "{running}",
            [("flow-mcp", "ok"), (".venv", "ok")],
        ),
        ("flow-mcp[deploy]>=0.1", "", [("flow-mcp", "ok"), (".venv", "warning")]),
    ],
)
def test_the_package_of_the_project_is_compared_with_the_one_that_runs(
    stacks: Stacks, pin: str | None, python: str | None, expected: list[tuple[str, str]]
) -> None:
    running = version("flow-mcp")
    directory = stacks.project.directory
    if pin:
        text = f"# what the project needs\n{pin.format(running=running)}\n"
        (directory / "requirements.txt").write_text(text, encoding="utf-8")
    if python is not None:
        program(directory / ".venv" / "bin", "python", python.format(running=running))
    found = list(programs.package(stacks.project))
    assert [(each.subject, each.status) for each in found] == expected
    assert [each.subject for each in found if each.status != "ok" and not each.remedy] == []


def test_an_environment_without_the_package_is_a_problem(stacks: Stacks) -> None:
    python = program(stacks.project.directory / ".venv" / "bin", "python", "")
    python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    *_, found = programs.package(stacks.project)
    assert (found.status, found.message) == ("problem", "flow-mcp is not installed in .venv")


# Backend and passphrase


@pytest.mark.parametrize("name", ["PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"])
def test_a_backend_of_the_environment_is_named_by_its_variable(stacks: Stacks, name: str) -> None:
    found = backend.backend(stacks.project, {name: f"https://user:{MARKER}@example.com"})
    assert found == Finding("backend", "ok", f"{name} is set")


def test_a_backend_may_be_chosen_by_the_project_or_by_login(stacks: Stacks, tmp_path: Path) -> None:
    environment = {"PULUMI_HOME": str(tmp_path)}
    assert backend.backend(stacks.project, environment).status == "problem"
    (tmp_path / "credentials.json").write_text('{"current": ""}', encoding="utf-8")
    assert backend.backend(stacks.project, environment).status == "problem"
    (tmp_path / "credentials.json").write_text(f'{{"current": "s3://{MARKER}"}}', encoding="utf-8")
    assert backend.backend(stacks.project, environment) == Finding(
        "backend", "ok", "`pulumi login` has chosen one"
    )
    text = stacks.project.file.read_text(encoding="utf-8")
    stacks.project.file.write_text(f"{text}backend: {{url: 's3://{MARKER}'}}\n", encoding="utf-8")
    assert backend.backend(stacks.project, {}) == Finding("backend", "ok", "Pulumi.yaml names one")


@pytest.mark.parametrize(
    ("stack", "status"),
    [
        ("config: {}\n", "warning"),
        ("config: {}\nencryptionsalt: v1:x\n", "problem"),
        ("config: {}\nsecretsprovider: awskms://x\nencryptedkey: y\n", "ok"),
        ("config: {}\nsecretsprovider: passphrase\n", "warning"),
        ("config: [", "warning"),
    ],
)
def test_a_passphrase_is_needed_by_stacks_that_are_encrypted_with_one(
    stacks: Stacks, stack: str, status: str
) -> None:
    file = stacks.write(stack)
    found = backend.passphrase([file], {})
    assert (found.subject, found.status, bool(found.remedy)) == ("passphrase", status, status != "ok")


@pytest.mark.parametrize(("there", "status"), [(True, "ok"), (False, "problem")])
def test_a_file_with_the_passphrase_must_exist(tmp_path: Path, there: bool, status: str) -> None:
    file = tmp_path / "passphrase"
    if there:
        file.write_text(MARKER, encoding="utf-8")
    found = backend.passphrase([], {"PULUMI_CONFIG_PASSPHRASE_FILE": str(file)})
    assert (found.status, MARKER in repr(found)) == (status, False)


def test_a_passphrase_in_the_environment_is_enough_even_if_it_is_empty() -> None:
    assert backend.passphrase([], {"PULUMI_CONFIG_PASSPHRASE": ""}).status == "ok"


# Credentials

Declared = Callable[[str, str], dict[str, tuple[Path, Declaration]]]


@pytest.fixture
def declared(stacks: Stacks) -> Declared:
    def declare(server: str, more: str = "") -> dict[str, tuple[Path, Declaration]]:
        clients = "" if more.startswith("manual") else DESKTOP if server == ENTRA else AGENT
        text = tenant(clients, server=server, more=more)
        file = stacks.write(text.replace("[production, test]", "[production]"))
        return {"acme": (file, stacks.load(file.read_bytes()).declaration)}

    return declare


KEYCLOAK = "keycloak: {url: 'https://id.acme.example', realm: {name: acme, create: true}}\n"


@pytest.mark.parametrize(
    ("server", "environment", "expected"),
    [
        (KEYCLOAK, {}, ("problem", "none in the environment; needed by acme")),
        (KEYCLOAK, {"KEYCLOAK_USER": "x"}, ("problem", "only KEYCLOAK_USER is set; needed by acme")),
        (
            KEYCLOAK,
            {"KEYCLOAK_USER": "x", "KEYCLOAK_PASSWORD": MARKER},
            ("ok", "KEYCLOAK_USER and KEYCLOAK_PASSWORD are set"),
        ),
        (KEYCLOAK, {"KEYCLOAK_CLIENT_SECRET": MARKER}, ("ok", "KEYCLOAK_CLIENT_SECRET is set")),
        (KEYCLOAK, {"KEYCLOAK_CLIENT_SECRET": ""}, ("problem", "none in the environment; needed by acme")),
        (ENTRA, {}, ("warning", "none in the environment; needed by acme")),
        (ENTRA, {"ARM_USE_MSI": "true"}, ("ok", "ARM_USE_MSI is set")),
        (AUTH0, {"AUTH0_API_TOKEN": MARKER}, ("ok", "AUTH0_API_TOKEN is set")),
        (SCALEKIT, {}, ("problem", "none in the environment; needed by acme")),
        (EXTERNAL, {}, ("problem", "none in the environment; needed by acme")),
    ],
)
def test_credentials_are_looked_at_by_presence(
    declared: Declared, server: str, environment: Mapping[str, str], expected: tuple[str, str]
) -> None:
    (found,) = credentials(declared(server, ""), environment)
    assert (found.status, found.message) == expected
    assert bool(found.remedy) is (found.status != "ok")
    assert MARKER not in repr(found)


def test_a_stack_that_administers_nothing_needs_no_credentials(declared: Declared) -> None:
    without = EXTERNAL.replace("  clientRegistration: {}\n", "")
    assert list(credentials(declared(without, MANUAL), {})) == []
    open_to_all = EXTERNAL.replace("clientRegistration: {}", "clientRegistration: {protected: false}")
    assert list(credentials(declared(open_to_all, ""), {})) == []


def test_on_premises_an_administrator_registers_the_applications(stacks: Stacks) -> None:
    sample = (REPOSITORY / "stacks" / "Pulumi.northwind.yaml").read_text(encoding="utf-8")
    file = stacks.write(sample)
    assert list(credentials({"acme": (file, stacks.load(sample).declaration)}, {})) == []


def test_encrypted_values_of_the_stack_are_credentials_too(declared: Declared) -> None:
    found = declared(EXTERNAL, "")
    file, _ = found["acme"]
    text = file.read_text(encoding="utf-8")
    for value, problems in (("{secure: v1:x}", 0), ("in plain text", 1)):
        config = f"config:\n  flow-mcp:initialAccessToken: {value}\n"
        file.write_text(text.replace("config:\n", config), encoding="utf-8")
        assert len(list(credentials(found, {}))) == problems


# Servers and their clocks


def asked(declared: Declared, answer: httpx.Response | Exception) -> list[Finding]:
    """The findings on Keycloak with an answer, at the time `NOW`."""
    web = Web(StandIn({"*": answer}))
    declarations = [declaration for _, declaration in declared(KEYCLOAK, "").values()]
    try:
        return list(servers([*declarations, *declarations], web, lambda _: None, lambda: NOW))
    finally:
        web.close()


def dated(seconds: float, **headers: str) -> httpx.Response:
    """An answer whose server's clock differs by this many seconds."""
    date = format_datetime(datetime.fromtimestamp(NOW + seconds, UTC), usegmt=True)
    return httpx.Response(404, headers={"Date": date, **headers})


@pytest.mark.parametrize(
    ("answer", "status", "message"),
    [
        (dated(0), "ok", "agrees with this machine's"),
        (dated(-1), "ok", "agrees with this machine's"),
        (dated(9), "ok", "agrees with this machine's"),
        (dated(10), "warning", "is 10 seconds ahead of this machine's"),
        (dated(-61), "warning", "is 60 seconds behind this machine's"),
        (dated(61), "problem", "is 61 seconds ahead of this machine's"),
        (dated(-3600), "problem", "is 3599 seconds behind this machine's"),
        (dated(-3600, Age="3600"), "ok", "agrees with this machine's"),
        (httpx.Response(200), "warning", "is unknown: the answer has no valid Date header"),
        (
            httpx.Response(200, headers={"Date": "tomorrow"}),
            "warning",
            "is unknown: the answer has no valid Date header",
        ),
    ],
)
def test_the_clock_is_compared_with_the_date_of_the_answer(
    declared: Declared, answer: httpx.Response, status: str, message: str
) -> None:
    reached, clock = asked(declared, answer)
    assert reached == Finding("https://id.acme.example", "ok", "answers")
    assert (clock.subject, clock.status, clock.message) == (
        "clock of https://id.acme.example",
        status,
        message,
    )
    assert bool(clock.remedy) is (status != "ok")


def test_a_server_that_does_not_answer_is_one_problem(declared: Declared) -> None:
    (found,) = asked(declared, httpx.ConnectError("connection refused"))
    assert (found.subject, found.status, found.message) == (
        "https://id.acme.example",
        "problem",
        "does not answer: connection refused",
    )


def test_a_server_error_is_a_problem_and_its_clock_is_compared(declared: Declared) -> None:
    down = dated(0)
    down.status_code = 503
    assert [(each.status, each.message) for each in asked(declared, down)] == [
        ("problem", "answers with status 503"),
        ("ok", "agrees with this machine's"),
    ]


# The command


def doctor(project: Project, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["doctor", "--project", str(project.directory), *arguments])
    return result.exit_code, result.stdout


def test_problems_end_in_1_and_each_has_a_remedy(stacks: Stacks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_BACKEND_URL", f"https://user:{MARKER}@example.com")
    monkeypatch.setenv("KEYCLOAK_PASSWORD", MARKER)
    # Nothing listens there: the port is the one that is never given to a program.
    stacks.write(tenant(server="keycloak: {url: 'http://127.0.0.1:1', realm: {name: acme, create: true}}\n"))
    stacks.write("config: {}\n", "broken")
    code, output = doctor(stacks.project, "--json")
    findings = json.loads(output)["findings"]
    assert code == 1
    assert [each["subject"] for each in findings if each["status"] != "ok" and not each["remedy"]] == []
    problems = {each["subject"]: each["remedy"] for each in findings if each["status"] == "problem"}
    assert problems.keys() == {
        ".venv",
        "Pulumi",
        "declaration of broken",
        "credentials for keycloak",
        "http://127.0.0.1:1",
    }
    assert problems["declaration of broken"] == "Run `flow-mcp check broken`."
    assert problems["http://127.0.0.1:1"].startswith("Start it: `flow-mcp dev start`")
    code, text = doctor(stacks.project, "acme")
    assert (code, text.splitlines()[-1].endswith("4 problems, 2 warnings"), MARKER in output + text) == (
        1,
        True,
        False,
    )
    assert "declaration of broken" not in text


def test_without_a_problem_it_ends_in_0(
    stacks: Stacks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("pulumi", "pulumi-language-python"):
        program(tmp_path / "bin", name, "v3.276.0")
    program(stacks.project.directory / ".venv" / "bin", "python", version("flow-mcp"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", "file://~")
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", MARKER)
    code, text = doctor(stacks.project)
    assert (code, text.splitlines()[-1]) == (0, "6 findings: 0 problems, 0 warnings")
    assert MARKER not in text
