"""The documentation's site: it builds without a warning, fetches nothing, and people can use it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.chromium import Chromium
from tests.browser.test_report import AXE
from tests.conftest import REPOSITORY

PAGES = sorted(file.relative_to(REPOSITORY / "docs") for file in (REPOSITORY / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors: pages in no list, and links without a target, are warnings."""
    directory = tmp_path_factory.mktemp("site")
    options = ["--quiet", "--fail-on-warning", "--builder", "html"]
    command = [sys.executable, "-m", "sphinx", *options, str(REPOSITORY / "docs"), str(directory)]
    built = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return directory


def test_each_page_of_the_documentation_is_in_the_site(site: Path) -> None:
    assert [page for page in PAGES if not (site / page.with_suffix(".html")).is_file()] == []


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_requests_nothing_from_other_hosts_and_axe_finds_nothing(
    browser: Chromium, site: Path, page: Path
) -> None:
    browser.open(site / page.with_suffix(".html"))
    assert [url for url in browser.requests() if not url.startswith((site.as_uri(), "data:"))] == []
    browser.evaluate(AXE.read_text("utf-8"))
    violations = browser.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((result) => JSON.stringify("
        "result.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.failureSummary)])))"
    )
    assert json.loads(violations) == []
