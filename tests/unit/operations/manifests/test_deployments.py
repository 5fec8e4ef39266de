"""Settings of Pulumi Deployments; toolchain/deployments checks the same file against Pulumi's own types."""

from __future__ import annotations

from flow_mcp.operations.manifests.deployments import Deployments, settings
from tests.conftest import REPOSITORY

FILE = REPOSITORY / "toolchain" / "deployments" / "testdata" / "settings.json"


def test_the_settings_are_those_that_pulumis_types_accept() -> None:
    written = settings(Deployments("acme/settings", image="registry.example/settings:1"), ["globex", "acme"])
    assert written == FILE.read_text("utf-8")


def test_without_an_image_pulumis_own_is_used() -> None:
    assert "executorContext" not in settings(Deployments("acme/settings"), ["acme"])
