"""What the policies say of what is there, without running a program: the stack's state is analyzed."""

from __future__ import annotations

from flow_mcp.policy.judge import Judgement
from flow_mcp.preview.ending import analyzed
from flow_mcp.preview.engine import Engine
from flow_mcp.preview.policies import Policies


def analyze(engine: Engine, policies: Policies, stack: str) -> tuple[Judgement, ...] | None:
    """Judge a stack's state; `probe` first whether the pack judges at all.

    Returns:
        What the policies say of it; None where the stack has no resources, so that nothing was judged.

    Raises:
        PreviewError: it could not be judged.
    """
    run = engine.analyze("--stack", stack)
    return policies.judgements(run.events) if analyzed(run) else None
