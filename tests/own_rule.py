"""A rule of a project's own, in a copy of the policy pack."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

ID = "TEST-001"

_RULE = """\
from flow_mcp.review.policy.examples import declares
from flow_mcp.review.policy.rule import SETTINGS, Reference, Resource, Rule, Severity, Violation


class OwnRule(Rule):
    id = "TEST-001"
    severity = Severity.HIGH
    message = "The test's own rule."
    remedy = "Remove it."
    references = (Reference("A page", "https://page.example/"),)
    good = ()
    bad = (declares(),)

    def {method}(self, subject, context):
{body}
"""


def own_rule(pack: Path, method: str, body: str) -> None:
    """Add a rule to the pack in a directory.

    Args:
        pack: the pack's directory.
        method: `in_resource` or `in_declaration`; its first argument is `subject`.
        body: source code of the method.
    """
    (pack / "rules").mkdir(exist_ok=True)
    source = _RULE.format(method=method, body=indent(body, " " * 8))
    (pack / "rules" / "own_rule.py").write_text(source, encoding="utf-8")
