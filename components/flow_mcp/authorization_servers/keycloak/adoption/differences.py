"""How existing objects differ from those that the stack would create, by the properties of the plugin.

The values are those that the Keycloak plugin reads. A property that neither the program nor a default of the
plugin sets keeps the server's value, so it is no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic.alias_generators import to_camel

from flow_mcp.authorization_servers.adoption import Difference
from flow_mcp.authorization_servers.representations import (
    Representation,
    flag,
    mapping,
    text,
    texts,
)

_Read = Callable[[Representation], Any]


def _attribute_flag(name: str) -> _Read:
    return lambda client: flag(mapping(client, "attributes"), name)


def _is_on(values: Representation, name: str) -> bool:
    """Return a Boolean that is true in Keycloak if it is absent."""
    return name not in values or flag(values, name)


def _attribute(name: str) -> _Read:
    return lambda client: text(mapping(client, "attributes"), name)


def _flag(name: str) -> _Read:
    return lambda client: flag(client, name)


def _text(name: str) -> _Read:
    return lambda client: text(client, name)


def _access_type(client: Representation) -> str:
    if flag(client, "publicClient"):
        return "PUBLIC"
    return "BEARER-ONLY" if flag(client, "bearerOnly") else "CONFIDENTIAL"


def _flow_overrides(client: Representation) -> dict[str, Any]:
    return {
        key: value for key, value in mapping(client, "authenticationFlowBindingOverrides").items() if value
    }


_CLIENT: Mapping[str, _Read] = {
    "accessTokenLifespan": _attribute("access.token.lifespan"),
    "accessType": _access_type,
    "clientAuthenticatorType": lambda client: text(client, "clientAuthenticatorType") or "client-secret",
    "clientId": _text("clientId"),
    "description": _text("description"),
    "directAccessGrantsEnabled": _flag("directAccessGrantsEnabled"),
    "enabled": _flag("enabled"),
    "fullScopeAllowed": _flag("fullScopeAllowed"),
    "implicitFlowEnabled": _flag("implicitFlowEnabled"),
    "name": _text("name"),
    "pkceCodeChallengeMethod": _attribute("pkce.code.challenge.method"),
    "serviceAccountsEnabled": _flag("serviceAccountsEnabled"),
    "standardFlowEnabled": _flag("standardFlowEnabled"),
    "validRedirectUris": lambda client: list(texts(client, "redirectUris")),
    "webOrigins": lambda client: list(texts(client, "webOrigins")),
}
"""The properties that the program sets, as the plugin reads them."""

_CLIENT_DEFAULTS: Mapping[str, tuple[Any, _Read]] = {
    "allowRefreshTokenInStandardTokenExchange": (
        "",
        _attribute("standard.token.exchange.enableRefreshRequestedTokenType"),
    ),
    "alwaysDisplayInConsole": (False, _flag("alwaysDisplayInConsole")),
    "authenticationFlowBindingOverrides": ({}, _flow_overrides),
    "backchannelLogoutRevokeOfflineSessions": (
        False,
        _attribute_flag("backchannel.logout.revoke.offline.tokens"),
    ),
    "backchannelLogoutSessionRequired": (True, _attribute_flag("backchannel.logout.session.required")),
    "backchannelLogoutUrl": ("", _attribute("backchannel.logout.url")),
    "frontchannelLogoutUrl": ("", _attribute("frontchannel.logout.url")),
    "loginTheme": ("", _attribute("login_theme")),
    "oauth2DeviceAuthorizationGrantEnabled": (
        False,
        _attribute_flag("oauth2.device.authorization.grant.enabled"),
    ),
    "oauth2DeviceCodeLifespan": ("", _attribute("oauth2.device.code.lifespan")),
    "oauth2DevicePollingInterval": ("", _attribute("oauth2.device.polling.interval")),
    "oauth2JwtAuthorizationGrantEnabled": (False, _attribute_flag("oauth2.jwt.authorization.grant.enabled")),
    "oauth2JwtAuthorizationGrantIdp": ("", _attribute("oauth2.jwt.authorization.grant.idp")),
    "standardTokenExchangeEnabled": (False, _attribute_flag("standard.token.exchange.enabled")),
    "useRefreshTokens": (True, lambda client: _is_on(mapping(client, "attributes"), "use.refresh.tokens")),
    "useRefreshTokensClientCredentials": (False, _attribute_flag("client_credentials.use_refresh_token")),
}
"""The properties that the program does not set and the plugin does: its value, and what it reads."""


def of_client(client: Representation, properties: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the differences of a client.

    Args:
        client: the existing client (ClientRepresentation).
        properties: what the program sets, by name in Python.
    """
    wanted = _in_pulumi(properties)
    return tuple(sorted(_of_client(client, wanted), key=lambda difference: difference.property))


def _of_client(client: Representation, wanted: Mapping[str, Any]) -> Iterator[Difference]:
    for name, read in _CLIENT.items():
        value, declared = read(client), wanted[name]
        declared = sorted(declared) if isinstance(declared, list) else declared
        if value != declared:
            yield Difference(name, value, declared)
    for name, (default, read) in _CLIENT_DEFAULTS.items():
        if (value := read(client)) != default:
            yield Difference(name, value, default)
    # The plugin does not read these attributes when it imports a client, so they count as different.
    attributes = mapping(client, "attributes")
    extra = wanted["extraConfig"]
    present = {key: attributes[key] for key in sorted(extra) if key in attributes}
    yield Difference("extraConfig", present, dict(sorted(extra.items())))


def of_scope(scope: Representation, properties: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the differences of a client scope, with the program's properties by name in Python."""
    attributes = mapping(scope, "attributes")
    shown = flag(attributes, "display.on.consent.screen")
    present = {
        "consentScreenText": text(attributes, "consent.screen.text") if shown else "",
        "description": text(scope, "description"),
        "includeInOpenidProviderMetadata": _is_on(attributes, "include.in.openid.provider.metadata"),
        "includeInTokenScope": _is_on(attributes, "include.in.token.scope"),
        "name": text(scope, "name"),
    }
    order = text(attributes, "gui.order")
    ordered = [Difference("guiOrder", int(order), None)] if order.lstrip("+-").isdecimal() else []
    wanted = {"includeInOpenidProviderMetadata": True, **_in_pulumi(properties)}
    return _differences(present, wanted, ordered)


def of_audience(mapper: Representation, properties: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return the differences of an audience mapper, with the program's properties by name in Python."""
    config = mapping(mapper, "config")
    present = {
        "addToAccessToken": flag(config, "access.token.claim"),
        "addToIdToken": flag(config, "id.token.claim"),
        "addToTokenIntrospection": _is_on(config, "introspection.token.claim"),
        "includedClientAudience": text(config, "included.client.audience"),
        "includedCustomAudience": text(config, "included.custom.audience"),
        "name": text(mapper, "name"),
    }
    wanted = {"addToTokenIntrospection": True, "includedClientAudience": "", **_in_pulumi(properties)}
    return _differences(present, wanted, [])


def _in_pulumi(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {to_camel(name): value for name, value in properties.items()}


def _differences(
    present: Mapping[str, Any], wanted: Mapping[str, Any], further: list[Difference]
) -> tuple[Difference, ...]:
    differing = [
        Difference(name, value, wanted[name]) for name, value in present.items() if value != wanted[name]
    ]
    return tuple(sorted([*differing, *further], key=lambda difference: difference.property))
