"""The sample stack of an external authorization server on its stand-in, for tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flow_mcp.local.scratch_project import ScratchProject
from tests.conftest import REPOSITORY
from tests.live.authority import Authority
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.web import serving

STACK = "stark"
URL = "https://app.profitbase.biz/flow/mcp/tenants/stark/workspaces/9/environments"
SAMPLE = (REPOSITORY / "stacks" / "Pulumi.stark.yaml").read_text(encoding="utf-8")


def declaration(server: RegistrationServer, redirect: str = "http://127.0.0.1/callback") -> str:
    """Return the sample with the address of the server and another redirect URI."""
    text = SAMPLE.replace("https://id.stark.example/oidc", server.issuer)
    return text.replace("http://127.0.0.1/callback", redirect)


@contextmanager
def external_scratch(
    scratch: ScratchProject, directory: Path
) -> Iterator[tuple[ScratchProject, RegistrationServer]]:
    """Yield a scratch project whose engine trusts the stand-in's certificate, and the stand-in."""
    authority = Authority(directory)
    with serving(authority, RegistrationServer) as server:
        credentials = {
            "FLOW_MCP_INITIAL_ACCESS_TOKEN": INITIAL_ACCESS_TOKEN,
            "SSL_CERT_FILE": str(authority.certificate),
        }
        yield replace(scratch, credentials=credentials), server
