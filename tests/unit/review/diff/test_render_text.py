"""The diff for a terminal."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console

from flow_mcp.review.diff import digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.text import text
from tests.unit.review.diff import shown

HARMLESS = r"x](https://e.example) @team <script>alert(1)</script> | #12 `rm` [b]\x1b[31m\u202e\nnew"


def lines(outcome: Outcome) -> list[str]:
    return [line.plain.rstrip() for line in text(outcome)]


def test_each_change_and_finding_has_a_line() -> None:
    assert lines(shown.OUTCOME) == [
        "acme",
        '  ● medium group-gains-access         The group "x](https://e.example) @team <b>" gains access to '
        "456/production and 456/test.",
        "  ● medium redirect-uri-added         desktop can receive authorization codes at https://new.example/callback.",
        "      ✗ TEST-001 high: clients.desktop.redirectUris[1] names a new host. Fix it.",
        "  ○ low    lifetime-shrinks           Access tokens are valid for 2m; before, for 5m.",
        "      ! TEST-002 high: authorizationServer.keycloak.tokens is long. Fix it.",
        "  ● medium delete                     a:b:C gone",
        "  ▲ high   replace                    "
        f"keycloak:openid/client:Client {HARMLESS}, because realmId changes",
        "  ○ low    resources                  1 create, 1 update",
        "  ● medium unknown                    acme: clientIds.desktop is unknown until the update.",
        "  other findings of this tenant",
        f"      ✗ TEST-003 high: realmId of a resource {HARMLESS}. Fix it.",
        "      ! TEST-004 high: is wrong. Fix it. Accepted until 2026-12-31: A move, @team",
        "      ✗ TEST-005 high: could not be evaluated: the rule raised KeyError. Fix it.",
        f"  digest of this tenant {digest([shown.ACME])}",
        "stark",
        f"  ▲ high   unknown                    the change cannot be determined: {HARMLESS}.",
        f"  digest of this tenant {digest([shown.BLOCKED])}",
        "  ● medium unknown                    policies has changed.",
        "2 tenants: no change",
        "",
        "2 high, 5 medium, 3 low, 0 without risk, policies as of 2026-11-25: "
        "blocked: a rule rejects the change, or the change cannot be determined",
        f"digest {digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns)}",
    ]


def test_the_lines_contain_no_control_characters() -> None:
    assert all(character.isprintable() for line in lines(shown.OUTCOME) for character in line)


def test_colours_are_only_for_terminals() -> None:
    for terminal in (True, False):
        console = Console(force_terminal=terminal, width=400, _environ={"TERM": "xterm-256color"})
        with console.capture() as captured:
            for line in text(shown.OUTCOME):
                console.print(line, soft_wrap=True)
        assert ("\x1b[" in captured.get()) is terminal


def test_a_diff_of_low_risk_requires_no_approval() -> None:
    low = replace(shown.ACME, changes=shown.ACME.changes[2:], operations=(), unknowns=(), rule_results=())
    assert lines(Outcome((low,), "preview", shown.AS_OF))[-2] == (
        "0 high, 0 medium, 1 low, 0 without risk, policies as of 2026-11-25: no approval required"
    )


def test_control_characters_in_a_stack_name_are_escaped() -> None:
    blocked = replace(shown.BLOCKED, stack="a\x1b[31m")
    unchanged = replace(shown.UNCHANGED, stack="b\x1b[31m")
    output = lines(Outcome((blocked, unchanged), "preview", shown.AS_OF))
    assert (output[0], output[2]) == (r"a\x1b[31m", r"b\x1b[31m: no change")
