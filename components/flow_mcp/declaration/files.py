"""Find the declarations in a stack's file and in `Pulumi.yaml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Any

from flow_mcp.declaration import positions
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.source_value import Located, SourceValue

PROJECT = "flow-mcp"


def read_stack(file: FilePath) -> tuple[SourceValue, SourceValue | None]:
    """Return the tenant that a stack's file declares, and the instance if the file declares one."""
    whole, config = _open(file)
    tenant, instance = _key(config, "tenant"), _key(config, "instance")
    findings = [*_alternative_keys(config, "tenant"), *_alternative_keys(config, "instance")]
    if tenant is None and not _unreadable(whole):
        findings.append(Finding(("config",), "declares no tenant", f"Add {PROJECT}:tenant below it."))
    roots = [("config", key) for key in (tenant, instance) if key]
    problems = (*_faults(whole, roots), *map(whole.locate, findings))
    root = ("config", tenant or "")
    return (
        SourceValue(config.get(tenant), whole.source, whole.file, root, file_problems=problems),
        _instance(whole, config[instance], ("config", instance), ()) if instance else None,
    )


def instance_of(file: FilePath) -> SourceValue:
    """Return the instance that `Pulumi.yaml` declares for all tenants."""
    whole, config = _open(file)
    key = _key(config, "instance")
    entry = config.get(key)
    fields = entry if isinstance(entry, dict) else {}
    # If an entry has both, Pulumi uses the default.
    field = next((field for field in ("default", "value") if field in fields), "")
    findings = []
    if not _unreadable(whole):
        if not isinstance(whole.value, dict) or whole.value.get("name") != PROJECT:
            findings.append(Finding(("name",), "is not the name of this project", f"Set name: {PROJECT}."))
        if not field:
            remedy = f"Add {PROJECT}:instance with default: {{server: …}} below it."
            findings.append(Finding(("config",), "declares no Flow instance", remedy))
    root = ("config", key or "", field)
    problems = (*_faults(whole, [root]), *map(whole.locate, findings))
    return _instance(whole, fields.get(field), root, problems)


def _open(file: FilePath) -> tuple[SourceValue, dict[str | None, Any]]:
    read = positions.read(file)
    config = read.value.get("config") if isinstance(read.value, dict) else None
    return SourceValue(read.value, str(file), read, name="file"), config if isinstance(config, dict) else {}


def _unreadable(whole: SourceValue) -> bool:
    faults = whole.file.faults if whole.file else ()
    return whole.value is None and any(not fault.doubtful for fault in faults)


def _instance(whole: SourceValue, value: Any, root: Path, problems: tuple[Located, ...]) -> SourceValue:
    return SourceValue(value, whole.source, whole.file, root, "instance", ("instance",), problems)


def _key(config: dict[str | None, Any], name: str) -> str | None:
    return next((key for key in (f"{PROJECT}:{name}", *_synonyms(name)) if key in config), None)


def _alternative_keys(config: dict[str | None, Any], name: str) -> Iterator[Finding]:
    """Yield a finding for each alternative spelling of a key.

    If a file has several spellings, Pulumi uses the last one, in an undefined order.
    """
    for key in _synonyms(name):
        if key in config:
            message = f"is another key for {PROJECT}:{name}, and Pulumi reads only one of them"
            yield Finding(("config", key), message, f"Use only {PROJECT}:{name}, and only once.")


def _synonyms(name: str) -> tuple[str, ...]:
    return name, f"{PROJECT}:config:{name}"


def _faults(whole: SourceValue, roots: Iterable[Path]) -> Iterator[Located]:
    """Yield the syntax faults outside the declarations that affect how Pulumi reads the configuration."""
    for fault in whole.file.faults if whole.file else ():
        path = fault.finding.path
        inside = any(path[: len(root)] == root for root in roots)
        if not inside and not fault.doubtful and (len(path) < 2 or path[0] == "config"):
            yield whole.locate(fault.finding, fault.mark)
