"""The diff as a Markdown comment: no declared text is markup when GitHub renders it."""

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

# A zero-width space, which keeps GitHub from recognizing mentions and addresses.
BREAK = "\u200b"
# GitHub's limit for a comment.
GITHUB_LIMIT = 65_536
OWN_HTML = {"<br>", "<details>", "</details>"}


def tokens(text: str) -> Iterator[Token]:
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        yield token
        yield from token.children or ()


def cells(text: str) -> list[str]:
    """Return the visible texts of all table cells."""
    contents: list[str] = []
    inside = False
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type in {"td_open", "td_close"}:
            inside = token.type == "td_open"
        elif inside and token.type == "inline":
            visible = "".join(_visible(child) for child in token.children or ())
            contents.append(visible.replace(BREAK, ""))
    return contents


def _visible(token: Token) -> str:
    return "\n" if token.content == "<br>" else token.content


def comment(*diffs: TenantDiff, **more: Any) -> str:
    return markdown(Outcome(diffs, "preview", shown.AS_OF, **more))


def test_declared_texts_are_never_markup() -> None:
    text = markdown(shown.OUTCOME)
    parsed = list(tokens(text))
    assert not {token.type for token in parsed} & {"link_open", "image", "code_block", "heading_open_3"}
    html = {line for token in parsed if token.type.startswith("html") for line in token.content.split("\n")}
    assert {line for line in html if line and not line.startswith("<summary>")} == OWN_HTML
    assert {token.content for token in parsed if token.type == "code_inline"} == {
        "group-gains-access",
        "lifetime-shrinks",
        "redirect-uri-added",
        digest(shown.OUTCOME.diffs, shown.OUTCOME.unknowns),
        digest([shown.ACME]),
        digest([shown.BLOCKED]),
    }
    assert "@team" not in text
    assert "#12" not in text
    assert "https://" not in text


def test_changes_to_review_are_in_a_table_and_the_rest_is_folded() -> None:
    text = markdown(shown.OUTCOME)
    harmless = r"x](https://e.example) @team <script>alert(1)</script> | #12 `rm` [b]\x1b[31m\u202e\nnew"
    rows = cells(text)
    assert rows[3 : 3 + 9 * 3] == [
        *("● medium", "group-gains-access"),
        'The group "x](https://e.example) @team <b>" gains access to 456/production and 456/test.',
        *("● medium", "redirect-uri-added"),
        "desktop can receive authorization codes at https://new.example/callback.\n"
        "✗ TEST-001 high: clients.desktop.redirectUris[1] names a new host. Fix it.",
        *("○ low", "lifetime-shrinks"),
        "Access tokens are valid for 2m; before, for 5m.\n"
        "! TEST-002 high: authorizationServer.keycloak.tokens is long. Fix it.",
        *("● medium", "delete", "a:b:C gone"),
        *("▲ high", "replace", f"keycloak:openid/client:Client {harmless}, because realmId changes"),
        *("● medium", "unknown", "acme: clientIds.desktop is unknown until the update."),
        *("", "other finding", f"✗ TEST-003 high: realmId of a resource {harmless}. Fix it."),
        *(
            "",
            "other finding",
            "! TEST-004 high: is wrong. Fix it. Accepted until 2026-12-31: A move, @team",
        ),
        *(
            "",
            "other finding",
            "✗ TEST-005 high: could not be evaluated: the rule raised KeyError. Fix it.",
        ),
    ]
    assert text.startswith("## MCP server settings: blocked: a rule rejects the change")
    assert "2 high, 5 medium, 3 low, 0 without risk, policies as of 2026-11-25." in text
    assert "2 tenants: no change." in text


def test_unchanged_tenants_give_a_short_comment() -> None:
    assert comment(shown.UNCHANGED) == (
        "## MCP server settings: no change\n\n"
        "0 high, 0 medium, 0 low, 0 without risk, policies as of 2026-11-25.\n\n"
        f"1 tenant: no change.\n\nDigest `{digest([shown.UNCHANGED])}`\n"
    )


def test_tenants_that_do_not_fit_are_counted() -> None:
    many = tuple(replace(shown.ACME, stack=f"tenant-{number:03}") for number in range(200))
    text = comment(*many)
    assert GITHUB_LIMIT - 10_000 < len(text) < GITHUB_LIMIT
    fitting = text.count("### tenant")
    assert 0 < fitting < 200
    assert f"**{200 - fitting} more tenants are not shown here**" in text
    assert "<details>" not in text
    assert digest(many) in text


def test_a_single_tenant_that_does_not_fit_is_counted() -> None:
    operations = tuple(Operation("delete", f"urn::{'x' * 190}{number}", "a:b:C") for number in range(1_000))
    text = comment(replace(shown.ACME, operations=operations))
    assert len(text) < GITHUB_LIMIT
    assert "**1 more tenant is not shown here**" in text


def test_omitted_changes_of_low_risk_are_counted() -> None:
    low = replace(shown.ACME, rule_results=())
    text = comment(*(replace(low, stack=f"tenant-{number:03}") for number in range(60)))
    assert "1 change of low or no risk: not shown here." in text
