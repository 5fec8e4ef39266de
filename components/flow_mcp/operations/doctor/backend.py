"""Pulumi's backend and the passphrase of the stacks, by presence only: no value is shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from flow_mcp.engine.project import Project
from flow_mcp.operations.doctor.finding import Finding

_SALT = "encryptionsalt"
_PROVIDER = "secretsprovider"


def backend(project: Project, environment: Mapping[str, str]) -> Finding:
    """Find out whether Pulumi knows a backend; it is not asked."""
    subject = "backend"
    for name in ("PULUMI_BACKEND_URL", "PULUMI_ACCESS_TOKEN"):
        if environment.get(name):
            return Finding(subject, "ok", f"{name} is set")
    if _mapping(_mapping(_yaml(project.file)).get("backend")).get("url"):
        return Finding(subject, "ok", "Pulumi.yaml names one")
    home = environment.get("PULUMI_HOME")
    credentials = (Path(home) if home else Path.home() / ".pulumi") / "credentials.json"
    if _signed_in(credentials):
        return Finding(subject, "ok", "`pulumi login` has chosen one")
    remedy = "Run `pulumi login`, or set PULUMI_BACKEND_URL; `pulumi login file://~` keeps the state here."
    return Finding(subject, "problem", "none is chosen", remedy)


def passphrase(stack_files: Iterable[Path], environment: Mapping[str, str]) -> Finding:
    """Find out whether the passphrase is there that stacks without a cloud key need."""
    subject = "passphrase"
    if "PULUMI_CONFIG_PASSPHRASE" in environment:
        return Finding(subject, "ok", "PULUMI_CONFIG_PASSPHRASE is set")
    if file := environment.get("PULUMI_CONFIG_PASSPHRASE_FILE"):
        if Path(file).is_file():
            return Finding(subject, "ok", "PULUMI_CONFIG_PASSPHRASE_FILE names a file")
        remedy = "Create the file, or set PULUMI_CONFIG_PASSPHRASE instead."
        return Finding(subject, "problem", "PULUMI_CONFIG_PASSPHRASE_FILE names no file", remedy)
    remedy = "Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE."
    read = [_mapping(_yaml(file)) for file in stack_files]
    if any(_SALT in content for content in read):
        return Finding(subject, "problem", "is not set, and stacks are encrypted with one", remedy)
    if all(content.get(_PROVIDER, "passphrase") != "passphrase" for content in read):
        return Finding(subject, "ok", "is not needed: the stacks have another secrets provider")
    message = "is not set; new stacks need one, unless the backend or a cloud key encrypts their secrets"
    return Finding(subject, "warning", message, remedy)


def _signed_in(file: Path) -> bool:
    try:
        return bool(_mapping(json.loads(file.read_bytes())).get("current"))
    except (OSError, ValueError):
        return False


def _yaml(file: Path) -> object:
    try:
        content: object = yaml.safe_load(file.read_bytes())
    except (OSError, ValueError, yaml.YAMLError):
        return None
    return content


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
