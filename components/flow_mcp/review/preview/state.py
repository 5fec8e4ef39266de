"""What the policies say of what is there, without running a program: the stack's state is analyzed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flow_mcp.review.policy.evaluation import RuleResult
from flow_mcp.review.preview.engine import Engine, Run
from flow_mcp.review.preview.policies import Policies
from flow_mcp.review.preview.run_result import analyzed, exported
from flow_mcp.review.preview.values import plain


def analyze(engine: Engine, policies: Policies, stack: str) -> tuple[RuleResult, ...] | None:
    """Judge a stack's state; `probe` first whether the pack judges at all.

    Returns:
        What the policies say of it; None where the stack has no resources, so that nothing was judged.

    Raises:
        PreviewError: it could not be judged.
    """
    resources, version = _exported(engine, stack)
    return policies.rule_results(analysis(engine, resources, version).events) if resources else None


def analysis(engine: Engine, resources: Sequence[Any], version: int = 3) -> Run:
    """Run the policies on resources, in the form that states of a version have.

    Raises:
        PreviewError: it did not get to its end.
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
    analyzed(run)
    return run


def _exported(engine: Engine, stack: str) -> tuple[list[Any], int]:
    """The stack's resources with masks for their secrets, and the version of that form.

    Pulumi would decrypt them for the policies, and in an analysis it hides them in nothing that those say.
    """
    with TemporaryDirectory(prefix="flow-mcp-") as private:
        file = Path(private, "state.json")
        exported(engine.export(stack, file))
        content = json.loads(file.read_bytes())
    return masked_secrets(content["deployment"].get("resources") or []), content["version"]


def masked_secrets(resources: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return a state's resources with a mask for each secret among their inputs and outputs."""
    return [
        {**resource, **{side: plain(resource[side]) for side in ("inputs", "outputs") if side in resource}}
        for resource in resources
    ]
