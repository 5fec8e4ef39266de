"""A diff as a comment: read as GitHub reads it, nothing declared is markup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from flow_mcp.review.diff import Operation, TenantDiff, digest
from flow_mcp.review.diff.outcome import Outcome
from flow_mcp.review.diff.rendering.markdown import markdown
from tests.unit.review.diff import shown

# A break that is not seen; it keeps mentions and addresses from being found.
BREAK = "\u200b"
# What GitHub takes of a comment.
LONGEST = 65_536
OURS = {"<br>", "<details>", "</details>"}


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def cells(text: str) -> list[str]:
    """What is shown in the tables, cell by cell."""
    found: list[str] = []
    inside = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in {"td_open", "td_close"}:
            inside = token.type == "td_open"
        elif inside and token.type == "inline":
            shown = "".join(_shown(child) for child in token.children or ())
            found.append(shown.replace(BREAK, ""))
    return found


def _shown(token: Token) -> str:
    return "\n" if token.content == "<br>" else token.content


def comment(*diffs: TenantDiff, **more: Any) -> str:
    return markdown(Outcome(diffs, "preview", shown.AS_OF, **more))


def test_what_was_declared_is_shown_and_never_obeyed() -> None:
    text = markdown(shown.OUTCOME)
    found = list(tokens(text))
    assert not {token.type for token in found} & {"link_open", "image", "code_block", "heading_open_3"}
    html = {line for token in found if token.type.startswith("html") for line in token.content.split("\n")}
    assert {line for line in html if line and not line.startswith("<summary>")} == OURS
    assert {token.content for token in found if token.type == "code_inline"} == {
        "group-gains-access",
        "lifetime-shrinks",
        "redirect-uri-added",
        digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns),
    }
    assert "@team" not in text
    assert "#12" not in text
    assert "https://" not in text


def test_what_must_be_looked_at_is_in_a_table_and_the_rest_folded() -> None:
    text = markdown(shown.OUTCOME)
    harmless = r"x](https://e.example) @team <script>alert(1)</script> | #12 `rm` [b]\x1b[31m\u202e\nnew"
    rows = cells(text)
    assert rows[3 : 3 + 9 * 3] == [
        *("● medium", "group-gains-access"),
        'The group "x](https://e.example) @team <b>" gains 456/production and 456/test.',
        *("● medium", "redirect-uri-added"),
        "desktop may have codes sent to https://new.example/callback.\n"
        "✗ TEST-001 high: clients.desktop.redirectUris[1] names a new host. Mend it.",
        *("○ low", "lifetime-shrinks"),
        "Access tokens last 2m; before, 5m.\n"
        "! TEST-002 high: authorizationServer.keycloak.tokens is long. Mend it.",
        *("● medium", "delete", "a:b:C gone"),
        *("▲ high", "replace", f"keycloak:openid/client:Client {harmless}, because realmId changes"),
        *("● medium", "unknown", "acme: clientIds.desktop is known when it is applied."),
        *("", "apart from what changes", f"✗ TEST-003 high: realmId of a resource {harmless}. Mend it."),
        *(
            "",
            "apart from what changes",
            "! TEST-004 high: is wrong. Mend it. Accepted until 2026-12-31: A move, @team",
        ),
        *(
            "",
            "apart from what changes",
            "✗ TEST-005 high: could not be evaluated: the rule raised KeyError. Mend it.",
        ),
    ]
    assert text.startswith("## MCP server settings: blocked: a policy refuses it")
    assert "2 high, 5 medium, 3 low, 0 without risk, policies as of 2026-11-25." in text
    assert "2 tenants: no change." in text


def test_no_change_says_so() -> None:
    assert comment(shown.QUIET) == (
        "## MCP server settings: no change\n\n"
        "0 high, 0 medium, 0 low, 0 without risk, policies as of 2026-11-25.\n\n"
        f"1 tenant: no change.\n\nDigest `{digest([shown.QUIET])}`\n"
    )


def test_what_there_is_no_room_for_is_counted() -> None:
    many = tuple(replace(shown.ACME, stack=f"tenant-{number:03}") for number in range(200))
    text = comment(*many)
    assert LONGEST - 10_000 < len(text) < LONGEST
    shown_ones = text.count("### tenant")
    assert 0 < shown_ones < 200
    assert f"**{200 - shown_ones} more tenants are not shown here**" in text
    assert "<details>" not in text
    assert digest(many) in text


def test_one_tenant_with_too_much_is_counted_too() -> None:
    operations = tuple(Operation("delete", f"urn::{'x' * 190}{number}", "a:b:C") for number in range(1_000))
    text = comment(replace(shown.ACME, operations=operations))
    assert len(text) < LONGEST
    assert "**1 more tenant is not shown here**" in text


def test_low_ones_that_are_left_out_are_counted() -> None:
    low = replace(shown.ACME, rule_results=())
    text = comment(*(replace(low, stack=f"tenant-{number:03}") for number in range(60)))
    assert "1 of low or no risk are not shown here." in text
