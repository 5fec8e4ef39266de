"""Rules of the auth0 plugin and its service that pulumi-auth0's SDK does not contain (auth0 3.55.1).

Preview rules: observed on the real plugin. Service rules: Auth0's documentation of its Management API.

An account is a domain. A test may add `tenant` (settings in the form of `getTenant`), `roles` (name → ID) and
`existing` (objects that somebody made by hand, see `auth0_existing`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pulumi_auth0.outputs import GetTenantFlagResult

from tests.standin.rules import Failure, Rules
from tests.standin.server import Account, ServiceError
from tests.standin.shapes import property_hints
from tests.standin.values import Properties, items, known

TENANT = "auth0:index/tenant:Tenant"
API = "auth0:index/resourceServer:ResourceServer"
SCOPES = "auth0:index/resourceServerScopes:ResourceServerScopes"
CLIENT = "auth0:index/client:Client"
CREDENTIALS = "auth0:index/clientCredentials:ClientCredentials"
CIMD = "auth0:index/clientCimd:ClientCimd"
GRANT = "auth0:index/clientGrant:ClientGrant"
ROLE = "auth0:index/role:Role"
PERMISSION = "auth0:index/rolePermission:RolePermission"
GET_TENANT = "auth0:index/getTenant:getTenant"
GET_ROLE = "auth0:index/getRole:getRole"

RULES = Rules(
    "auth0",
    replaced_by={
        API: frozenset({"identifier"}),
        SCOPES: frozenset({"resourceServerIdentifier"}),
        CREDENTIALS: frozenset({"clientId"}),
        CIMD: frozenset({"externalClientId"}),
        GRANT: frozenset({"audience", "clientId", "defaultFor", "subjectType"}),
        PERMISSION: frozenset({"permission", "resourceServerIdentifier", "roleId"}),
    },
    kept_parts={(CLIENT, "jwtConfiguration"): frozenset({"lifetimeInSeconds", "secretEncoded"})},
)

GRANT_TYPES = {"authorization_code", "client_credentials", "implicit", "password", "refresh_token"}


@RULES.signs_in
def domain(configuration: Properties, environment: Mapping[str, str]) -> str:
    """Return the domain. The environment must have an API token or a client's credentials."""
    by_client = {"AUTH0_CLIENT_ID", "AUTH0_CLIENT_SECRET"} & environment.keys()
    if "AUTH0_API_TOKEN" in environment and by_client:
        raise ServiceError("only one of api_token and client_id/client_secret may be set")
    if "AUTH0_API_TOKEN" not in environment and len(by_client) < 2:
        raise ServiceError("no credentials: set AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET")
    return str(configuration.get("domain") or environment["AUTH0_DOMAIN"])


def _one_of(inputs: Properties, path: str, *allowed: str) -> Iterator[Failure]:
    value: Any = inputs
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if known(value) and value not in allowed:
        yield path, f"expected to be one of {', '.join(allowed)}, got {value}"


@RULES.refused_in_preview(TENANT)
def tenant_values(inputs: Properties) -> Iterator[Failure]:
    """Check profiles, modes and URLs."""
    yield from _one_of(inputs, "resourceParameterProfile", "audience", "compatibility")
    yield from _one_of(inputs, "dynamicClientRegistrationSecurityMode", "strict", "permissive")
    yield from _https(inputs, "defaultRedirectionUri")


@RULES.refused_in_preview(API)
def api_values(inputs: Properties) -> Iterator[Failure]:
    """Check dialects, algorithms and policies. There is no policy that allows all programs."""
    yield from _one_of(inputs, "signingAlg", "HS256", "RS256", "PS256")
    yield from _one_of(
        inputs,
        "tokenDialect",
        "access_token",
        "access_token_authz",
        "rfc9068_profile",
        "rfc9068_profile_authz",
    )
    policy = "subjectTypeAuthorization"
    yield from _one_of(inputs, f"{policy}.user.policy", "allow_all", "deny_all", "require_client_grant")
    yield from _one_of(inputs, f"{policy}.client.policy", "deny_all", "require_client_grant")
    secret = inputs.get("signingSecret")
    if known(secret) and len(str(secret)) < 16:
        yield "signingSecret", "expected length to be at least 16"


