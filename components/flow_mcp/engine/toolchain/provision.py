"""The order in which the ways to Pulumi and its plugins are tried."""

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
    PARTS,
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
    """A part that is in the directory now.

    Attributes:
        way: how it came there.
        provided: its version and files, and what was done at this call.
        changed: whether the directory changed.
    """

    method: ProvisionMethod
    provided: Provided
    changed: bool


def provision(
    module: Path, directory: Path, methods: Sequence[ProvisionMethod], progress: Progress
) -> Mapping[Part, Result]:
    """Put working programs of every part into a directory; what is there and right stays.

    Args:
        module: the Go module to build from.
        directory: where the programs go.
        methods: those that may be tried, in this order, except that after an installation comes the way that
            worked last time: where nothing can be downloaded, that is not tried each time again.
        progress: told what happens.

    Raises:
        ToolchainError: no way works for a part; says why each does not and what to install.
    """
    if sys.platform not in ("linux", "darwin"):
        raise ToolchainError(
            f"flow-mcp toolchain runs on Linux and macOS, not on {sys.platform}; on Windows, use WSL"
        )
    record = directory / ".methods.json"
    worked = _read(record)
    results = {}
    for part in PARTS:
        results[part] = _first(part, _order(methods, worked.get(part)), module, directory, progress)
    now: dict[str, ProvisionMethod] = {part: result.method for part, result in results.items()}
    if now != worked:
        record.write_text(json.dumps(now))
    return results


def _read(record: Path) -> Mapping[str, ProvisionMethod]:
    try:
        worked: Mapping[str, ProvisionMethod] = json.loads(record.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return worked


def _order(methods: Sequence[ProvisionMethod], last: ProvisionMethod | None) -> Sequence[ProvisionMethod]:
    return sorted(methods, key=lambda method: (method != "installed", method != last))


def _first(
    part: Part, methods: Sequence[ProvisionMethod], module: Path, directory: Path, progress: Progress
) -> Result:
    reasons = []
    for method in methods:
        try:
            provided = _provider(method, module, directory)(part, progress)
        except ToolchainError as error:
            reasons.append(f"\n  {method}: {error}")
        else:
            # A list: every program is to be placed, also after one that changed.
            placed = [
                cache.place(file, directory / name, link=method != "build")
                for name, file in provided.files.items()
            ]
            return Result(method, provided, any(placed))
    raise ToolchainError(f"no method provides {_wanted(part)}:{''.join(reasons)}\n{_remedy(part)}")


def _provider(method: ProvisionMethod, module: Path, directory: Path) -> Provide:
    match method:
        case "installed":
            return Installed(directory).provide
        case "download":
            return Download(directory).provide
        case "build":
            return Build(module).provide


def _wanted(part: Part) -> str:
    if part == "pulumi":
        return f"Pulumi {dotted(OLDEST_PULUMI)} or newer"
    return f"Pulumi's Keycloak plugin {dotted(sdk_version(part))} or newer"


def _remedy(part: Part) -> str:
    installation = (
        "Install Pulumi (https://www.pulumi.com/docs/iac/download-install/)"
        if part == "pulumi"
        else f"Run `pulumi plugin install resource keycloak {dotted(sdk_version(part))}`"
    )
    return (
        f"{installation}, or allow access to get.pulumi.com, or install Go {'.'.join(map(str, OLDEST_GO))} or"
        " newer (https://go.dev/dl/); where Go modules cannot be fetched, set GOPROXY to a mirror."
    )
