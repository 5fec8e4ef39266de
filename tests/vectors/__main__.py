"""Write the test vectors: `python -m tests.vectors`; with `--check`, tell whether they are up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.vectors import keys, themes, variations

DIRECTORY = Path(__file__).parents[2] / "components" / "flow_mcp" / "runtime" / "vectors"


def texts() -> dict[Path, str]:
    """The files that are generated, by their path below the vectors' directory."""
    documents: dict[str, Any] = {f"cases/{theme.name}.json": theme.document() for theme in themes.ALL}
    documents |= {
        f"settings/{name}.json": json.loads(document.canonical_json())
        for name, document in variations.SETTINGS.items()
    }
    documents |= {f"keys/{name}.json": sets for name, sets in keys.KEYS.items()}
    return {Path(file): json.dumps(document, indent=2) + "\n" for file, document in documents.items()}


def stale(directory: Path = DIRECTORY) -> list[Path]:
    """The files that are missing, too many, or not what would be written."""
    wanted = texts()
    there = {
        file.relative_to(directory): file.read_text(encoding="utf-8") for file in directory.glob("*/*.json")
    }
    return sorted(file for file in wanted.keys() | there.keys() if wanted.get(file) != there.get(file))


def main(arguments: list[str]) -> int:
    """Exit code 1: not up to date."""
    found = stale()
    if arguments == ["--check"]:
        for file in found:
            print(  # noqa: T201 a command
                f"{DIRECTORY / file} is not up to date; run python -m tests.vectors", file=sys.stderr
            )
        return 1 if found else 0
    wanted = texts()
    for file in found:
        if file in wanted:
            (DIRECTORY / file).parent.mkdir(exist_ok=True)
            (DIRECTORY / file).write_text(wanted[file], encoding="utf-8")
        else:
            (DIRECTORY / file).unlink()
        print(f"wrote {DIRECTORY / file}" if file in wanted else f"removed {DIRECTORY / file}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
