"""Delivered settings and settings of stacks, compared with the tenants' files."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.declaration.access import snapshot
from flow_mcp.review.report.backend import Backend
from flow_mcp.review.report.build import Sources
from flow_mcp.review.report.delivered import Delivered, differences
from flow_mcp.review.report.document import Drift, Settings, Stray, Update
from flow_mcp.settings import SettingsEnvelope
from tests.unit.declaration.access.samples import STACKS, sample
from tests.unit.review.report.showcase import Showcase

AGENT = {"grant": "client-credentials", "access": ["*"]}
NOT_READ = (Update(reading="not-read"), Drift(reading="not-read"))


class _Ids(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"id-of-{key}"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """Return the directory of delivered settings."""
    settings = tmp_path / "settings"
    settings.mkdir()
    return settings


def deliver(showcase: Showcase, stack: str, directory: Path, *, revision: int = 7) -> SettingsEnvelope:
    """Write the settings of a stack's file as `flow-mcp export` does."""
    envelope = SettingsEnvelope.of(showcase.document(stack), revision)
    (directory / f"{envelope.tenant}.json").write_text(envelope.to_json(), "utf-8")
    return envelope


def delivered(showcase: Showcase, stack: str, directory: Path) -> Settings:
    return showcase.tenant(stack, Sources(Delivered.read(directory))).delivered


def test_settings_that_match_the_file_have_no_differences(showcase: Showcase, directory: Path) -> None:
    showcase.declare("acme", clients={"agent": AGENT})
    envelope = deliver(showcase, "acme", directory)
    assert delivered(showcase, "acme", directory) == Settings(
        reading="read",
        revision=7,
        digest=envelope.digest,
        authorities=("https://id.acme.example/realms/acme",),
        client_ids={"agent": "flow-mcp-acme-agent"},
    )


def test_differences_from_the_file_are_listed(showcase: Showcase, directory: Path) -> None:
    showcase.declare(
        "acme",
        clients={"agent": AGENT, "gone": AGENT},
        authorizationServer={
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "acme", "create": True},
                "registration": {"dynamic": {"redirectHosts": ["localhost"], "access": ["*"]}},
            }
        },
    )
    deliver(showcase, "acme", directory)
    showcase.declare(
        "acme",
        workspaces={"456": {"environments": ["production", "staging"]}},
        clients={"agent": {**AGENT, "access": ["456/production"]}, "new": AGENT},
        authorizationServer={
            "keycloak": {"url": "https://new.example", "realm": {"name": "acme", "create": True}}
        },
    )
    assert delivered(showcase, "acme", directory).differences == (
        "the authority is another one",
        "client agent still has access to 456/test",
        "client gone still has access to 456/production, 456/test",
        "client new does not have access to 456/production, 456/staging yet",
        "registration dynamic still has access to 456/production, 456/test",
        "protected resource 456/test is no longer declared",
        "protected resource 456/staging does not exist yet",
    )


@pytest.mark.parametrize("stack", STACKS)
def test_the_settings_of_every_kind_of_server_match_their_declaration(stack: str) -> None:
    declaration = sample(stack)
    document = declaration.kind.settings(declaration, _Ids())
    assert list(differences(document, snapshot(declaration))) == []


def test_missing_or_unusable_settings_are_reported(showcase: Showcase, directory: Path) -> None:
    for stack in ("acme", "globex", "initech"):
        showcase.declare(stack)
    deliver(showcase, "acme", directory)
    changed = deliver(showcase, "globex", directory).to_json().replace("production", "productiom")
    (directory / "globex.json").write_text(changed, "utf-8")
    report = showcase.report(Sources(Delivered.read(directory)))
    _, globex, initech = report.tenants
    assert globex.delivered.reading == "failed"
    assert "the digest does not match the settings" in (globex.delivered.reason or "")
    assert initech.delivered == Settings(reading="missing")
    assert (report.settings_read, report.counts.settings_unknown, report.strays) == (True, 2, ())


def test_files_that_belong_to_no_tenant_are_listed(showcase: Showcase, directory: Path) -> None:
    showcase.declare("acme")
    showcase.declare("gone")
    for stack in ("acme", "gone"):
        deliver(showcase, stack, directory)
    (directory / "copy.json").write_bytes((directory / "acme.json").read_bytes())
    (directory / "\u202ebad.json").write_text("{", "utf-8")
    (showcase.project.directory / "stacks" / "Pulumi.gone.yaml").unlink()
    sources = Sources(Delivered.read(directory))
    assert showcase.report(sources).strays == (
        Stray(file="copy.json", problem="contains the settings of acme, so the runtime rejects it"),
        Stray(file="gone.json", problem="admits clients of a tenant that has no valid file in this project"),
        Stray(
            file=r"\u202ebad.json",
            problem="is not a settings envelope: "
            "Invalid JSON: EOF while parsing an object at line 1 column 1",
        ),
    )


def test_a_selection_of_tenants_has_no_stray_files(showcase: Showcase, directory: Path) -> None:
    for stack in ("acme", "globex"):
        showcase.declare(stack)
        deliver(showcase, stack, directory)
    assert showcase.report(Sources(Delivered.read(directory)), stacks=["acme"]).strays == ()


def test_an_invalid_file_cannot_be_compared(showcase: Showcase, directory: Path) -> None:
    showcase.declare("acme")
    deliver(showcase, "acme", directory)
    showcase.write("acme", "config: [")
    report = showcase.report(Sources(Delivered.read(directory)))
    assert [(tenant.delivered.reading, tenant.applied.reading) for tenant in report.tenants] == [
        ("failed", "not-read")
    ]
    assert [stray.file for stray in report.strays] == ["acme.json"]


def test_assigned_client_ids_come_from_settings(showcase: Showcase) -> None:
    showcase.declare(
        "acme",
        workspaces={"456": {"environments": ["production"]}},
        authorizationServer={"scalekit": {"environmentUrl": "https://acme.scalekit.com"}},
        clients={"agent": AGENT},
    )
    declaration = showcase.declaration("acme")
    document = declaration.kind.settings(declaration, _Ids())
    backend = Backend(*NOT_READ, document=document, digest="sha-256:0")
    before, after = showcase.tenant("acme"), showcase.tenant("acme", Sources(backend={"acme": backend}))
    ids = [tenant.declared.clients[0].client_id for tenant in (before, after) if tenant.declared]
    (assigned,) = [client.client_id for client in document.authorization_servers[0].clients]
    assert ids == [None, assigned]
    assert (before.applied.reading, after.applied.reading) == ("not-read", "read")
