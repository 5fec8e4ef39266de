"""The list of dependencies' licences, from their metadata by pip-licenses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[3]
LOCK = REPOSITORY / "requirements" / "deploy.txt"
PAGE = REPOSITORY / "docs" / "licences.md"
# Licences that allow use in any program. MPL 2.0 asks to publish changes of its files; there are none.
PERMITTED = re.compile(r"MIT|BSD|Apache|PSF-2\.0|Mozilla Public License 2\.0|MIT-0")
# The metadata name no licence; the file LICENSE of the distribution does.
FROM_FILE = {"sarif-pydantic": "MIT"}


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def licences() -> dict[str, str]:
    """Return the licence of each locked dependency that this machine has, by normalized name."""
    locked = re.findall(r"^([a-z0-9-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    command = [
        str(Path(sys.executable).with_name("pip-licenses")),
        "--from=mixed",
        "--format=json",
        "--packages",
    ]
    printed = subprocess.run([*command, *locked], check=True, capture_output=True, text=True).stdout
    found = {normalized(entry["Name"]): entry["License"] for entry in json.loads(printed)}
    return {name: FROM_FILE.get(name, licence) for name, licence in sorted(found.items())}


def test_every_dependency_has_a_permitted_licence() -> None:
    assert {name: licence for name, licence in licences().items() if not PERMITTED.search(licence)} == {}


def test_the_page_lists_every_dependency_with_its_licence() -> None:
    table = "".join(f"| {name} | {licence} |\n" for name, licence in licences().items())
    _, _, rows = PAGE.read_text(encoding="utf-8").partition("| --- | --- |\n")
    assert rows == table, f"write this into {PAGE.name}:\n{table}"
