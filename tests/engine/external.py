"""A tenant on the stand-in for any authorization server, for tests of the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flow_mcp.trial import Trial
from tests.live.authority import Authority
from tests.standin.registration_server import INITIAL_ACCESS_TOKEN, RegistrationServer
from tests.standin.web import serving

STACK = "hooli"
URL = "https://app.profitbase.biz/flow/mcp/tenants/hooli/workspaces/9/environments"
TENANT = """\
config:
  flow-mcp:tenant:
    id: hooli
    workspaces:
      "9": {environments: [production, test]}
    authorizationServer:
      external:
        authority: %s
        resources:
          9/production: {scopes: [flow.production]}
          9/test: {scopes: [flow.test]}
        tokens:
          person: [{claim: sid, must: present}]
        clientRegistration: {}
    clients:
      nightly-agent:
        grant: client-credentials
        access: ["9/production"]
      desktop:
        grant: authorization-code
        redirectUris: ["%s"]
        access: ["*"]
        people: everyone
    manualRegistrations:
      legacy-crm:
        clientId: legacy-crm
        access: ["9/production"]
"""


def declaration(server: RegistrationServer, redirect: str = "http://127.0.0.1/callback") -> str:
    """The stack's file."""
    return TENANT % (server.issuer, redirect)


@contextmanager
def external_trial(trial: Trial, directory: Path) -> Iterator[tuple[Trial, RegistrationServer]]:
    """A trial whose engine finds the stand-in and trusts its certificate."""
    authority = Authority(directory)
    with serving(authority, RegistrationServer) as server:
        credentials = {
            "FLOW_MCP_INITIAL_ACCESS_TOKEN": INITIAL_ACCESS_TOKEN,
            "SSL_CERT_FILE": str(authority.certificate),
        }
        yield replace(trial, credentials=credentials), server