@RULES.refused_in_preview(CLIENT, CIMD)
def description(inputs: Properties) -> Iterator[Failure]:
    """Reject a description of more than 140 characters."""
    text = inputs.get("description")
    if known(text) and len(str(text)) > 140:
        yield "description", "expected length to be in the range (0 - 140)"


@RULES.refused_in_preview(CLIENT)
def client_values(inputs: Properties) -> Iterator[Failure]:
    """Check types, algorithms and URLs."""
    yield from _one_of(inputs, "appType", "native", "spa", "regular_web", "non_interactive")
    yield from _one_of(inputs, "jwtConfiguration.alg", "HS256", "RS256", "PS256")
    yield from _one_of(inputs, "refreshToken.rotationType", "rotating", "non-rotating")
    yield from _one_of(inputs, "refreshToken.expirationType", "expiring", "non-expiring")
    yield from _https(inputs, "initiateLoginUri")


@RULES.refused_in_preview(CREDENTIALS)
def credential_values(inputs: Properties) -> Iterator[Failure]:
    """Check methods and algorithms. Reject more than two keys, and a write-only secret without a version."""
    yield from _one_of(
        inputs,
        "authenticationMethod",
        "none",
        "client_secret_post",
        "client_secret_basic",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
    )
    if "clientSecretWo" in inputs and "clientSecretWoVersion" not in inputs:
        yield "clientSecretWo", "all of client_secret_wo, client_secret_wo_version must be specified"
    declared = items(inputs, "privateKeyJwt", "credentials")
    if len(declared) > 2:
        yield "privateKeyJwt.credentials", "too many list items: at most 2"
    for credential in declared:
        yield from _one_of(credential, "credentialType", "public_key")
        yield from _one_of(credential, "algorithm", "RS256", "RS384", "PS256")


@RULES.refused_in_preview(GRANT)
def grant_values(inputs: Properties) -> Iterator[Failure]:
    """Require either scopes or all of them, either a client or the default, and a valid subject type."""
    yield from _one_of(inputs, "subjectType", "client", "user")
    yield from _one_of(inputs, "defaultFor", "third_party_clients")
    if ("scopes" in inputs) == bool(inputs.get("allowAllScopes")):
        yield "scopes", "either scopes must be provided or allow_all_scopes must be set to true"
    if ("clientId" in inputs) == ("defaultFor" in inputs):
        yield "clientId", "exactly one of client_id, default_for must be specified"


def _https(inputs: Properties, name: str) -> Iterator[Failure]:
    value = inputs.get(name)
    if known(value) and value and urlsplit(value).scheme != "https":
        yield name, "expected an https URL"


def tenant_settings(account: Account) -> Properties:
    """Return the tenant's present settings; changes of the result are stored."""
    settings: Properties = account.given.setdefault("tenant", {})
    return settings


