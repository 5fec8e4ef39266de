"""Write the test vectors: `python -m tests.vectors`; with `--check`, check that they are up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.vectors import keys, themes, variations

DIRECTORY = Path(__file__).parents[2] / "components" / "flow_mcp" / "runtime" / "vectors"


def texts() -> dict[Path, str]:
    """Return the generated files by their path in the directory of the vectors."""
    documents: dict[str, Any] = {f"cases/{theme.name}.json": theme.document() for theme in themes.ALL}
    documents |= {
        f"settings/{name}.json": json.loads(document.canonical_json())
        for name, document in variations.SETTINGS.items()
    }
    documents |= {f"keys/{name}.json": sets for name, sets in keys.KEYS.items()}
    return {Path(file): json.dumps(document, indent=2) + "\n" for file, document in documents.items()}


def stale(directory: Path = DIRECTORY) -> list[Path]:
    """List the files that are missing, extra or not up to date."""
    expected = texts()
    present = {
        file.relative_to(directory): file.read_text(encoding="utf-8") for file in directory.glob("*/*.json")
    }
    return sorted(
        file for file in expected.keys() | present.keys() if expected.get(file) != present.get(file)
    )


def main(arguments: list[str]) -> int:
    """Write the vectors, or check them; return 1 if the check fails."""
    changed = stale()
    if arguments == ["--check"]:
        for file in changed:
            print(  # noqa: T201 a command
                f"{DIRECTORY / file} is not up to date. Run python -m tests.vectors.", file=sys.stderr
            )
        return 1 if changed else 0
    expected = texts()
    for file in changed:
        if file in expected:
            (DIRECTORY / file).parent.mkdir(exist_ok=True)
            (DIRECTORY / file).write_text(expected[file], encoding="utf-8")
        else:
            (DIRECTORY / file).unlink()
        print(f"wrote {DIRECTORY / file}" if file in expected else f"removed {DIRECTORY / file}")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
