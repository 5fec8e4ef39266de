"""Scripts that take the place of programs, in a directory of the test."""

from __future__ import annotations

import sys
from pathlib import Path

_GO = """\
#!{python} -S
import json, os, pathlib, sys, time
arguments = sys.argv[1:]
settings = json.loads(pathlib.Path({settings!r}).read_text())
with open({calls!r}, "a") as calls:
    calls.write(" ".join(arguments) + "\\n")
if arguments[0] == "-C":
    print(settings["version"], "linux", "amd64", sep="\\n")
elif arguments[0] == "list":
    print("go: downloading example.com/module v1.0.0", file=sys.stderr, flush=True)
    print("fmt", "example.com/module", sep="\\n")
elif arguments[0] == "mod":
    print(json.dumps({{"Dir": settings["sdk"]}}))
elif settings["fails"]:
    sys.exit(settings["fails"])
else:
    pathlib.Path({calls!r}).with_name("pid").write_text(str(os.getpid()))
    print("fmt", "example.com/module", sep="\\n", file=sys.stderr, flush=True)
    time.sleep(settings["seconds"])
    pathlib.Path(arguments[arguments.index("-o") + 1]).write_text(f"built from {{arguments[-1]}}")
"""


def script(directory: Path, name: str, *lines: str) -> Path:
    """Create an executable shell script."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / name
    file.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    file.chmod(0o755)
    return file


def fake_go(directory: Path, settings: Path) -> None:
    """Create a `go` that behaves according to the settings and records its calls in their directory."""
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "go"
    calls = settings.with_name("calls")
    file.write_text(_GO.format(python=sys.executable, settings=str(settings), calls=str(calls)))
    file.chmod(0o755)
