"""What a tenant's file does not express about existing APIs, in one sentence each."""

from __future__ import annotations

from collections.abc import Iterator

from flow_mcp.authorization_servers.auth0 import names
from flow_mcp.authorization_servers.auth0.adoption.reached import TenantApis
from flow_mcp.authorization_servers.auth0.settings import PROFILE
from flow_mcp.authorization_servers.representations import Representation, objects, text

_PROFILES = ("rfc9068_profile", "rfc9068_profile_authz")


def api_remarks(apis: TenantApis) -> tuple[str, ...]:
    """Return why the runtime would reject the APIs' tokens, and which APIs admit clients without a grant."""
    remarks = [remark for key, api in sorted(apis.by_key.items()) for remark in _rejected(key, api)]
    if open_keys := apis.open_to_people():
        remarks.append(
            f"The APIs of {', '.join(open_keys)} admit every application of people without a client grant. "
            "Applications without one are chosen only if --client or Flow's settings name them."
        )
    return tuple(remarks)


def _rejected(key: str, api: Representation) -> Iterator[str]:
    if text(api, "token_dialect") not in _PROFILES:
        yield (
            f"Tokens for {key} have Auth0's own profile, and the runtime rejects those. Remove tokenDialect "
            f"from the kept properties of ResourceServer/{key}."
        )
    if text(api, "signing_alg") not in PROFILE.algorithms:
        yield (
            f"Tokens for {key} are signed with {text(api, 'signing_alg') or 'no known algorithm'}, and the "
            f"runtime accepts {', '.join(PROFILE.algorithms)}. Remove signingAlg from the kept properties of "
            f"ResourceServer/{key}."
        )
    scopes = {text(scope, "value") for scope in objects(api, "scopes")}
    if not scopes:
        yield (
            f"The API of {key} has no permission, and the runtime requires {names.SCOPE}. Remove the line "
            f"ResourceServerScopes/{key}-scopes."
        )
    elif names.SCOPE not in scopes:
        yield (
            f"The API of {key} has no permission {names.SCOPE}, which the runtime requires. Remove scopes "
            f"from the kept properties of ResourceServerScopes/{key}-scopes, then of its grants. The first "
            "step removes the API's other permissions."
        )
