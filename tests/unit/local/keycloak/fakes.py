"""Fake java, mvn and Keycloak programs, run as real processes."""

from __future__ import annotations

import hashlib
import json
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flow_mcp.local.keycloak.distribution import VERSION

_KC_SH = f"""#!/bin/sh
PATH=/usr/bin:/bin
root="${{0%/bin/*}}"
if [ "$1" = build ]; then
    if [ -e "$root/../../no-build" ]; then echo "ERROR: cannot be built"; exit 1; fi
    mkdir "$root/lib"
    echo "$@" >> "$root/../../builds"
else
    exec {sys.executable} -IS "$root/bin/keycloak.py" "$@"
fi
"""

# Records its arguments, then serves the metadata, or behaves as the file `behaviour` in the state directory
# requires. Without http.server, whose import takes longer than the rest.
_KEYCLOAK = """
import json, os, socket, sys, time
options = dict(argument.split("=", 1) for argument in sys.argv if "=" in argument)
home = options["-Dkc.home.dir"]
with open(home + "/seen.json", "w") as file:
    json.dump({"arguments": sys.argv[1:], "environment": dict(os.environ)}, file)
behaviour = home + "/../behaviour"
behaviour = open(behaviour).read() if os.path.exists(behaviour) else ""
if behaviour == "fails":
    print("INFO: so far so good")
    print("ERROR: the database is locked")
    sys.exit(1)
if behaviour == "is silent":
    print("INFO: waiting", flush=True)
    time.sleep(600)
body = json.dumps({"issuer": options["--hostname"] + "/realms/master"})
answer = f"HTTP/1.1 200 OK\\r\\nContent-Length: {len(body)}\\r\\nConnection: close\\r\\n\\r\\n{body}".encode()
with socket.create_server((options["--http-host"], int(options["--http-port"]))) as server:
    while True:
        connection, _ = server.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(answer)
"""


class Machine:
    """A directory that is the complete PATH, and its cache directory."""

    def __init__(self, root: Path) -> None:
        self.programs = root / "programs"
        self.programs.mkdir()
        self.cache = root / "cache" / "flow-mcp" / "keycloak"
        self.archive = root / "keycloak.zip"
        name = f"keycloak-{VERSION}"
        with zipfile.ZipFile(self.archive, "w") as archive:
            archive.writestr(f"{name}/bin/kc.sh", _KC_SH)
            archive.writestr(f"{name}/bin/keycloak.py", _KEYCLOAK)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.archive.read_bytes()).hexdigest()

    @property
    def sha1(self) -> str:
        return hashlib.sha1(self.archive.read_bytes()).hexdigest()

    def program(self, name: str, text: str) -> Path:
        """Put a program on PATH."""
        file = self.programs / name
        file.write_text(text)
        file.chmod(0o755)
        return file

    def java(self, version: str = "17.0.15") -> Path:
        return self.program("java", f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-04-15' >&2\n")

    def maven(self) -> Path:
        """A Maven with the archive; each run adds a line to `maven-runs`."""
        runs = self.programs / "maven-runs"
        return self.program(
            "mvn",
            "#!/bin/sh\n"
            f"echo run >> {runs}\n"
            'for option; do case "$option" in -DoutputDirectory=*) out="${option#*=}";; esac; done\n'
            f'/bin/cp {self.archive} "$out/keycloak.zip"\n',
        )

    def broken_maven(self) -> Path:
        return self.program("mvn", "#!/bin/sh\necho '[ERROR] the mirror is closed'\nexit 1\n")

    def docker(self, *, runs: bool = True) -> Path:
        """A docker command with or without an engine; each call adds a line to `docker-calls`."""
        calls = self.programs / "docker-calls"
        answer = "" if runs else "echo 'Cannot connect to the Docker daemon' >&2; exit 1"
        return self.program("docker", f'#!/bin/sh\necho "$@" >> {calls}\n{answer}\n')

    def calls(self, name: str) -> list[str]:
        file = self.programs / name
        return file.read_text().splitlines() if file.exists() else []


def wait_until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Poll until the condition is true; fail after the time limit."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def seen(state: Path) -> Any:
    """Return arguments and environment of the Keycloak that was started in this state directory."""
    return json.loads((state / "home" / "seen.json").read_text())
