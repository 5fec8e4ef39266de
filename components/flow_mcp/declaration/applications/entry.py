"""An entry of the catalogue: an application's redirect URIs and registration methods, with sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from flow_mcp.declaration.applications.steps import Step
from flow_mcp.declaration.base import (
    Day,
    Declared,
    Host,
    Origin,
    PrivateUseUri,
    RedirectUri,
    Text,
    split_url,
)
from flow_mcp.declaration.findings import RefusedError
from flow_mcp.declaration.urls import redirect_uri

ClientType = Literal["public", "confidential"]
EntraPlatform = Literal["mobile-and-desktop", "web", "single-page"]
Support = Literal["supported", "unsupported", "unknown"]
Fact = Literal[
    "redirectUris",
    "clientTypes",
    "entraPlatform",
    "refresh",
    "dynamicRegistration",
    "metadataDocuments",
    "connect",
]

CALLBACK_ID = "${callbackId}"
"""Placeholder for the value that Codex derives from the URL of a protected resource."""
CALLBACK_ID_LENGTH = 12
"""Number of characters of that value."""


_TEST = re.compile(r"tests(?:/[A-Za-z0-9._-]+)+")


def _address(text: str) -> str:
    if not _TEST.fullmatch(text) and split_url(text).scheme != "https":
        raise RefusedError("is not https", "Give the https address of the page.")
    return text


def _document(url: str) -> str:
    parts = split_url(url)
    if parts.scheme != "https" or not parts.path.strip("/") or "?" in url or "#" in url:
        raise RefusedError(
            "is not a valid address of a metadata document",
            "Write https, the host and the path, without query and fragment.",
        )
    return url


def _prefix(uri: str) -> str:
    if not redirect_uri(uri).endswith("/") or "?" in uri:
        raise RefusedError(
            "does not end with a slash", "Write the part of the redirect URI up to the segment that varies."
        )
    return uri


def _template(uri: str) -> str:
    if uri.count(CALLBACK_ID) != 1 or not uri.endswith(f"/{CALLBACK_ID}"):
        raise RefusedError(f"does not end with {CALLBACK_ID} once", f"End it with /{CALLBACK_ID}.")
    redirect_uri(uri.replace(CALLBACK_ID, "a" * CALLBACK_ID_LENGTH))
    return uri


class Source(Declared):
    """The source of a fact."""

    basis: Annotated[
        Literal["tried", "vendor", "reported"],
        Field(
            description="tried: a test of this project runs the application; vendor: the vendor's "
            "documentation, source code or developers; reported: users of the application."
        ),
    ]
    url: Annotated[
        str, AfterValidator(_address), Field(description="https address, or the path of a test (tests/…).")
    ]
    read: Annotated[Day, Field(description="Day on which the source was read, YYYY-MM-DD.")]


class Callback(Declared):
    """A redirect URI that the application creates for each app or tool."""

    prefix: Annotated[
        RedirectUri,
        AfterValidator(_prefix),
        Field(description="Beginning of the redirect URI, up to a slash; one path segment follows."),
    ]
    where: Annotated[Text, Field(description="Where to find it: a sentence.")]


class Entry(Declared):
    """An entry of a file. In a team's file, each key replaces the same key of a known application."""

    title: Annotated[Text | None, Field(description="Name of the product.")] = None
    redirect_uris: Annotated[
        tuple[RedirectUri, ...] | None,
        Field(description="Exact; a loopback one without a port matches any port."),
    ] = None
    private_use_redirect_uris: Annotated[
        tuple[PrivateUseUri, ...] | None,
        Field(
            description="Redirect URIs with a private-use scheme (RFC 8252, section 7.1), which any program "
            "on a computer can claim."
        ),
    ] = None
    resource_redirect_uris: Annotated[
        tuple[Annotated[str, AfterValidator(_template)], ...] | None,
        Field(
            description=f"Redirect URIs for each protected resource; {CALLBACK_ID} becomes base64url of the "
            "first nine bytes of the SHA-256 of its URL."
        ),
    ] = None
    callback: Annotated[
        Callback | None,
        Field(description="A redirect URI that the application creates for each app or tool."),
    ] = None
    web_origins: Annotated[
        tuple[Origin, ...] | None, Field(description="Origins whose pages call the token endpoint (CORS).")
    ] = None
    client_types: Annotated[
        tuple[ClientType, ...] | None,
        Field(min_length=1, description="Supported client types; the first is the default."),
    ] = None
    entra_platform: Annotated[
        EntraPlatform | Literal["unknown"] | None,
        Field(
            description="Platform of the redirect URIs in Microsoft Entra ID, for the default client type."
        ),
    ] = None
    refresh: Annotated[
        Literal["supported", "unreliable", "unsupported", "unknown"] | None,
        Field(
            description="Whether it uses refresh tokens; unreliable: users report that it sometimes does not."
        ),
    ] = None
    dynamic_registration: Annotated[
        Support | None, Field(description="Whether it registers dynamically (RFC 7591).")
    ] = None
    registration_hosts: Annotated[
        tuple[Host, ...] | None,
        Field(
            description="Further hosts in its registration or metadata document, such as that of its logo."
        ),
    ] = None
    metadata_documents: Annotated[
        Support | None, Field(description="Whether it has a Client ID Metadata Document.")
    ] = None
    metadata_document: Annotated[
        Annotated[str, AfterValidator(_document)] | None, Field(description="Address of that document.")
    ] = None
    connect: Annotated[
        tuple[Step, ...] | None, Field(description="Steps that `flow-mcp connect` prints.")
    ] = None
    sources: Annotated[dict[Fact, Source], Field(default={}, description="The source of each fact, by key.")]


