"""Evaluate the policies on a stack's state, without running its program."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.engine import Engine, Run
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.run_result import require_analyzed, require_exported
from flow_mcp.review.preview.values import plain


def analyze(engine: Engine, policies: Policies, stack: str) -> tuple[RuleResult, ...] | None:
    """Evaluate the policies on a stack's state; run `self_test` first to check that they run at all.

    Returns:
        The findings; None if the stack has no resources, so that nothing was evaluated.

    Raises:
        PreviewError: the analysis failed.
    """
    resources, version = _exported(engine, stack)
    return policies.rule_results(run_analysis(engine, resources, version).events) if resources else None


def run_analysis(engine: Engine, resources: Sequence[Any], version: int = 3) -> Run:
    """Run the policies on resources in the state format of a version.

    Raises:
        PreviewError: the analysis failed.
    """
    state = {
        "version": version,
        "deployment": {
            "manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""},
            "resources": resources,
        },
    }
    with TemporaryDirectory(prefix="flow-mcp-") as private:
        file = Path(private, "state.json")
        file.write_text(json.dumps(state), encoding="utf-8")
        run = engine.analyze(file)
    require_analyzed(run)
    return run


def _exported(engine: Engine, stack: str) -> tuple[list[Any], int]:
    """Return the stack's resources with masked secrets, and the version of the state format.

    In an analysis, Pulumi would decrypt the secrets for the policies and not mask them in messages.
    """
    with TemporaryDirectory(prefix="flow-mcp-") as private:
        file = Path(private, "state.json")
        require_exported(engine.export(stack, file))
        content = json.loads(file.read_bytes())
    return masked_secrets(content["deployment"].get("resources") or []), content["version"]


def masked_secrets(resources: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a state's resources with a mask for each secret among their inputs and outputs."""
    return [
        {**resource, **{key: plain(resource[key]) for key in ("inputs", "outputs") if key in resource}}
        for resource in resources
    ]
