from __future__ import annotations

import json
from pathlib import Path

from flow_mcp.operations.export import files
from flow_mcp.operations.rotate.credential import Credential


def deliver(place: str, credential: Credential) -> bool:
    """Write a JSON file with mode 0600, and return whether it changed.

    Raises:
        ExportError: the file cannot be written.
    """
    values = {
        "authority": credential.authority,
        "clientId": credential.client_id,
        "clientSecret": credential.secret,
    }
    return files.write(Path(place), json.dumps(values, indent=2) + "\n", files.PRIVATE)
