"""The page: safe, complete without its script, and reproducible."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import pytest

from flow_mcp.review.policy.rules import RULES
from flow_mcp.review.report.build import Sources
from flow_mcp.review.report.delivered import Delivered
from flow_mcp.review.report.html import anchor, duration, moment, to_html
from flow_mcp.review.report.subjects import MAXIMUM_COLUMNS
from tests.unit.review.report.showcase import Showcase

NO = "\N{EN DASH}"
AGENT = {"grant": "client-credentials", "access": ["*"]}
DESKTOP = {
    "grant": "authorization-code",
    "redirectUris": ["http://127.0.0.1/callback"],
    "access": ["456/test"],
    "people": {"groups": ["planners"]},
}
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (SCRIPT, "\"><img src=x onerror='alert(1)'>", "{{ 7 * 7 }} {% raw %}", "<!-- ]]> &lt;", "שלום")


class _Page(HTMLParser):
    """Elements, attributes and texts, as a browser parses them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.rows: list[list[str]] = []
        self.sources: dict[str, str] = {}
        self._open, self._cell = "", False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = tag
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._cell = True

    def handle_endtag(self, tag: str) -> None:
        self._open, self._cell = "", self._cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._open in {"style", "script"}:
            self.sources[self._open] = data
        self.texts.append(data.strip())
        if self._cell:
            self.rows[-1][-1] = f"{self.rows[-1][-1]} {data.strip()}".strip()

    def attributes(self, name: str) -> list[str | None]:
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def page(showcase: Showcase, sources: Sources | None = None) -> _Page:
    return _Page(to_html(showcase.report(sources)))


def test_only_the_pages_own_style_and_script_may_run_and_nothing_is_loaded(showcase: Showcase) -> None:
    showcase.declare("acme", clients={"agent": AGENT})
    text = to_html(showcase.report())
    parsed = _Page(text)
    (policy,) = (
        attributes["content"]
        for tag, attributes in parsed.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    hashes = {
        name: f"'sha256-{b64encode(sha256(source.encode()).digest()).decode()}'"
        for name, source in parsed.sources.items()
    }
    assert policy == (
        f"default-src 'none'; style-src {hashes['style']}; script-src {hashes['script']}; "
        "base-uri 'none'; form-action 'none'"
    )
    names = {name for _, attributes in parsed.tags for name in attributes}
    assert names.isdisjoint({"src", "srcset", "style", "action", "background", "data", "formaction"})
    assert [name for name in names if name.startswith("on")] == []
    assert {tag for tag, _ in parsed.tags}.isdisjoint({"link", "base", "iframe", "object", "embed", "img"})
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", text)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_escaped(showcase: Showcase, hostile: str) -> None:
    waiver = {"reason": hostile, "acceptedBy": hostile, "expires": "2027-01-31"}
    showcase.declare(
        "acme",
        clients={"desktop": {**DESKTOP, "people": {"groups": [hostile]}}},
        waivers={"TEST-001": waiver},
    )
    parsed = page(showcase)
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    # The reason and the person who accepted it appear twice; the group is in the matrix and the picture.
    clipped = hostile if len(hostile) <= 23 else f"{hostile[:22]}…"
    assert sum(hostile in text for text in parsed.texts) >= 5 - (clipped != hostile)
    assert clipped in parsed.texts
    assert not [value for value in parsed.attributes("onerror") if value]


def test_rules_link_only_to_https_addresses(showcase: Showcase) -> None:
    showcase.declare("acme")
    of_the_package = {reference.url for rule in RULES for reference in rule.references}
    links = [href for href in page(showcase).attributes("href") if not (href or "").startswith("#")]
    assert [href for href in links if href not in of_the_package] == ["https://page.example/"]


def test_hostile_file_names_are_escaped_in_texts_and_links(showcase: Showcase, tmp_path: Path) -> None:
    showcase.write('"><script>x<', "config: [")
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "<script>y<.json").write_text("{", "utf-8")
    parsed = page(showcase, Sources(Delivered.read(settings)))
    target = "tenant-_22__3e__3c_script_3e_x_3c_"
    assert [tag for tag, _ in parsed.tags].count("script") == 1
    assert (target in parsed.attributes("id"), f"#{target}" in parsed.attributes("href")) == (True, True)
    assert {'"><script>x<', "<script>y<.json"} < set(parsed.texts)


