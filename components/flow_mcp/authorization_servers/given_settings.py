"""The settings of an authorization server that the user gave to `flow-mcp adopt`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flow_mcp.authorization_servers.errors import AuthorizationServerError

_Settings = TypeVar("_Settings", bound=BaseModel)


def given_settings(
    model: type[_Settings], settings: Mapping[str, Any], server: str, remedy: str
) -> _Settings:
    """Return the settings, checked before credentials are sent to the address in them.

    Args:
        model: the kind's declaration, or that of the Flow instance.
        settings: the settings, as in a tenant's file or Pulumi.yaml.
        server: the authorization server, for messages.
        remedy: what to give, for messages.

    Raises:
        AuthorizationServerError: they are invalid.
    """
    try:
        return model.model_validate_json(json.dumps(settings))
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(str(part) for part in problem["loc"])
        raise AuthorizationServerError(
            f"The settings of {server} to read are invalid: {place}: {problem['msg']}. {remedy}"
        ) from None
