"""One browser, and a report that has something of everything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from flow_mcp.review.report.backend import Backend
from flow_mcp.review.report.build import Sources
from flow_mcp.review.report.delivered import Delivered
from flow_mcp.review.report.document import Drift, Update
from flow_mcp.review.report.html import to_html
from flow_mcp.settings import SettingsEnvelope
from tests.browser.chromium import Chromium, chromium
from tests.unit.review.report.showcase import Showcase

HOSTILE = "<script>document.title='pwned'</script>"
AGENT = {"grant": "client-credentials", "access": ["*"]}
DESKTOP = {
    "grant": "authorization-code",
    "redirectUris": ["http://127.0.0.1/callback"],
    "access": ["*"],
    "people": {"groups": ["planners"]},
}
WAIVER = {"reason": "Moves in March", "acceptedBy": "ciso", "expires": "2027-03-31"}
BIG = {str(number): {"environments": ["dev", "production", "staging", "test"]} for number in range(100, 110)}


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    """Chromium for all tests."""
    with chromium(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the tenants below."""
    directory = tmp_path_factory.mktemp("report")
    showcase = Showcase.at(directory / "project")
    _declare(showcase)
    settings = directory / "settings"
    settings.mkdir()
    for stack in ("acme", "globex"):
        envelope = SettingsEnvelope.of(showcase.document(stack), 3)
        (settings / f"{stack}.json").write_text(envelope.to_json(), "utf-8")
    showcase.declare("globex", clients={"agent": {**AGENT, "access": ["456/test"]}})
    (settings / f"{HOSTILE.replace('/', '')}.json").write_text("{", "utf-8")
    update = Update(
        reading="read", number=12, at="2026-11-20T10:00:00.000Z", kind="update", result="succeeded"
    )
    backend = dict.fromkeys(showcase.project.stacks(), Backend(update, Drift(reading="read", changed=0)))
    backend["contoso"] = Backend(update, Drift(reading="read", changed=2))
    backend["initech"] = Backend(update, Drift(reading="failed", reason="it could not be told"))
    report = showcase.report(Sources(Delivered.read(settings), backend))
    file = directory / "report.html"
    file.write_text(to_html(report), "utf-8")
    return file


def _declare(showcase: Showcase) -> None:
    showcase.declare("acme", clients={"agent": AGENT, "desktop": DESKTOP})
    showcase.declare("globex", clients={"agent": AGENT})
    showcase.declare(
        "hostile",
        clients={"desktop": {**DESKTOP, "people": {"groups": [HOSTILE, "שלום"]}}},
        manualRegistrations={"legacy": {"clientId": HOSTILE, "access": ["*"]}},
        waivers={"TEST-001": {**WAIVER, "reason": HOSTILE, "acceptedBy": HOSTILE}},
    )
    showcase.declare("blocked", manualRegistrations={"legacy": {"clientId": "legacy", "access": ["*"]}})
    showcase.declare(
        "contoso",
        authorizationServer={
            "entra": {
                "tenantId": "3f0c6f0e-2f5b-4d5a-9d0a-6f1f0a7c4b11",
                "verifiedDomains": ["contoso.example"],
            }
        },
        clients={"aging": {**AGENT, "secret": {"issued": "2026-11-01", "lifetime": "30d"}}},
    )
    showcase.declare(
        "initech",
        authorizationServer={
            "keycloak": {
                "url": "https://id.acme.example",
                "realm": {"name": "initech", "create": True},
                "registration": {
                    "dynamic": {"redirectHosts": ["localhost"], "access": ["*"], "people": "everyone"}
                },
            }
        },
        manualRegistrations={"legacy": {"clientId": "legacy", "access": ["*"]}},
        waivers={"TEST-001": WAIVER},
    )
    showcase.declare("big", workspaces=BIG, clients={"agent": AGENT, "desktop": DESKTOP})
    showcase.write("refused", "config: [")
