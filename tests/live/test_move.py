"""A tenant moves from one realm to another while two clients call its MCP server all the time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from flow_mcp.local.keycloak.server import LocalKeycloak
from flow_mcp.local.scratch_project import ScratchProject
from flow_mcp.runtime import SettingsDirectory, metadata_url
from flow_mcp.runtime.asgi import ProtectedResourceMiddleware
from flow_mcp.settings import SettingsDocument
from tests.live.calling_client import CallingClient
from tests.live.command import flow_mcp
from tests.live.move_page import commands, steps
from tests.live.tenant import Tenant
from tests.unit.runtime.serving import serving

_NAME = "mover"


class Mover(Tenant):
    """The tenant that moves, with the commands of docs/move.md."""

    def apply(self, part: dict[str, Any], instance: str, settings: Path) -> None:
        """Apply one step, and deliver its settings."""
        declared = {
            "id": _NAME,
            "workspaces": {"456": {"environments": ["production"]}},
            "clients": {
                "agent": {"grant": "client-credentials", "access": ["456/production"]},
                "importer": {"grant": "client-credentials", "access": ["456/production"]},
            },
            "manualRegistrations": {"legacy-crm": {"clientId": "legacy-crm", "access": ["456/production"]}},
            **part,
        }
        config = {"flow-mcp:instance": {"server": instance}, "flow-mcp:tenant": declared}
        self.scratch.declare(_NAME, yaml.safe_dump({"config": config}))
        self.up()
        ended = flow_mcp(self.scratch, "export", _NAME, "--to", str(settings))
        assert ended.returncode == 0, ended.stderr


@pytest.fixture
def mover(module_scratch: ScratchProject, admin: httpx.Client) -> Iterator[Mover]:
    tenant = Mover(_NAME, module_scratch)
    tenant.create()
    yield tenant
    for realm in admin.get("").json():
        if realm["realm"] in {"mover", "mover-next"}:
            admin.delete(realm["realm"])


def test_a_tenant_moves_between_realms_without_a_failed_call(
    mover: Mover, keycloak: LocalKeycloak, admin: httpx.Client, tmp_path: Path
) -> None:
    assert {
        "flow-mcp check mover",
        "pulumi up --stack mover",
        "flow-mcp export mover --to settings",
    } < commands()
    begun, switched, ended = steps(keycloak.url)
    former, following = f"{keycloak.url}/realms/mover", f"{keycloak.url}/realms/mover-next"
    with ExitStack() as stack:
        guarded: list[ProtectedResourceMiddleware] = []

        async def app(scope: Any, receive: Any, send: Any) -> None:
            await guarded[0](scope, receive, send)

        origin = f"http://127.0.0.1:{stack.enter_context(serving(app))}"
        instance = f"{origin}/flow"
        mover.apply({"authorizationServer": begun["authorizationServer"]}, instance, tmp_path)
        directory = stack.enter_context(SettingsDirectory(tmp_path))
        guarded.append(ProtectedResourceMiddleware(_mcp, directory, base_url=origin))
        before = mover.document
        resource = before.protected_resources[0].url
        agent, importer = (CallingClient(resource, metadata_url(resource)) for _ in range(2))
        secrets = mover.outputs(secrets=True)["clientSecrets"]
        agent.add(before.authorization_servers[0], "agent", secrets["agent"])
        importer.add(before.authorization_servers[0], "importer", secrets["importer"])
        for client in (agent, importer):
            stack.enter_context(client)
            client.wait(former)

        mover.apply(begun, instance, tmp_path)
        outputs = mover.outputs(secrets=True)
        assert (outputs["authority"], outputs["otherServer"]["authority"]) == (former, following)
        assert outputs["otherServer"]["clientIds"]["legacy-crm"] == "next-crm"
        assert outputs["clientSecrets"] == secrets
        assert set(outputs["otherClientSecrets"]) == {"agent", "importer"}
        # The agent is configured early. It uses the new server as soon as the metadata prefers it.
        following_server = SettingsDocument.from_json(outputs["settings"]).authorization_servers[1]
        agent.add(following_server, "agent", outputs["otherClientSecrets"]["agent"])
        for client in (agent, importer):
            client.wait(former)

        unchanged = _clients(admin, "mover"), _clients(admin, "mover-next")
        mover.apply(switched, instance, tmp_path)
        agent.wait(following)
        importer.wait(former)
        assert (_clients(admin, "mover"), _clients(admin, "mover-next")) == unchanged
        # The importer is configured late, after the switch.
        importer.add(following_server, "importer", outputs["otherClientSecrets"]["importer"])
        importer.wait(following)
        for client in (agent, importer):
            client.remove(former)
            client.wait(following)

        mover.apply(ended, instance, tmp_path)
        for client in (agent, importer):
            client.wait(following)
        outputs = mover.outputs()
        assert (outputs["authority"], outputs.get("otherServer")) == (following, None)
        assert not {name for name in _clients(admin, "mover") if name.startswith("flow-mcp-")}
        assert _clients(admin, "mover-next") == unchanged[1]
        assert mover.changes() == {}
    assert (agent.failures, importer.failures) == ([], [])
    assert {status for client in (agent, importer) for _, status in client.calls} == {200}


async def _answer(request: Request) -> PlainTextResponse:
    del request
    return PlainTextResponse("called")


_mcp = Starlette(routes=[Route("/{path:path}", _answer)])


def _clients(admin: httpx.Client, realm: str) -> dict[str, str]:
    return {client["clientId"]: client["id"] for client in admin.get(f"{realm}/clients").json()}
