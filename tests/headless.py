"""Debian's Chromium without a window, for tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions, ChromeService

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
)


@contextmanager
def headless_chrome(profile: Path, logs: Mapping[str, str] | None = None) -> Iterator[Chrome]:
    """Start it with a fresh profile, and end it.

    Args:
        profile: a directory of its own.
        logs: what its driver keeps, by the name of the log: `{"browser": "ALL"}`.
    """
    options = ChromeOptions()
    options.binary_location = _found("chromium")
    if logs:
        options.set_capability("goog:loggingPrefs", dict(logs))
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    chrome = Chrome(options, ChromeService(_found("chromedriver")))
    try:
        yield chrome
    finally:
        chrome.quit()


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path, f"{program} is not installed; run `make interop-tools`."
    return path
