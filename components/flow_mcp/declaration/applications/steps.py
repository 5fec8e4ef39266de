"""Steps that connect an application: documents, commands and dialogs with placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from flow_mcp.declaration.base import Declared, Text
from flow_mcp.declaration.findings import RefusedError
from flow_mcp.declaration.texts import require_visible

PLACEHOLDER = re.compile(r"\$\{([A-Za-z]+)\}")
PLACEHOLDERS = (
    "authority",
    "authorizationUrl",
    "callbackPort",
    "clientId",
    "clientSecret",
    "name",
    "scopeList",
    "scopes",
    "serverUrl",
    "tokenUrl",
)
"""Names of the placeholders. `scopeList` is a list of texts, the others are texts."""
_SCOPE_LIST = "${scopeList}"


class Box(Declared):
    """A field of a dialog."""

    label: Annotated[Text, Field(description="Label of the field in the application.")]
    value: Annotated[Text, Field(description="Text with placeholders.")]


class Step(Declared):
    """A step in exactly one form. Parts whose placeholders have no value are omitted."""

    title: Annotated[Text, Field(description="What to do with it, such as: Add to .vscode/mcp.json.")]
    client_type: Annotated[
        Literal["public", "confidential"] | None, Field(description="Only for clients of this type.")
    ] = None
    json_document: Annotated[dict[str, Any] | None, Field(alias="json", description="A JSON document.")] = (
        None
    )
    toml_document: Annotated[
        dict[str, Any] | None, Field(alias="toml", description="Tables of a TOML document.")
    ] = None
    command: Annotated[
        tuple[Text | tuple[Text, ...], ...] | None,
        Field(description="Words of a shell command; a list of words is omitted as a whole."),
    ] = None
    dialog: Annotated[tuple[Box, ...] | None, Field(description="Fields of a dialog, in their order.")] = None

    @property
    def form(self) -> Literal["json", "toml", "command", "dialog"]:
        """The key of the step's form."""
        if self.json_document is not None:
            return "json"
        if self.toml_document is not None:
            return "toml"
        return "command" if self.command is not None else "dialog"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.json_document, self.toml_document, self.command, self.dialog]
        if sum(form is not None for form in forms) != 1:
            raise RefusedError(
                "does not have exactly one form", "Give one of json, toml, command and dialog."
            )
        takes_lists = self.form in {"json", "toml"}
        for text in _texts(self.model_dump(exclude={"title", "client_type"})):
            require_visible(text)
            if _SCOPE_LIST in text and not (takes_lists and text == _SCOPE_LIST):
                raise RefusedError(
                    f"has {_SCOPE_LIST} in a text, but it is a list",
                    "Use ${scopes} in texts, and ${scopeList} as the whole value in json and toml.",
                )
            for name in PLACEHOLDER.findall(text):
                if name not in PLACEHOLDERS:
                    raise RefusedError(
                        f"has the unknown placeholder {name}",
                        f"Known: {', '.join(PLACEHOLDERS)}.",
                    )
        return self


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _texts(key)
            yield from _texts(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part)
