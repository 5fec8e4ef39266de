"""Which parts of a stack's file and of `Pulumi.yaml` are declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath
from typing import Any

from flow_mcp.declaration import positions
from flow_mcp.declaration.findings import Finding, Path
from flow_mcp.declaration.source_value import Located, SourceValue

PROJECT = "flow-mcp"


def stack(file: FilePath) -> tuple[SourceValue, SourceValue | None]:
    """The tenant that a stack's file declares, and the instance if the file has one of its own."""
    whole, config = _open(file)
    tenant, instance = _key(config, "tenant"), _key(config, "instance")
    findings = [*_other_names(config, "tenant"), *_other_names(config, "instance")]
    if tenant is None and not _unreadable(whole):
        findings.append(Finding(("config",), "declares no tenant", f"Add {PROJECT}:tenant below it."))
    roots = [("config", key) for key in (tenant, instance) if key]
    around = (*_faults(whole, roots), *map(whole.locate, findings))
    return (
        SourceValue(config.get(tenant), whole.source, whole.file, ("config", tenant or ""), around=around),
        _instance(whole, config[instance], ("config", instance), ()) if instance else None,
    )


def instance_of(file: FilePath) -> SourceValue:
    """The instance that `Pulumi.yaml` declares for all tenants."""
    whole, config = _open(file)
    key = _key(config, "instance")
    entry = config.get(key)
    given = entry if isinstance(entry, dict) else {}
    # Where Pulumi finds both, it takes the default.
    word = next((word for word in ("default", "value") if word in given), "")
    findings = []
    if not _unreadable(whole):
        if not isinstance(whole.value, dict) or whole.value.get("name") != PROJECT:
            findings.append(Finding(("name",), "is not the name of this project", f"Set name: {PROJECT}."))
        if not word:
            remedy = f"Add {PROJECT}:instance with default: {{server: …}} below it."
            findings.append(Finding(("config",), "declares no Flow instance", remedy))
    root = ("config", key or "", word)
    around = (*_faults(whole, [root]), *map(whole.locate, findings))
    return _instance(whole, given.get(word), root, around)


def _open(file: FilePath) -> tuple[SourceValue, dict[str | None, Any]]:
    read = positions.read(file)
    config = read.value.get("config") if isinstance(read.value, dict) else None
    return SourceValue(read.value, str(file), read, name="file"), config if isinstance(config, dict) else {}


def _unreadable(whole: SourceValue) -> bool:
    faults = whole.file.faults if whole.file else ()
    return whole.value is None and any(not fault.doubtful for fault in faults)


def _instance(whole: SourceValue, value: Any, root: Path, around: tuple[Located, ...]) -> SourceValue:
    return SourceValue(value, whole.source, whole.file, root, "instance", ("instance",), around)


def _key(config: dict[str | None, Any], name: str) -> str | None:
    return next((key for key in (f"{PROJECT}:{name}", *_synonyms(name)) if key in config), None)


def _other_names(config: dict[str | None, Any], name: str) -> Iterator[Finding]:
    """Pulumi takes the last of all that mean the same key, in no certain order."""
    for other in _synonyms(name):
        if other in config:
            message = f"is another key for {PROJECT}:{name}, and Pulumi reads only one of them"
            yield Finding(("config", other), message, f"Use only {PROJECT}:{name}, and only once.")


def _synonyms(name: str) -> tuple[str, ...]:
    return name, f"{PROJECT}:config:{name}"


def _faults(whole: SourceValue, roots: Iterable[Path]) -> Iterator[Located]:
    """What is wrong in the writing of the file around the declarations, where Pulumi reads configuration."""
    for fault in whole.file.faults if whole.file else ():
        path = fault.finding.path
        inside = any(path[: len(root)] == root for root in roots)
        if not inside and not fault.doubtful and (len(path) < 2 or path[0] == "config"):
            yield whole.locate(fault.finding, fault.mark)
