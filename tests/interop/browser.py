"""A person in front of headless Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

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
_PATIENCE_SECONDS = 30


class Person(NamedTuple):
    """A user of the authorization server."""

    name: str
    password: str


class Page(NamedTuple):
    """What a sign-in ended with."""

    came_back: bool
    """Whether the authorization server sent the person back to the client."""
    text: str


class Browser:
    """One Chromium; each sign-in begins without cookies."""

    def __init__(self, chrome: Chrome) -> None:
        self._chrome = chrome

    def sign_in(self, url: str, person: Person) -> Page:
        """Open an authorization URL, sign in, consent where asked, and follow the redirect."""
        chrome = self._chrome
        chrome.execute_cdp_cmd("Network.clearBrowserCookies", {})
        chrome.get(url)
        if chrome.find_elements(By.ID, "username"):
            chrome.find_element(By.ID, "username").send_keys(person.name)
            password = chrome.find_element(By.ID, "password")
            password.send_keys(person.password)
            password.submit()
            self._wait_until_gone("password")
        if chrome.find_elements(By.NAME, "accept"):
            chrome.find_element(By.NAME, "accept").click()
            self._wait_until_gone("kc-login")
        came_back = urlsplit(chrome.current_url).netloc != urlsplit(url).netloc
        return Page(came_back, chrome.find_element(By.TAG_NAME, "body").text)

    def _wait_until_gone(self, element: str) -> None:
        WebDriverWait(self._chrome, _PATIENCE_SECONDS).until(
            lambda chrome: not chrome.find_elements(By.ID, element)
        )


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Start Debian's Chromium with a fresh profile."""
    options = ChromeOptions()
    options.binary_location = _found("chromium")
    for flag in (*_FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    chrome = Chrome(options, ChromeService(_found("chromedriver")))
    try:
        yield Browser(chrome)
    finally:
        chrome.quit()


def _found(program: str) -> str:
    path = shutil.which(program)
    assert path, f"{program} is not installed; run `make interop-tools`."
    return path
