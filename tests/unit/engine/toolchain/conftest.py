from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.unit.engine.toolchain.fakes import fake_go, script


@dataclass
class RecordedProgress:
    """Takes the place of the progress display and records the progress."""

    steps: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def __call__(self, step: str) -> None:
        self.steps.append(step)

    def detail(self, detail: str) -> None:
        self.details.append(detail)


@dataclass
class Machine:
    """A machine for one test: its PATH, home directory and caches are empty at first."""

    root: Path

    @property
    def path(self) -> Path:
        """The only directory on PATH."""
        return self.root / "path"

    @property
    def plugins(self) -> Path:
        return self.root / "home" / ".pulumi" / "plugins"

    @property
    def cache(self) -> Path:
        return self.root / "cache" / "flow-mcp" / "toolchain"

    @property
    def module(self) -> Path:
        """A Go module with the names that the build expects."""
        return self.root / "toolchain"

    def install_pulumi(self, directory: Path, version: str = "3.256.0") -> None:
        script(directory, "pulumi", f"echo v{version}")
        for name in ("pulumi-language-python", "pulumi-language-python-exec"):
            script(directory, name)

    def install_plugin(self, version: str) -> Path:
        return script(self.plugins / f"resource-keycloak-v{version}", "pulumi-resource-keycloak")

    def install_go(self, version: str = "go1.26.8", *, fails: str = "", seconds: float = 0) -> None:
        """Install a go of a version, which fails with a message or takes some seconds."""
        settings = {"version": version, "fails": fails, "seconds": seconds, "sdk": str(self.root / "sdk")}
        (self.root / "settings").write_text(json.dumps(settings))
        fake_go(self.path, self.root / "settings")

    def builds(self) -> list[str]:
        """Return the packages that go has built so far, in order."""
        calls = self.root / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [line.split()[-1] for line in lines if line.startswith("build ")]


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    machine = Machine(tmp_path)
    monkeypatch.setenv("PATH", str(machine.path))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("PULUMI_HOME", raising=False)
    monkeypatch.setattr("flow_mcp.engine.toolchain.golang._INSTALLED_BY_ARCHIVE", tmp_path / "nowhere")
    for name in ("pulumi-language-python", "pulumi-language-nodejs", "pulumi-resource-keycloak"):
        (machine.module / name).mkdir(parents=True)
        (machine.module / name / "main.go").write_text("package main")
    (machine.module / "pulumi-resource-keycloak" / "provider.go").write_text('const version = "6.14.1"\n')
    (machine.module / "go.mod").write_text("require (\n\tgithub.com/pulumi/pulumi/pkg/v3 v3.256.0\n)\n")
    (machine.module / "go.sum").write_text("")
    executor = tmp_path / "sdk" / "python" / "cmd" / "pulumi-language-python-exec"
    executor.parent.mkdir(parents=True)
    executor.write_text("the executor")
    return machine


@pytest.fixture
def progress() -> RecordedProgress:
    return RecordedProgress()
