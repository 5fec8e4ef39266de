"""A fake `pulumi` command that reads the answers for its stacks from a file."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from flow_mcp.settings import SettingsDocument
from tests.unit.runtime import acme

_PULUMI = f"""#!{sys.executable} -IS
import json, pathlib, sys
asked = [a for a in sys.argv[1:] if a != "--non-interactive"]
log = pathlib.Path(__file__).with_name("asked")
with log.open("a") as file:
    file.write(" ".join(asked) + "\\n")
stacks = json.loads(pathlib.Path(__file__).with_name("stacks.json").read_text())
stack = stacks.get(asked[asked.index("--stack") + 1])
if stack is None:
    sys.exit("error: no stack named 'x' found")
if asked[1] == "history":
    print(json.dumps([{{"version": stack["version"]}}] * stack["updates"]))
elif "--show-secrets" in asked:
    print(json.dumps(stack["outputs"]))
else:
    secret = {{"clientSecrets": "[secret]"}} if "clientSecrets" in stack["outputs"] else {{}}
    print(json.dumps(stack["outputs"] | secret))
"""


class Backend:
    """The stacks of the fake `pulumi`, and the project's `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._bin = directory / "bin"
        self._bin.mkdir()
        (self._bin / "pulumi").write_text(_PULUMI, encoding="utf-8")
        (self._bin / "pulumi").chmod(0o755)
        self._stacks: dict[str, Any] = {}
        (directory / "stacks").mkdir()
        (directory / "Pulumi.yaml").write_text("name: flow-mcp\n", encoding="utf-8")
        self._save()

    @property
    def path(self) -> str:
        return str(self._bin)

    @property
    def asked(self) -> list[str]:
        """The arguments of all calls of `pulumi`, in order."""
        log = self._bin / "asked"
        return log.read_text(encoding="utf-8").splitlines() if log.exists() else []

    def declare(self, stack: str) -> None:
        """Create the file of a stack without an update."""
        (self.directory / "stacks" / f"Pulumi.{stack}.yaml").touch()

    def apply(self, stack: str, document: SettingsDocument, updates: int, *, numbered: bool = False) -> None:
        """Set a stack after some updates; `numbered` if the backend returns the number itself."""
        self.declare(stack)
        outputs = {"settings": document.canonical_json(), "clientSecrets": {"agent": f"s3cret-of-{stack}"}}
        self._stacks[stack] = {"outputs": outputs, "updates": updates, "version": updates if numbered else 0}
        self._save()

    def remove(self, stack: str) -> None:
        (self.directory / "stacks" / f"Pulumi.{stack}.yaml").unlink()
        del self._stacks[stack]
        self._save()

    def _save(self) -> None:
        (self._bin / "stacks.json").write_text(json.dumps(self._stacks), encoding="utf-8")


def document(tenant: str = "acme", *, open_to_all: bool = False) -> SettingsDocument:
    """Return settings of a tenant; `open_to_all` selects the second variant."""
    return acme.settings(acme.OPEN if open_to_all else None).model_copy(update={"tenant": tenant})


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Backend:
    """A project without stacks as the working directory."""
    directory = tmp_path / "project"
    directory.mkdir()
    project_backend = Backend(directory)
    monkeypatch.chdir(directory)
    monkeypatch.setenv("PATH", project_backend.path)
    return project_backend
