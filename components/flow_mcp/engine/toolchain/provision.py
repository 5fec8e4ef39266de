"""Provide Pulumi and its plugins by the first method that works."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from flow_mcp.engine.toolchain import cache
from flow_mcp.engine.toolchain.build import Build
from flow_mcp.engine.toolchain.download import Download
from flow_mcp.engine.toolchain.errors import ToolchainError
from flow_mcp.engine.toolchain.golang import OLDEST_GO
from flow_mcp.engine.toolchain.installed import Installed
from flow_mcp.engine.toolchain.programs import (
    OLDEST_PULUMI,
    PROGRAMS,
    Part,
    Progress,
    Provide,
    Provided,
    dotted,
    sdk_version,
)

ProvisionMethod = Literal["installed", "download", "build"]
PROVISION_METHODS: tuple[ProvisionMethod, ...] = get_args(ProvisionMethod)


@dataclass(frozen=True)
class Result:
    """A part that was placed in the directory.

    Attributes:
        method: the method that provided it.
        provided: its version and files, and what this call did.
        changed: whether the directory changed.
    """

    method: ProvisionMethod
    provided: Provided
    changed: bool


def provision(
    module: Path,
    directory: Path,
    parts: Sequence[Part],
    methods: Sequence[ProvisionMethod],
    progress: Progress,
) -> Mapping[Part, Result]:
    """Place working programs of the parts in a directory; correct programs in it stay unchanged.

    Args:
        module: the Go module to build from.
        directory: the directory for the programs.
        parts: the parts to provide.
        methods: the permitted methods in this order, except that the method of the last run comes directly
            after `installed`. A machine without downloads then does not try one in every run.
        progress: receives the progress.

    Raises:
        ToolchainError: no method works for a part; lists the reason of each method and what to install.
    """
    if sys.platform not in ("linux", "darwin"):
        raise ToolchainError(
            f"flow-mcp toolchain runs on Linux and macOS, not on {sys.platform}; on Windows, use WSL"
        )
    record = directory / ".methods.json"
    previous_methods = _read(record)
    results = {}
    for part in parts:
        ordered = _order(methods, previous_methods.get(part))
        results[part] = _provide(part, ordered, module, directory, progress)
    current_methods: dict[str, ProvisionMethod] = dict(previous_methods)
    current_methods.update({part: result.method for part, result in results.items()})
    if current_methods != previous_methods:
        record.write_text(json.dumps(current_methods))
    return results


def _read(record: Path) -> Mapping[str, ProvisionMethod]:
    try:
        methods: Mapping[str, ProvisionMethod] = json.loads(record.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return methods


def _order(methods: Sequence[ProvisionMethod], last: ProvisionMethod | None) -> Sequence[ProvisionMethod]:
    return sorted(methods, key=lambda method: (method != "installed", method != last))


def _provide(
    part: Part, methods: Sequence[ProvisionMethod], module: Path, directory: Path, progress: Progress
) -> Result:
    reasons = []
    for method in methods:
        try:
            provided = _provider(method, module, directory)(part, progress)
        except ToolchainError as error:
            reasons.append(f"\n  {method}: {error}")
        else:
            # A list, because `any` on a generator would stop after the first changed program.
            changed = [
                cache.place(file, directory / name, link=method != "build")
                for name, file in provided.files.items()
            ]
            return Result(method, provided, any(changed))
    raise ToolchainError(f"no method provides {_required(part)}:{''.join(reasons)}\n{_remedy(part)}")


def _provider(method: ProvisionMethod, module: Path, directory: Path) -> Provide:
    match method:
        case "installed":
            return Installed(directory).provide
        case "download":
            return Download(directory).provide
        case "build":
            return Build(module).provide


def _required(part: Part) -> str:
    if part == "pulumi":
        return f"Pulumi {dotted(OLDEST_PULUMI)} or newer"
    if part == "languages":
        return " and ".join(PROGRAMS[part])
    return f"Pulumi's Keycloak plugin {dotted(sdk_version(part))} or newer"


def _remedy(part: Part) -> str:
    installation = (
        "Install Pulumi (https://www.pulumi.com/docs/iac/download-install/)"
        if part != "keycloak"
        else f"Run `pulumi plugin install resource keycloak {dotted(sdk_version(part))}`"
    )
    return (
        f"{installation}, or allow access to get.pulumi.com, or install Go {'.'.join(map(str, OLDEST_GO))} or"
        " newer (https://go.dev/dl/); where Go modules cannot be fetched, set GOPROXY to a mirror."
    )
