from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from flow_mcp.local.keycloak.errors import LocalKeycloakError

OLDEST_JAVA = 17


def find_java() -> Path:
    """Return the `java` program of JAVA_HOME, else the one on PATH.

    Raises:
        LocalKeycloakError: there is no Java, or it is older than `OLDEST_JAVA`.
    """
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin" if home else None)
    if not java:
        place = f"in JAVA_HOME ({home})" if home else "on PATH"
        raise LocalKeycloakError(f"No java {place}. Install Java {OLDEST_JAVA} or newer.")
    answer = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    # "1.8.0_412" is Java 8; "17.0.15", "21" and "22-ea" start with the major version.
    version = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    if answer.returncode != 0 or not version:
        raise LocalKeycloakError(f"{java} does not run. Install Java {OLDEST_JAVA} or newer.")
    if int(version[1]) < OLDEST_JAVA:
        raise LocalKeycloakError(f"{java} is Java {version[1]}. Install Java {OLDEST_JAVA} or newer.")
    return Path(java)
