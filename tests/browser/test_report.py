"""The report in a browser: it obeys nobody's text, and people can use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import DESKTOP, PHONE, Chromium
from tests.browser.conftest import HOSTILE

ALL = ["acme", "big", "blocked", "contoso", "globex", "hostile", "initech", "refused"]
AXE = Path(__file__).parents[1] / "interop" / "node" / "node_modules" / "axe-core" / "axe.min.js"
NAMES = "[...document.querySelectorAll('#list > article:not([hidden]) h3')].map((name) => name.textContent)"


def shows(browser: Chromium, names: list[str]) -> bool:
    """Whether the filters come to let through these tenants, and the count says so."""
    state = [names, f"{len(names)} of {len(ALL)} tenants"]
    said = f"return [{NAMES}, document.getElementById('shown').value]"
    return browser.comes_to(said, state)


def test_nothing_is_fetched_nothing_is_blocked_and_no_text_is_obeyed(browser: Chromium, page: Path) -> None:
    browser.open(page)
    assert browser.requests() == [page.as_uri()]
    assert browser.complaints() == []
    assert browser.chrome.title == "Access report, 2026-11-25"
    assert browser.run("return document.scripts.length") == 1
    # Reason and who accepted it, each twice; the group; the client ID.
    texts = browser.run(
        "return [...document.querySelectorAll('td, th, code')].map((each) => each.firstChild?.data?.trim())"
    )
    assert texts.count(HOSTILE) == 4
    assert browser.run("return document.body.textContent").count(HOSTILE) == 6


def test_a_script_that_gets_into_the_page_does_not_run(browser: Chromium, page: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = page.read_text("utf-8")
    broken.write_text(text.replace("<main>", f"<main>{HOSTILE}<b onclick='1' style='color:red'>", 1), "utf-8")
    browser.open(broken)
    assert browser.chrome.title == "Access report, 2026-11-25"
    said = " ".join(browser.complaints())
    for what in ("Executing inline script", "Executing inline event handler", "Applying inline style"):
        assert f"{what} violates the following Content Security Policy" in said


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("GLOBEX", ["globex"]),
        ("flow-mcp-acme-desktop", ["acme"]),
        ("planners", ["acme", "big"]),
        ("שלום", ["hostile"]),
        ("realms/initech", ["initech"]),
        ("agent 456/test", ["acme", "globex"]),
        ("agent nobody", []),
        ("", ALL),
    ],
)
def test_a_search_finds_tenants_by_names_ids_and_addresses(
    browser: Chromium, page: Path, words: str, names: list[str]
) -> None:
    browser.open(page)
    browser.chrome.find_element(By.ID, "search").send_keys(words)
    assert shows(browser, names)
    assert browser.chrome.find_element(By.ID, "nothing").is_displayed() == (not names)


@pytest.mark.parametrize(
    ("filter_", "value", "names"),
    [
        ("kind", "entra", ["contoso"]),
        ("risk", "invalid file", ["refused"]),
        ("risk", "high", ["blocked", "hostile"]),
        ("risk", "any violation", ["blocked", "hostile"]),
        ("risk", "none", ["acme", "big", "contoso", "globex", "initech"]),
        ("", "blocked", ["blocked", "hostile", "refused"]),
        ("", "open", ["initech"]),
        ("", "secret", ["contoso"]),
        ("", "waiver", ["hostile", "initech"]),
        ("", "differs", ["contoso", "globex"]),
    ],
)
def test_a_filter_leaves_those_that_it_names(
    browser: Chromium, page: Path, filter_: str, value: str, names: list[str]
) -> None:
    browser.open(page)
    if filter_:
        browser.chrome.find_element(By.ID, filter_).send_keys(value)
    else:
        browser.chrome.find_element(By.CSS_SELECTOR, f"input[value={value}]").click()
    assert shows(browser, names)


def test_filters_work_by_keyboard_and_together_and_are_cleared(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.chrome.find_element(By.ID, "search").send_keys("legacy")
    # Past both lists and two boxes, to "expired or expiring secrets", and back to "blocking findings".
    keys = ActionChains(browser.chrome)
    keys.send_keys(Keys.TAB * 5, Keys.SPACE).perform()
    assert shows(browser, [])
    keys.reset_actions()
    keys.send_keys(Keys.SPACE).key_down(Keys.SHIFT).send_keys(Keys.TAB * 2).key_up(Keys.SHIFT)
    keys.send_keys(Keys.SPACE).perform()
    assert shows(browser, ["blocked", "hostile"])
    browser.chrome.find_element(By.CSS_SELECTOR, "button[type=reset]").send_keys(Keys.ENTER)
    assert shows(browser, ALL)


def test_a_number_of_the_summary_leads_to_those_tenants(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.chrome.find_element(By.CSS_SELECTOR, "a[data-filter=blocked]").send_keys(Keys.ENTER)
    assert shows(browser, ["blocked", "hostile", "refused"])
    browser.chrome.find_element(By.CSS_SELECTOR, "a[data-filter=refused]").send_keys(Keys.ENTER)
    assert shows(browser, ["refused"])


def test_a_link_opens_its_tenant_also_one_that_a_filter_hides(browser: Chromium, page: Path) -> None:
    browser.open(page, "#tenant-acme")
    opened = "return [...document.querySelectorAll('article:has(> details[open])')].map((each) => each.id)"
    assert browser.run(opened) == ["tenant-acme"]
    browser.chrome.find_element(By.CSS_SELECTOR, "input[value=secret]").click()
    browser.chrome.find_element(By.CSS_SELECTOR, "#waivers a[href='#tenant-hostile']").click()
    assert browser.run(opened) == ["tenant-acme", "tenant-hostile"]
    assert shows(browser, ALL)


def test_all_that_are_shown_open_and_close_at_once(browser: Chromium, page: Path) -> None:
    browser.open(page)
    browser.chrome.find_element(By.ID, "search").send_keys("planners")
    count = "return document.querySelectorAll('article > details[open]').length"
    browser.chrome.find_element(By.ID, "unfold").click()
    assert browser.run(count) == 2
    browser.chrome.find_element(By.ID, "fold").click()
    assert browser.run(count) == 0


@pytest.mark.parametrize("medium", ["print", ""])
def test_without_its_script_the_page_has_everything_and_no_dead_filters(
    browser: Chromium, page: Path, medium: str
) -> None:
    browser.open(page, medium=medium, script=False)
    assert browser.evaluate(NAMES) == ALL
    assert not browser.evaluate("document.getElementById('filters').checkVisibility()")
    cell = "document.querySelector('#tenant-acme .matrix .y').checkVisibility({contentVisibilityAuto: true})"
    assert browser.evaluate(cell) == (medium == "print")


def test_a_print_has_every_tenant_whole(browser: Chromium, page: Path) -> None:
    browser.open(page)
    before = browser.evaluate("document.querySelectorAll('details[open]').length")
    assert browser.pdf().startswith(b"%PDF-")
    assert browser.evaluate("document.querySelectorAll('details[open]').length") == before
    browser.open(page, medium="print")
    hidden = (
        "[...document.querySelectorAll('.matrix td, svg')].filter((each) => !each.checkVisibility()).length"
    )
    assert browser.evaluate(hidden) == 0


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    browser: Chromium, page: Path, width: int, scheme: str
) -> None:
    assert AXE.is_file(), "axe-core is not installed; run `make interop-tools`."
    browser.open(page, width=width, scheme=scheme)
    # Contrast can be told only of what is drawn.
    browser.evaluate(
        "document.querySelectorAll('details').forEach((each) => { each.open = true; });"
        "const drawn = new CSSStyleSheet(); drawn.replaceSync('article { content-visibility: visible }');"
        "document.adoptedStyleSheets = [drawn];"
    )
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    browser.evaluate(AXE.read_text("utf-8"))
    found = json.loads(
        browser.evaluate(
            "axe.run(document, {resultTypes: ['violations']}).then((found) => JSON.stringify({passes: "
            "found.passes.map((each) => each.id), violations: found.violations.map((each) => "
            "[each.id, each.nodes.map((node) => node.failureSummary)])}))"
        )
    )
    assert found["violations"] == []
    assert {"color-contrast", "svg-img-alt", "label", "td-headers-attr"} <= set(found["passes"])
