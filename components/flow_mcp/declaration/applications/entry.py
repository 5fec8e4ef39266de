"""One known application: redirect URIs, registration methods, what to enter in it, and where that is from."""

from __future__ import annotations

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
"""Stands for what Codex derives from the URL of a protected resource."""


def _address(text: str) -> str:
    if not text.startswith("tests/") and split_url(text).scheme != "https":
        raise RefusedError("is not https", "Give the https address of the page.")
    return text


def _document(url: str) -> str:
    parts = split_url(url)
    if parts.scheme != "https" or not parts.path.strip("/") or "?" in url or "#" in url:
        raise RefusedError(
            "is not the address of a metadata document",
            "Write https, the host and the path, without query and fragment.",
        )
    return url


def _template(uri: str) -> str:
    if uri.count(CALLBACK_ID) != 1:
        raise RefusedError(f"does not name {CALLBACK_ID} once", f"End it with /{CALLBACK_ID}.")
    # The type checks the rest as it checks every redirect URI.
    return uri


class Source(Declared):
    """Where a fact is from."""

    basis: Annotated[
        Literal["tried", "vendor", "reported"],
        Field(
            description="tried: a test of this project runs it; vendor: its documentation, source code or "
            "developers say so; reported: others who use it say so."
        ),
    ]
    url: Annotated[
        str, AfterValidator(_address), Field(description="https address, or the test's path (tests/…).")
    ]
    read: Annotated[Day, Field(description="Day on which it was read, YYYY-MM-DD.")]


class Callback(Declared):
    """A redirect URI that the application makes for each user or tool."""

    prefix: Annotated[RedirectUri, Field(description="What it begins with; one path segment follows.")]
    where: Annotated[Text, Field(description="Where the user finds it: a sentence.")]


class Entry(Declared):
    """What a file says of an application; a team's own file may say a part, which replaces the same part."""

    title: Annotated[Text | None, Field(description="Its name for people.")] = None
    redirect_uris: Annotated[
        tuple[RedirectUri, ...] | None,
        Field(description="Exact; a loopback one without a port matches any port."),
    ] = None
    private_use_redirect_uris: Annotated[
        tuple[PrivateUseUri, ...] | None,
        Field(
            description="Redirect URIs with a scheme of the application's own (RFC 8252, section 7.1), which "
            "any program on a person's computer can claim."
        ),
    ] = None
    resource_redirect_uris: Annotated[
        tuple[Annotated[str, AfterValidator(_template)], ...] | None,
        Field(
            description=f"One for each protected resource; {CALLBACK_ID} stands for base64url of the first "
            "nine bytes of SHA-256 of its URL."
        ),
    ] = None
    callback: Annotated[
        Callback | None, Field(description="A redirect URI that only the user can know, if there is one.")
    ] = None
    web_origins: Annotated[
        tuple[Origin, ...] | None, Field(description="Its origins, if its pages call the token endpoint.")
    ] = None
    client_types: Annotated[
        tuple[ClientType, ...] | None,
        Field(min_length=1, description="What it can be; the first is the default."),
    ] = None
    entra_platform: Annotated[
        EntraPlatform | Literal["unknown"] | None,
        Field(description="Platform of its redirect URIs in Microsoft Entra ID, for the default type."),
    ] = None
    refresh: Annotated[
        Literal["supported", "unreliable", "unsupported", "unknown"] | None,
        Field(description="Whether it renews access by refresh tokens; unreliable: reported not always to."),
    ] = None
    dynamic_registration: Annotated[
        Support | None, Field(description="Whether it registers itself (RFC 7591).")
    ] = None
    registration_hosts: Annotated[
        tuple[Host, ...] | None,
        Field(description="Further hosts that its registration names, besides its redirect URIs'."),
    ] = None
    metadata_documents: Annotated[
        Support | None, Field(description="Whether it has a Client ID Metadata Document.")
    ] = None
    metadata_document: Annotated[
        Annotated[str, AfterValidator(_document)] | None, Field(description="The address of that document.")
    ] = None
    connect: Annotated[
        tuple[Step, ...] | None, Field(description="What to paste or to enter, by `flow-mcp connect`.")
    ] = None
    sources: Annotated[
        dict[Fact, Source], Field(default={}, description="Where each fact is from, by its key.")
    ]


class Application(Entry):
    """A known application with all that is needed of it, each fact with its source."""

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
                f"has the Entra platform {self.entra_platform}, but clients of its type and web origins are "
                f"on {self._follows}",
                f"Write entraPlatform: {self._follows}, or correct clientTypes or webOrigins.",
            )
        if self.metadata_document and self.metadata_documents != "supported":
            raise RefusedError("has a metadata document", "Write metadataDocuments: supported.")
        for fact in self._claimed():
            if fact not in self.sources:
                raise RefusedError(
                    f"has no source for {fact}",
                    f"Add sources: {{{fact}: {{basis: …, url: …, read: …}}}}, or leave the fact out.",
                )
        return self

    @property
    def _follows(self) -> EntraPlatform:
        """The platform on which the project puts it in Entra."""
        if self.client_types[0] == "confidential":
            return "web"
        return "single-page" if self.web_origins else "mobile-and-desktop"

    def _claimed(self) -> Iterator[Fact]:
        """The facts that are said of it."""
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
        """Hosts of all its redirect URIs, sorted; Keycloak looks at those of private-use ones too."""
        uris = [*self.redirect_uris, *self.private_use_redirect_uris, *self.resource_redirect_uris]
        uris += [self.callback.prefix] if self.callback else []
        return tuple(sorted({host for uri in uris if (host := urlsplit(uri).hostname)}))
