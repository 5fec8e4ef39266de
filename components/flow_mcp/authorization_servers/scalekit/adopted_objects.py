"""The plugin function that checks, before any change, that no other stack manages the adopted objects."""

from __future__ import annotations

from collections.abc import Callable

from flow_mcp.authorization_servers.errors import AuthorizationServerError, OwnedByOthersError
from flow_mcp.authorization_servers.representations import mapping, text
from flow_mcp.authorization_servers.scalekit.api import ScalekitApi
from flow_mcp.authorization_servers.scalekit.import_ids import split_import_id
from flow_mcp.engine.plugin.resource import Function, Properties

MARK = "flow-mcp:"
"""Beginning of the description of every object that a stack created."""


class AdoptedObjects(Properties):
    """The objects that the stack takes over.

    Attributes:
        environment_url: URL of the Scalekit environment that the tenant declares.
        owner: the stack, such as `flow-mcp:acme`.
        import_ids: the IDs of MCP servers and clients, as `pulumi import` takes them.
    """

    environment_url: str
    owner: str
    import_ids: tuple[str, ...]


class FreeObjects(Properties):
    """The result: no other stack manages the objects."""


class ScalekitAdoptedObjects(Function[AdoptedObjects, FreeObjects]):
    """Raises an error if an adopted object is in another environment, or has the mark of another stack.

    It changes nothing, and sends the credentials to the declared environment only.
    """

    name = "scalekitAdoptedObjects"
    arguments = AdoptedObjects
    result = FreeObjects

    def __init__(self, api: Callable[[str], ScalekitApi] = ScalekitApi) -> None:
        self._api = api

    def call(self, arguments: AdoptedObjects) -> FreeObjects:
        object_ids = [_in_environment(import_id, arguments) for import_id in arguments.import_ids]
        with self._api(arguments.environment_url) as api:
            for object_id in object_ids:
                _require_free(api, object_id, arguments.owner)
        return FreeObjects()


def _in_environment(import_id: str, arguments: AdoptedObjects) -> str:
    """Return the ID of an object without the URL of its environment.

    Raises:
        AuthorizationServerError: the environment is not the one that the tenant declares.
    """
    environment_url, object_id = split_import_id(import_id, "an object")
    if environment_url.rstrip("/") != arguments.environment_url.rstrip("/"):
        raise AuthorizationServerError(
            f"adopted names {object_id} at {environment_url}, and the tenant declares the Scalekit "
            f"environment {arguments.environment_url}. Correct the line."
        )
    return object_id


def _require_free(api: ScalekitApi, object_id: str, owner: str) -> None:
    """Raise if an object has the mark of another stack. An absent object is left to the import.

    Raises:
        OwnedByOthersError: it has.
    """
    server, slash, client_id = object_id.partition("/")
    path = f"/resources/{server}/clients/{client_id}" if slash else f"/resources/{server}"
    answer = api.find(path) or {}
    mark = text(mapping(answer, "client" if slash else "resource"), "description")
    if mark.startswith(MARK) and mark != owner and not mark.startswith(f"{owner}:"):
        raise OwnedByOthersError(
            f"{object_id} at {api.url} was created by the stack of {mark}, which manages it. Remove its line "
            "from adopted. If that stack no longer exists, clear the description at Scalekit."
        )
