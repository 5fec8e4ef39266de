"""Read one tenant's settings from a file."""

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
"""The file of a tenant with 200 environments and 50 clients has about 4 MiB."""

Stamp = tuple[int, int, int, int, int]


class SettingsFileError(FlowMcpError):
    """A settings file cannot be used."""


@dataclass(frozen=True, slots=True)
class TenantSettings:
    """The content of one settings file."""

    tenant: str
    revision: int
    digest: str
    document: SettingsDocument
    """Without token requests: only clients need them, and they take half of the memory."""


def stamp(path: Path) -> Stamp:
    """Return values that change when the file changes; symbolic links are followed.

    Replacing the file by renaming, or swapping a link to its directory as Kubernetes does, changes the inode.
    Writing in place or changing permissions changes a time.

    Raises:
        OSError: the file does not exist or is not accessible.
    """
    status = os.stat(path)  # noqa: PTH116 a tenth of the time of Path.stat
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def read_settings(path: Path) -> TenantSettings:
    """Read the envelope `<tenant>.json` and the settings document in it.

    Raises:
        SettingsFileError: the file cannot be read, is not an envelope, has a wrong digest, or is for another
            tenant than its name.
    """
    # Imported here: a runtime that gets its settings in another way does not need it.
    from pydantic import ValidationError

    from flow_mcp.settings import SettingsEnvelope

    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE_BYTES + 1)
        if len(text) > MAX_FILE_BYTES:
            raise SettingsFileError(f"{path} was rejected: it is larger than {MAX_FILE_BYTES} bytes.")
        envelope = SettingsEnvelope.from_json(text)
        document = envelope.document()
    except ValidationError as error:
        raise SettingsFileError(f"{path} was rejected: {_first_problem(error)}.") from error
    except (OSError, ValueError) as error:
        raise SettingsFileError(f"{path} was rejected: {error}.") from error
    if envelope.tenant != path.stem:
        raise SettingsFileError(
            f"{path} was rejected: it contains the settings of the tenant {envelope.tenant!r}. "
            f"Deliver them as {envelope.tenant}.json."
        )
    return TenantSettings(
        envelope.tenant, envelope.revision, envelope.digest, _without_token_requests(document)
    )


def _first_problem(error: ValidationError) -> str:
    """Return the first problem that pydantic reports, without the invalid value."""
    problem = error.errors(include_input=False, include_url=False, include_context=False)[0]
    where = ".".join(map(str, problem["loc"]))
    return f"{where}: {problem['msg']}" if where else problem["msg"]


def _without_token_requests(document: SettingsDocument) -> SettingsDocument:
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
