"""Writes settings, in one of the forms that a runtime's host takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from flow_mcp.operations.export import files, kubernetes
from flow_mcp.operations.export.bundle import Bundle
from flow_mcp.operations.export.collect import Collected
from flow_mcp.operations.export.errors import ExportError
from flow_mcp.settings import SettingsEnvelope


@dataclass(frozen=True)
class Delivered:
    """What became of one tenant's settings."""

    stack: str
    envelope: SettingsEnvelope
    changed: bool


def as_files(collected: Sequence[Collected], directory: Path) -> list[Delivered]:
    """Write `<tenant>.json` each, whole or not at all, only where something changed.

    Raises:
        ExportError: a file cannot be read or written, or a file in the way is not an envelope.
    """
    # All are read before one is written: a file in the way stops the delivery as a whole.
    paths = [directory / f"{each.document.tenant}.json" for each in collected]
    envelopes = [each.envelope(_envelope(path)) for each, path in zip(collected, paths, strict=True)]
    return [
        Delivered(each.stack, envelope, files.write(path, envelope.to_json()))
        for each, envelope, path in zip(collected, envelopes, paths, strict=True)
    ]


def stale(directory: Path, tenants: set[str]) -> list[Path]:
    """The envelope files in a directory whose tenant is not among these; other files are left out."""
    found = []
    for path in sorted(directory.glob("*.json")):
        try:
            envelope = SettingsEnvelope.from_json(path.read_bytes())
        except (OSError, ValueError):
            continue
        if envelope.tenant == path.stem and envelope.tenant not in tenants:
            found.append(path)
    return found


def as_config_maps(collected: Sequence[Collected], before: str | None) -> tuple[str, list[Delivered]]:
    """ConfigMaps as YAML.

    Args:
        collected: whose settings.
        before: the YAML that this one will replace.

    Raises:
        ExportError: what is to be replaced is something else, or a tenant's settings are too large.
    """
    delivered = _follow(collected, kubernetes.envelopes_in(before) if before else {})
    return kubernetes.config_maps(each.envelope for each in delivered), delivered


def as_bundle(collected: Sequence[Collected], before: str | None) -> tuple[str, list[Delivered]]:
    """A bundle as JSON.

    Args:
        collected: whose settings.
        before: the bundle that this one will replace.

    Raises:
        ExportError: what is to be replaced is something else.
    """
    delivered = _follow(collected, Bundle.from_json(before).envelopes if before else {})
    return Bundle.of({each.envelope.tenant: each.envelope for each in delivered}).to_json(), delivered


def _follow(collected: Sequence[Collected], before: dict[str, SettingsEnvelope]) -> list[Delivered]:
    return [
        Delivered(each.stack, envelope, envelope != before.get(envelope.tenant))
        for each in collected
        for envelope in [each.envelope(before.get(each.document.tenant))]
    ]


def _envelope(path: Path) -> SettingsEnvelope | None:
    text = files.read(path)
    if text is None:
        return None
    try:
        return SettingsEnvelope.from_json(text)
    except ValidationError as error:
        raise ExportError(
            f"{path} is not an envelope of an earlier export, so the revision to follow is not known; "
            "restore it, or remove it if no runtime has loaded settings of this tenant"
        ) from error
