"""A tenant on the stand-in for Scalekit, for tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flow_mcp.trial import Trial
from tests.live.authority import Authority
from tests.standin.scalekit_server import APPLIER, ScalekitServer
from tests.standin.web import serving

STACK = "umbrella"
URL = "https://app.profitbase.biz/flow/mcp/tenants/umbrella/workspaces/7/environments/production"
TENANT = """\
config:
  flow-mcp:tenant:
    id: umbrella
    workspaces:
      "7": {environments: [production]}
    authorizationServer:
      scalekit:
        environmentUrl: %s
        tokens: {access: %s}
        registration:
          metadataDocuments:
            documents: ["https://claude.ai/oauth/*"]
            access: ["*"]
    clients:
      nightly-agent:
        grant: client-credentials
        access: ["*"]
      portal:
        grant: authorization-code
        clientType: confidential
        redirectUris: ["https://portal.umbrella.example/oauth/callback"]
        access: ["*"]
        people: everyone
    manualRegistrations:
      legacy-crm:
        clientId: m2m_10000000000000001
        access: ["*"]
"""


def declaration(server: ScalekitServer, access: str = "5m") -> str:
    """The stack's file; `access` is the lifetime of access tokens."""
    return TENANT % (server.url, access)


@contextmanager
def scalekit_trial(trial: Trial, directory: Path) -> Iterator[tuple[Trial, ScalekitServer]]:
    """A trial whose engine finds the stand-in and trusts its certificate."""
    authority = Authority(directory)
    with serving(authority, ScalekitServer) as server:
        client_id, secret = APPLIER
        credentials = {
            "SCALEKIT_CLIENT_ID": client_id,
            "SCALEKIT_CLIENT_SECRET": secret,
            "SSL_CERT_FILE": str(authority.certificate),
        }
        yield replace(trial, credentials=credentials), server