class Application(Entry):
    """A complete entry: each fact has a source."""

    title: Text
    redirect_uris: tuple[RedirectUri, ...] = ()
    private_use_redirect_uris: tuple[PrivateUseUri, ...] = ()
    resource_redirect_uris: tuple[str, ...] = ()
    web_origins: tuple[Origin, ...] = ()
    client_types: tuple[ClientType, ...] = Field(min_length=1)
    entra_platform: EntraPlatform | Literal["unknown"] = "unknown"
    refresh: Literal["supported", "unreliable", "unsupported", "unknown"] = "unknown"
    dynamic_registration: Support = "unknown"
    registration_hosts: tuple[Host, ...] = ()
    metadata_documents: Support = "unknown"
    connect: tuple[Step, ...] = ()

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if not any((self.redirect_uris, self.resource_redirect_uris, self.callback)):
            raise RefusedError("has no redirect URI", "Add redirectUris, resourceRedirectUris or callback.")
        if self.entra_platform not in {"unknown", self._follows}:
            raise RefusedError(
                f"has the Entra platform {self.entra_platform}, but its client type and web origins require "
                f"{self._follows}",
                f"Write entraPlatform: {self._follows}, or correct clientTypes or webOrigins.",
            )
        if self.metadata_document and self.metadata_documents != "supported":
            raise RefusedError(
                "has metadataDocument without metadataDocuments: supported",
                "Add metadataDocuments: supported.",
            )
        for fact in self._claimed():
            if fact not in self.sources:
                raise RefusedError(
                    f"has no source for {fact}",
                    f"Add sources: {{{fact}: {{basis: …, url: …, read: …}}}}, or leave the fact out.",
                )
        return self

    @property
    def _follows(self) -> EntraPlatform:
        """The platform that the Entra component selects for such a client."""
        if self.client_types[0] == "confidential":
            return "web"
        return "single-page" if self.web_origins else "mobile-and-desktop"

    def _claimed(self) -> Iterator[Fact]:
        """Yield the keys of the facts that the entry contains."""
        yield "redirectUris"
        yield "clientTypes"
        if self.entra_platform != "unknown":
            yield "entraPlatform"
        if self.refresh != "unknown":
            yield "refresh"
        if self.dynamic_registration != "unknown":
            yield "dynamicRegistration"
        if self.metadata_documents != "unknown":
            yield "metadataDocuments"
        if self.connect:
            yield "connect"

    @property
    def redirect_hosts(self) -> tuple[str, ...]:
        """The hosts of all redirect URIs, sorted; Keycloak checks those of private-use URIs too."""
        uris = [*self.redirect_uris, *self.private_use_redirect_uris, *self.resource_redirect_uris]
        uris += [self.callback.prefix] if self.callback else []
        return tuple(sorted({host for uri in uris if (host := urlsplit(uri).hostname)}))
