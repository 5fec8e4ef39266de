"""Write settings as files, Kubernetes ConfigMaps or a bundle."""

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
    """The result of delivering one tenant's settings."""

    stack: str
    envelope: SettingsEnvelope
    changed: bool


def as_files(collected: Sequence[Collected], directory: Path) -> list[Delivered]:
    """Write `<tenant>.json` for each tenant atomically, if it changed.

    Raises:
        ExportError: a file cannot be read or written, or an existing file is not an envelope.
    """
    # All files are read before the first is written, so that an invalid one stops the whole delivery.
    paths = [directory / f"{stack.document.tenant}.json" for stack in collected]
    envelopes = [stack.envelope(_envelope(path)) for stack, path in zip(collected, paths, strict=True)]
    return [
        Delivered(stack.stack, envelope, files.write(path, envelope.to_json()))
        for stack, envelope, path in zip(collected, envelopes, paths, strict=True)
    ]


def stale(directory: Path, tenants: set[str]) -> list[Path]:
    """List the envelope files of a directory that belong to none of these tenants; ignore other files."""
    paths = []
    for path in sorted(directory.glob("*.json")):
        try:
            envelope = SettingsEnvelope.from_json(path.read_bytes())
        except (OSError, ValueError):
            continue
        if envelope.tenant == path.stem and envelope.tenant not in tenants:
            paths.append(path)
    return paths


def as_config_maps(collected: Sequence[Collected], before: str | None) -> tuple[str, list[Delivered]]:
    """Return ConfigMaps as YAML.

    Args:
        collected: the stacks' settings.
        before: the YAML to replace.

    Raises:
        ExportError: `before` has no ConfigMaps of an export, or a tenant's settings are too large.
    """
    delivered = _deliveries(collected, kubernetes.envelopes_in(before) if before else {})
    return kubernetes.config_maps(delivery.envelope for delivery in delivered), delivered


def as_bundle(collected: Sequence[Collected], before: str | None) -> tuple[str, list[Delivered]]:
    """Return a bundle as JSON.

    Args:
        collected: the stacks' settings.
        before: the bundle to replace.

    Raises:
        ExportError: `before` is not a bundle of an export.
    """
    delivered = _deliveries(collected, Bundle.from_json(before).envelopes if before else {})
    envelopes = {delivery.envelope.tenant: delivery.envelope for delivery in delivered}
    return Bundle.of(envelopes).to_json(), delivered


def _deliveries(collected: Sequence[Collected], before: dict[str, SettingsEnvelope]) -> list[Delivered]:
    return [
        Delivered(stack.stack, envelope, envelope != before.get(envelope.tenant))
        for stack in collected
        for envelope in [stack.envelope(before.get(stack.document.tenant))]
    ]


def _envelope(path: Path) -> SettingsEnvelope | None:
    text = files.read(path)
    if text is None:
        return None
    try:
        return SettingsEnvelope.from_json(text)
    except ValidationError as error:
        raise ExportError(
            f"{path} is not an envelope of an earlier export, so the next revision is unknown. "
            "Restore the file, or remove it if no runtime has loaded settings of this tenant."
        ) from error