@RULES.made(TENANT)
def tenant(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Change the given settings. On create, the plugin clears some settings that are left out."""
    settings = tenant_settings(account)
    single = {
        "countryCodes": "countryCodes",
        "defaultTokenQuota": "defaultTokenQuotas",
        "errorPage": "errorPages",
    }
    if before is None:
        for name in (*single.values(), "mtls", "skipNonVerifiableCallbackUriConfirmationPrompt"):
            settings.pop(name, None)
    for name, value in inputs.items():
        if name == "flags":
            settings["flags"] = [{**(settings.get("flags") or [{}])[0], **value}]
        else:
            settings[single.get(name, name)] = [value] if isinstance(value, dict) else value
    return {}


@RULES.function(GET_TENANT)
def get_tenant(arguments: Properties, account: Account) -> Properties:  # noqa: ARG001 the rules' signature
    """Return the tenant's settings. The defaults are those of a new tenant."""
    settings = tenant_settings(account)
    flags = dict.fromkeys(property_hints(GetTenantFlagResult), False) | {"enableClientConnections": True}
    return {
        "id": "tenant",
        "domain": account.name,
        "clientIdMetadataDocumentSupported": False,
        "resourceParameterProfile": "audience",
        "dynamicClientRegistrationSecurityMode": "strict",
        "mtls": [{"disable": True, "enableEndpointAliases": False}],
        "skipNonVerifiableCallbackUriConfirmationPrompt": "null",
        **settings,
        "flags": [{**flags, **(settings.get("flags") or [{}])[0]}],
    }


@RULES.made(API)
def api(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require a unique identifier, and a token lifetime for the web that does not exceed the general one."""
    for other in account.of(API):
        if other["identifier"] == inputs["identifier"] and (before is None or other["id"] != before["id"]):
            raise ServiceError("409: a resource server with the same identifier already exists")
    if before is None and existing_object(account, "resource-servers", identifier=inputs["identifier"]):
        raise ServiceError("409: a resource server with the same identifier already exists")
    lifetime, web = inputs.get("tokenLifetime", 86_400), inputs.get("tokenLifetimeForWeb", 7_200)
    if web > lifetime:
        raise ServiceError("400: token_lifetime_for_web cannot be greater than token_lifetime")
    return _named(inputs, before) | _id(before, "")


@RULES.made(SCOPES)
def scopes(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require an existing API, and one resource for each API."""
    identifier = inputs["resourceServerIdentifier"]
    _existing_api(account, identifier)
    existing = existing_object(account, "resource-servers", identifier=identifier) or {}
    if before is None and (identifier in account.objects.get(SCOPES, {}) or existing.get("scopes")):
        raise ServiceError("Resource Server with non empty scopes")
    return {"id": identifier}


@RULES.made(CLIENT)
def client(inputs: Properties, account: Account, before: Properties | None) -> Properties:  # noqa: ARG001 the rules' signature
    """Require known grant types and absolute callbacks. The plugin sets name and description if absent."""
    unknown = set(inputs.get("grantTypes", [])) - GRANT_TYPES
    if unknown:
        raise ServiceError(f"400: invalid grant types: {', '.join(sorted(unknown))}")
    for callback in inputs.get("callbacks", []):
        if not urlsplit(callback).scheme or not urlsplit(callback).netloc:
            raise ServiceError(f"400: callbacks: {callback} is not a valid URL")
    made = _id(before, "") | _named(inputs, before)
    return {"description": "Managed by Pulumi", **inputs, **made, "clientId": made["id"]}


@RULES.made(CREDENTIALS)
def credentials(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require keys for the method private_key_jwt, and generate a secret otherwise."""
    client_id = inputs["clientId"]
    by_hand = existing_object(account, "clients", client_id=client_id)
    if client_id not in account.objects.get(CLIENT, {}) and not by_hand:
        raise ServiceError("404: the client does not exist")
    method = inputs.get("authenticationMethod")
    if method == "private_key_jwt":
        if not items(inputs, "privateKeyJwt", "credentials"):
            raise ServiceError("400: private_key_jwt needs credentials")
        return {"id": client_id, "clientSecret": ""}
    kept = (before or {}).get("clientSecret") or secrets.token_urlsafe(48)
    readable = account.given.get("shows_secrets", True)
    return {"id": client_id, "clientSecret": kept if readable else ""}


@RULES.made(CIMD)
def metadata_document(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Reject a metadata document unless the tenant supports them, and a second import of a document."""
    if not tenant_settings(account).get("clientIdMetadataDocumentSupported"):
        raise ServiceError("403: CIMD registration failed: it is not enabled for this tenant")
    for other in account.of(CIMD):
        if before is None and other["externalClientId"] == inputs["externalClientId"]:
            raise ServiceError("409: a client with this external_client_id exists")
    made = _id(before, "tpc_")
    return {**made, "clientId": made["id"]}


@RULES.made(GRANT)
def grant(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require an existing API and scopes, and one grant for each client, API and subject type."""
    _existing_api(account, inputs["audience"])
    for scope in inputs.get("scopes", []):
        _existing_scope(account, inputs["audience"], scope)
    owner = inputs.get("clientId")
    clients = {*account.objects.get(CLIENT, {}), *account.objects.get(CIMD, {})}
    if owner and owner not in clients and not existing_object(account, "clients", client_id=owner):
        raise ServiceError(f"404: no client with ID {owner}")
    if before is None and account.find(
        GRANT,
        audience=inputs["audience"],
        clientId=owner,
        subjectType=inputs.get("subjectType", "client"),
    ):
        raise ServiceError("409: a client grant for this audience exists already")
    made_by_hand = {name: value for name, value in {"client_id": owner}.items() if value} or {
        "default_for": inputs.get("defaultFor")
    }
    if before is None and existing_object(
        account,
        "client-grants",
        audience=inputs["audience"],
        subject_type=inputs.get("subjectType", "client"),
        **made_by_hand,
    ):
        raise ServiceError("409: a client grant for this audience exists already")
    return _id(before, "cgr_")


@RULES.made(ROLE)
def role(inputs: Properties, account: Account, before: Properties | None) -> Properties:
    """Require a unique name."""
    taken = {other["name"] for other in account.of(ROLE) if before is None or other["id"] != before["id"]}
    taken |= account.given.get("roles", {}).keys()
    by_hand = existing_object(account, "roles", name=inputs.get("name"))
    if inputs.get("name") in taken or (by_hand and (before is None or by_hand["id"] != before["id"])):
        raise ServiceError(f"409: a role with the name {inputs['name']} exists already")
    return _id(before, "rol_") | _named(inputs, before)


@RULES.made(PERMISSION)
def role_permission(inputs: Properties, account: Account, before: Properties | None) -> Properties:  # noqa: ARG001 the rules' signature
    """Require an existing role and scope."""
    identifier, permission = inputs["resourceServerIdentifier"], inputs["permission"]
    roles = {*account.objects.get(ROLE, {}), *account.given.get("roles", {}).values()}
    if inputs["roleId"] not in roles and not existing_object(account, "roles", id=inputs["roleId"]):
        raise ServiceError("404: the role does not exist")
    _existing_scope(account, identifier, permission)
    return {"id": f"{inputs['roleId']}::{identifier}::{permission}"}


@RULES.function(GET_ROLE)
def get_role(arguments: Properties, account: Account) -> Properties:
    """Return a role by its name."""
    name = arguments["name"]
    created = {role["name"]: role["id"] for role in account.of(ROLE)}
    by_hand = existing_object(account, "roles", name=name) or {}
    role_id = {**account.given.get("roles", {}), **created}.get(name) or by_hand.get("id")
    if role_id is None:
        raise ServiceError(f"no role found with name {name!r}")
    return {"id": role_id, "name": name}


def existing_object(account: Account, kind: str, **values: Any) -> Properties | None:
    """Return the object that somebody made by hand with these values; None if there is none."""
    objects: list[Properties] = account.given.get("existing", {}).get(kind, [])
    return next((entry for entry in objects if values.items() <= entry.items()), None)


def _existing_api(account: Account, identifier: str) -> None:
    by_hand = existing_object(account, "resource-servers", identifier=identifier)
    if account.find(API, identifier=identifier) is None and not by_hand:
        raise ServiceError(f"404: no resource server with identifier {identifier}")


def _existing_scope(account: Account, identifier: str, scope: str) -> None:
    """Raise if the scope does not exist, so that a program must declare the dependency on it."""
    scopes_of_api = account.find(SCOPES, resourceServerIdentifier=identifier)
    by_hand = existing_object(account, "resource-servers", identifier=identifier) or {}
    names = {item["name"] for item in scopes_of_api["scopes"]} if scopes_of_api else set()
    if scopes_of_api is None:
        names = {item["value"] for item in by_hand.get("scopes", ())}
    if scope not in names:
        raise ServiceError(f"400: the scope {scope} does not exist on {identifier}")


def _id(before: Properties | None, prefix: str) -> Properties:
    return {"id": before["id"] if before else prefix + secrets.token_hex(16)}


def _named(inputs: Properties, before: Properties | None) -> Properties:
    """Return a generated name with a random end if the inputs have no name, as the plugin does."""
    return {} if "name" in inputs else {"name": (before or {}).get("name", f"unnamed-{secrets.token_hex(4)}")}
