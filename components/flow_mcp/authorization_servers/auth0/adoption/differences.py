"""How existing objects differ from those that the stack would create, by the properties of the plugin.

The values are those that the Auth0 plugin reads (internal/auth0/*/flatten.go of its upstream provider). A
property that the stack does not set differs if the plugin would remove the server's value. The plugin keeps
the values of all other properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from flow_mcp.authorization_servers.adoption import Difference
from flow_mcp.authorization_servers.representations import Representation, flag, mapping, objects, text

_KEPT_BY_PLUGIN = {
    "jwtConfiguration": frozenset({"lifetimeInSeconds", "secretEncoded"}),
}
"""Parts of properties that the plugin keeps if the program does not set them."""
_REMOVED_FLAGS = ("requirePushedAuthorizationRequests", "sso", "ssoDisabled")
_REMOVED_TEXTS = (
    *("complianceLevel", "crossOriginLoc", "customLoginPage", "formTemplate", "initiateLoginUri"),
    *("logoUri", "resourceServerIdentifier"),
)
_REMOVED_LISTS = (
    *("allowedClients", "allowedLogoutUrls", "asyncApprovalNotificationChannels", "clientAliases"),
    "organizationDiscoveryMethods",
)
_REMOVED_OBJECTS = ("addons", "fedcmLogin", "oidcLogout", "sessionTransfer", "tokenExchange", "tokenQuota")
"""Properties of a client that the plugin removes if the program does not set them, by their type."""

_Values = Mapping[str, Any]


def ordered(representation: Representation, key: str) -> list[str]:
    """Return the texts of a list in its order, which the plugin compares."""
    value = representation.get(key)
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def of_client(client: Representation, properties: _Values) -> tuple[Difference, ...]:
    """Return the differences of a client.

    Args:
        client: the existing application, as the Management API returns it.
        properties: what the stack sets, by name in Python.
    """
    wanted = _in_pulumi(properties)
    present = _camel(
        {
            **{key: text(client, key) for key in ("name", "description", "app_type")},
            **{key: flag(client, key) for key in ("is_first_party", "oidc_conformant")},
            **{
                key: ordered(client, key)
                for key in ("grant_types", "callbacks", "web_origins", "allowed_origins")
            },
            **{key: _nested(client, key) for key in ("jwt_configuration", "refresh_token")},
            "require_proof_of_possession": flag(client, "require_proof_of_possession") or None,
        }
    )
    if not wanted["refreshToken"]:
        present["refreshToken"] = None  # The plugin keeps it.
    differing = [*_compared(present, wanted), *_removed(client)]
    if (metadata := mapping(client, "client_metadata")) != wanted["clientMetadata"]:
        # The names only, because somebody may have stored a secret.
        differing.append(Difference("clientMetadata", sorted(metadata), wanted["clientMetadata"]))
    return _sorted(differing)


def of_credentials(client: Representation, wanted_method: str) -> tuple[Difference, ...]:
    """Return the differences of a client's credentials."""
    method = text(client, "token_endpoint_auth_method") or _METHODS.get(
        text(client, "app_type"), "client_secret_basic"
    )
    return _sorted(_compared({"authenticationMethod": method}, {"authenticationMethod": wanted_method}))


_METHODS = {
    "native": "none",
    "non_interactive": "client_secret_post",
    "regular_web": "client_secret_post",
    "spa": "none",
}
"""The authentication method that the plugin reads for a client without one, by the type of application."""


def of_api(api: Representation, properties: _Values) -> tuple[Difference, ...]:
    """Return the differences of an API, with the stack's properties by name in Python."""
    wanted = _in_pulumi(properties)
    subjects = mapping(api, "subject_type_authorization")
    policies = {
        subject: {"policy": text(mapping(subjects, subject), "policy")}
        for subject in ("client", "user")
        if mapping(subjects, subject)
    }
    present = _camel(
        {
            **{key: text(api, key) for key in ("identifier", "name", "signing_alg", "token_dialect")},
            **{
                key: flag(api, key)
                for key in (
                    *("allow_offline_access", "enforce_policies"),
                    "skip_consent_for_verifiable_first_party_clients",
                )
            },
            **{key: _number(api, key) for key in ("token_lifetime", "token_lifetime_for_web")},
            "subject_type_authorization": policies,
            "proof_of_possession": _nested(api, "proof_of_possession"),
        }
    )
    if not wanted["proofOfPossession"]:
        present["proofOfPossession"] = None  # The plugin keeps it.
    location = text(api, "verificationLocation") or text(api, "verification_location")
    further = [Difference("verificationLocation", location, None)] if location else []
    return _sorted([*_compared(present, wanted), *further])