def test_the_access_matrix_needs_no_script(showcase: Showcase) -> None:
    showcase.declare(
        "acme",
        workspaces={"456": {"environments": ["production", "test"]}, "7": {"environments": ["dev"]}},
        clients={"agent": {**AGENT, "access": ["456/*"]}, "desktop": DESKTOP},
        manualRegistrations={"legacy": {"clientId": "legacy-crm", "access": ["7/dev"]}},
    )
    rows = page(showcase).rows
    start = rows.index(["Who", "456", "7"])
    assert rows[start : start + 6] == [
        ["Who", "456", "7"],
        ["production", "test", "dev"],
        ["agent program", "yes", "yes", NO],
        ["desktop for people", NO, "yes", NO],
        ["legacy program, manual", NO, NO, "yes"],
        ["planners group", NO, "yes", NO],
    ]


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        ({}, "age not declared"),
        ({"issued": "2026-11-01"}, "unlimited 24 days old"),
        (
            {"issued": "2026-11-01", "rotateAfter": "90d", "overlap": "7d"},
            "unlimited 24 days old, rotation due 2027-01-30",
        ),
    ],
)
def test_the_age_of_a_secret_that_does_not_expire_is_shown(
    showcase: Showcase, declared: dict[str, str], text: str
) -> None:
    secret = {"secret": declared} if declared else {}
    showcase.declare("acme", clients={"agent": {**AGENT, "access": ["456/test"], **secret}})
    assert [row[4] for row in page(showcase).rows if row[0] == "agent" and len(row) == 6] == [
        f"client-secret {text}"
    ]


def test_a_matrix_that_is_too_wide_for_a_page_is_split(showcase: Showcase) -> None:
    environments = [f"e{number:02}" for number in range(MAXIMUM_COLUMNS + 2)]
    showcase.declare("acme", workspaces={"1": {"environments": environments}}, clients={"agent": AGENT})
    rows = page(showcase).rows
    assert [len(row) for row in rows if row and row[0] == "agent program"] == [MAXIMUM_COLUMNS + 1, 3]


def test_a_tenant_without_access_has_no_picture(showcase: Showcase) -> None:
    showcase.declare("acme")
    parsed = page(showcase)
    assert ["nobody", NO, NO] in parsed.rows
    assert "svg" not in {tag for tag, _ in parsed.tags}


def test_sources_that_were_not_read_are_marked(showcase: Showcase) -> None:
    showcase.declare("acme", clients={"agent": AGENT})
    texts = page(showcase).texts
    assert {"settings not read", "drift not read", "age not declared", "by preview only"} < set(texts)
    assert "as declared" not in texts


def test_findings_that_differ_only_in_their_path_are_grouped(showcase: Showcase) -> None:
    manual = {"clientId": "a", "access": ["*"]}
    showcase.declare("acme", manualRegistrations={"one": manual, "two": {**manual, "clientId": "b"}})
    showcase.declare("globex", manualRegistrations={"one": manual})
    text = to_html(showcase.report())
    findings = re.findall(r"<code>TEST-001</code> (.*?) Let", re.sub(r"<(?!/?code)[^>]*>", "", text))
    paths = [f"<code>manualRegistrations.{name}</code>" for name in ("one", "two")]
    assert findings == [f"is manual: {paths[0]}, {paths[1]}.", f"{paths[0]} is manual."]


def test_the_same_report_gives_the_same_bytes(showcase: Showcase) -> None:
    showcase.declare("acme", clients={"agent": AGENT, "desktop": DESKTOP})
    showcase.write("globex", "config: [")
    assert to_html(showcase.report()) == to_html(showcase.report())


@pytest.mark.parametrize(
    ("seconds", "text"), [(300, "5 min"), (90, "90 s"), (86_400, "1 d"), (7_200, "2 h"), (129_600, "36 h")]
)
def test_a_duration_has_the_largest_possible_unit(seconds: int, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20T10:00:31.000Z", "2026-11-20 10:00 UTC"),
        ("2026-11-20T10:00:31+01:00", "2026-11-20T10:00:31+01:00"),
        ("<b>", "<b>"),
    ],
)
def test_a_utc_time_has_a_short_form(text: str, expected: str) -> None:
    assert moment(text) == expected


def test_each_stack_has_its_own_anchor() -> None:
    assert len({anchor(stack) for stack in ("a b", "a_b", "a-b", "a_20_b", "A b")}) == 5
