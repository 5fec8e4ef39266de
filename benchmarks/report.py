"""Measure writing and opening the report of many tenants."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.checking import timed
from benchmarks.figures import Figure, ratios
from benchmarks.tenants import project
from tests.browser.chromium import Chromium, chromium

TENANTS, ROUNDS = 1000, 5

# The comparison program only reads and writes the same data.
_PEER = """
import json, pathlib, sys
report = json.loads(pathlib.Path(sys.argv[1]).read_bytes())
pathlib.Path(sys.argv[2]).write_text(json.dumps(report, indent=1))
"""
_LOADED = "const [page] = performance.getEntriesByType('navigation'); return page.domInteractive"
_FILTERED = """
const done = arguments[arguments.length - 1], search = document.getElementById("search");
const began = performance.now();
search.value = arguments[0];
search.dispatchEvent(new Event("input", {bubbles: true}));
requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
"""


def measure() -> list[Figure]:
    """Measure, in turn, the report of 1,000 tenants of all kinds and the mere writing of its JSON."""
    with tempfile.TemporaryDirectory(prefix="flow-mcp-bench-") as name:
        (Path(name) / "project").mkdir()
        directory = project(Path(name) / "project", TENANTS)
        page, data, copy = (Path(name) / file for file in ("report.html", "report.json", "copy.json"))
        command = shutil.which("flow-mcp", path=str(Path(sys.executable).parent)) or "flow-mcp"
        report = [command, "report", "--to", str(page), "--json", str(data), "--as-of", "2026-11-25"]
        peer = [sys.executable, "-c", _PEER, str(data), str(copy)]
        rounds = [(timed(report, directory), timed(peer, directory)) for _ in range(ROUNDS)]
        size = page.stat().st_size / 1e6
        loaded, filtered = _opened(page, Path(name) / "profile")
    reported, copied = zip(*rounds, strict=True)
    return [
        Figure("1,000 tenants reported, HTML and JSON", tuple(wall for wall, _ in reported), "s", 5.0),
        Figure("… processor time of it", tuple(cpu for _, cpu in reported), "s"),
        Figure(
            "… in readings and writings of the same JSON alone, by processor time",
            ratios([cpu for _, cpu in reported], [cpu for _, cpu in copied]),
            "times",
        ),
        Figure("… size of the page", (size,), "MB", 10),
        Figure("… until it can be searched in Chromium", loaded, "s", 5.0),
        Figure("… until a search's result is on the screen", filtered, "ms", 200),
    ]


def _opened(page: Path, profile: Path) -> tuple[tuple[float, ...], tuple[float, ...]]:
    with chromium(profile) as browser:
        opened = [_once(browser, page) for _ in range(ROUNDS)]
    return tuple(loaded for loaded, _ in opened), tuple(filtered for _, filtered in opened)


def _once(browser: Chromium, page: Path) -> tuple[float, float]:
    """Return the seconds until the script has run, and the milliseconds of a search."""
    browser.open(page)
    return browser.run(_LOADED) / 1000, browser.chrome.execute_async_script(_FILTERED, "acme nightly")