def of_scopes(api: Representation, properties: _Values) -> tuple[Difference, ...]:
    """Return the differences of an API's permissions, which the plugin compares as a set."""
    present = [
        {"name": text(scope, "value"), "description": text(scope, "description")}
        for scope in objects(api, "scopes")
    ]
    by_name = [sorted(scopes, key=lambda scope: scope["name"]) for scopes in (present, properties["scopes"])]
    return () if by_name[0] == by_name[1] else (Difference("scopes", by_name[0], by_name[1]),)


def of_role(role: Representation, wanted_description: str) -> tuple[Difference, ...]:
    """Return the differences of a role."""
    return _sorted(_compared({"description": text(role, "description")}, {"description": wanted_description}))


def of_grant(grant: Representation, properties: _Values) -> tuple[Difference, ...]:
    """Return the differences of a client grant, with the stack's properties by name in Python."""
    all_scopes = flag(grant, "allow_all_scopes")
    present = {"scopes": [] if all_scopes else ordered(grant, "scope")}
    further = {
        "allowAllScopes": all_scopes,
        "allowAnyOrganization": flag(grant, "allow_any_organization"),
        "authorizationDetailsTypes": ordered(grant, "authorization_details_types"),
        "organizationUsage": text(grant, "organization_usage"),
    }
    removed = (Difference(name, value, None) for name, value in further.items() if value)
    return _sorted([*_compared(present, {"scopes": properties["scopes"]}), *removed])


def _removed(client: Representation) -> Iterator[Difference]:
    readers: tuple[tuple[tuple[str, ...], Callable[[Representation, str], Any]], ...] = (
        (_REMOVED_FLAGS, flag),
        (_REMOVED_TEXTS, text),
        (_REMOVED_LISTS, ordered),
    )
    values = {to_camel(key): value for key, value in client.items()}
    for names, read in readers:
        yield from (Difference(name, value, None) for name in names if (value := read(values, name)))
    for name in _REMOVED_OBJECTS:
        if isinstance(value := values.get(name), dict):
            # The names only, because an add-on may contain a secret.
            yield Difference(name, sorted(value) or "empty", None)
    if flag(client, "cross_origin_authentication") or flag(client, "cross_origin_auth"):
        yield Difference("crossOriginAuth", True, None)
    if isinstance(prompt := values.get("skipNonVerifiableCallbackUriConfirmationPrompt"), bool):
        yield Difference("skipNonVerifiableCallbackUriConfirmationPrompt", str(prompt).lower(), None)


def _compared(present: _Values, wanted: _Values) -> Iterator[Difference]:
    for name, value in present.items():
        declared = wanted[name]
        if isinstance(value, dict) and isinstance(declared, dict):
            kept = _KEPT_BY_PLUGIN.get(name, frozenset()) - declared.keys()
            value = {key: part for key, part in value.items() if key not in kept and not _is_unset(part)}
            if value == {key: part for key, part in declared.items() if not _is_unset(part)}:
                continue
        elif value == declared or (_is_unset(value) and _is_unset(declared)):
            continue
        yield Difference(name, value, declared)


def _is_unset(value: Any) -> bool:
    """Return whether the plugin takes a value for an absent one."""
    return not value


def _nested(representation: Representation, key: str) -> dict[str, Any] | None:
    value = representation.get(key)
    return _camel(value) if isinstance(value, dict) else None


def _number(representation: Representation, key: str) -> int:
    value = representation.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _camel(values: _Values) -> dict[str, Any]:
    return {to_camel(key): value for key, value in values.items()}


def _in_pulumi(properties: _Values) -> dict[str, Any]:
    nested = {key: _camel(value) if isinstance(value, dict) else value for key, value in properties.items()}
    # The keys of the metadata are the client's, not properties.
    return _camel({**nested, **{key: properties[key] for key in ("client_metadata",) if key in properties}})


def _sorted(differences: Any) -> tuple[Difference, ...]:
    return tuple(sorted(differences, key=lambda difference: difference.property))
