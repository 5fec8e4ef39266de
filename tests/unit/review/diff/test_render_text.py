"""A diff for a terminal."""

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


def test_everything_is_told_a_line_each() -> None:
    assert lines(shown.OUTCOME) == [
        "acme",
        '  ● medium group-gains-access         The group "x](https://e.example) @team <b>" gains '
        "456/production and 456/test.",
        "  ● medium redirect-uri-added         desktop may have codes sent to https://new.example/callback.",
        "      ✗ TEST-001 high: clients.desktop.redirectUris[1] names a new host. Mend it.",
        "  ○ low    lifetime-shrinks           Access tokens last 2m; before, 5m.",
        "      ! TEST-002 high: authorizationServer.keycloak.tokens is long. Mend it.",
        "  ● medium delete                     a:b:C gone",
        "  ▲ high   replace                    "
        f"keycloak:openid/client:Client {HARMLESS}, because realmId changes",
        "  ○ low    resources                  1 create, 1 update",
        "  ● medium unknown                    acme: clientIds.desktop is known when it is applied.",
        "  of the tenant as it will be, apart from what changes",
        f"      ✗ TEST-003 high: realmId of a resource {HARMLESS}. Mend it.",
        "      ! TEST-004 high: is wrong. Mend it. Accepted until 2026-12-31: A move, @team",
        "      ✗ TEST-005 high: could not be evaluated: the rule raised KeyError. Mend it.",
        "stark",
        f"  ▲ high   unknown                    what changes cannot be told: {HARMLESS}.",
        "  ● medium unknown                    policies changed too.",
        "2 tenants: no change",
        "",
        "2 high, 5 medium, 3 low, 0 without risk, policies as of 2026-11-25: "
        "blocked: a policy refuses it, or it cannot be known what changes",
        f"digest {digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns)}",
    ]


def test_nothing_that_a_terminal_obeys_is_in_it() -> None:
    assert all(character.isprintable() for line in lines(shown.OUTCOME) for character in line)


def test_a_terminal_gets_colours_and_a_file_none() -> None:
    for terminal in (True, False):
        console = Console(force_terminal=terminal, width=400, _environ={"TERM": "xterm-256color"})
        with console.capture() as captured:
            for line in text(shown.OUTCOME):
                console.print(line, soft_wrap=True)
        assert ("\x1b[" in captured.get()) is terminal


def test_one_that_needs_no_approval_says_so() -> None:
    low = replace(shown.ACME, changes=shown.ACME.changes[2:], operations=(), unknowns=(), rule_results=())
    assert lines(Outcome((low,), "preview", shown.AS_OF))[-2] == (
        "0 high, 0 medium, 1 low, 0 without risk, policies as of 2026-11-25: nothing in it needs an approval"
    )


def test_a_stack_has_whatever_name_its_file_has() -> None:
    named = replace(shown.BLOCKED, stack="a\x1b[31m")
    quiet = replace(shown.QUIET, stack="b\x1b[31m")
    told = lines(Outcome((named, quiet), "preview", shown.AS_OF))
    assert (told[0], told[2]) == (r"a\x1b[31m", r"b\x1b[31m: no change")
