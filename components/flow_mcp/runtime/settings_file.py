"""One tenant's settings read from a file, all or nothing."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flow_mcp.common.errors import FlowMcpError

if TYPE_CHECKING:
    from pydantic import ValidationError

    from flow_mcp.settings import SettingsDocument

MAX_FILE_BYTES = 8 * 1024 * 1024
"""A tenant with 200 environments and 50 clients has some 4 MiB."""

Stamp = tuple[int, int, int, int, int]


class SettingsFileError(FlowMcpError):
    """A file of settings cannot be used."""


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """What a file says."""

    tenant: str
    revision: int
    digest: str
    document: SettingsDocument
    """Without token requests: they are for clients, and half of the memory."""


def stamp(path: Path) -> Stamp:
    """Give what changes when the file does, symbolic links followed.

    Whoever writes by renaming, or swaps the link above (Kubernetes), changes the inode; whoever writes in
    place or changes permissions, a time.

    Raises:
        OSError: the file is not there or not accessible.
    """
    found = os.stat(path)  # noqa: PTH116 a tenth of the time of Path.stat
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_settings(path: Path) -> TenantSettings:
    """Read the envelope `<tenant>.json` and the settings document in it.

    Raises:
        SettingsFileError: it cannot be read, is no envelope, its digest is wrong, or it is not for the tenant
            whose name the file bears.
    """
    # Imported here: a runtime that gets its settings another way does without.
    from pydantic import ValidationError

    from flow_mcp.settings import SettingsEnvelope

    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise SettingsFileError(f"{path} is not used: it has more than {MAX_FILE_BYTES} bytes.")
        envelope = SettingsEnvelope.from_json(text)
        document = envelope.document()
    except ValidationError as error:
        raise SettingsFileError(f"{path} is not used: {_first(error)}.") from error
    except (OSError, ValueError) as error:
        raise SettingsFileError(f"{path} is not used: {error}.") from error
    if envelope.tenant != path.stem:
        raise SettingsFileError(
            f"{path} is not used: it holds the settings of {envelope.tenant!r}, "
            f"whose file would be {envelope.tenant}.json."
        )
    return TenantSettings(envelope.tenant, envelope.revision, envelope.digest, _lean(document))


def _first(error: ValidationError) -> str:
    """Tell the first problem that pydantic found, without the value."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]


def _lean(document: SettingsDocument) -> SettingsDocument:
    servers = tuple(
        server.model_copy(
            update={
                "clients": tuple(
                    client.model_copy(update={"token_requests": ()}) for client in server.clients
                )
            }
        )
        for server in document.authorization_servers
    )
    return document.model_copy(update={"authorization_servers": servers})
