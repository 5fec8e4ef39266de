"""The sample stack of Scalekit on its stand-in, for tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.live.authority import Authority
from tests.standin.scalekit_server import APPLIER, ScalekitServer
from tests.standin.web import serving

STACK = "umbrella"
URL = "https://app.profitbase.biz/flow/mcp/tenants/umbrella/workspaces/7/environments/production"
SAMPLE = (REPOSITORY / "stacks" / "Pulumi.umbrella.yaml").read_text(encoding="utf-8")


def declaration(server: ScalekitServer, access: str = "5m") -> str:
    """Return the sample with the address of the server and another lifetime of access tokens."""
    return SAMPLE.replace("https://umbrella.scalekit.com", server.url).replace(
        "access: 5m", f"access: {access}"
    )


@contextmanager
def scalekit_scratch(
    scratch: ScratchProject, directory: Path
) -> Iterator[tuple[ScratchProject, ScalekitServer]]:
    """Yield a scratch project whose engine trusts the stand-in's certificate, and the stand-in."""
    authority = Authority(directory)
    with serving(authority, ScalekitServer) as server:
        client_id, secret = APPLIER
        credentials = {
            "SCALEKIT_CLIENT_ID": client_id,
            "SCALEKIT_CLIENT_SECRET": secret,
            "SSL_CERT_FILE": str(authority.certificate),
        }
        yield replace(scratch, credentials=credentials), server
