"""A person who uses headless Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from tests.headless import headless_chrome

_PATIENCE_SECONDS = 60
_POLL_SECONDS = 0.05


class Person(NamedTuple):
    """A user of the authorization server."""

    name: str
    password: str


class Page(NamedTuple):
    """The result of a sign-in."""

    came_back: bool
    """Whether the authorization server redirected the person to the client."""
    text: str


class Browser:
    """A Chromium whose sign-ins start without cookies."""

    def __init__(self, chrome: Chrome) -> None:
        self._chrome = chrome

    def sign_in(self, url: str, person: Person) -> Page:
        """Open an authorization URL, sign in, consent if requested, and follow the redirect."""
        chrome = self._chrome
        chrome.execute_cdp_cmd("Network.clearBrowserCookies", {})
        chrome.get(url)
        if chrome.find_elements(By.ID, "username"):
            chrome.find_element(By.ID, "username").send_keys(person.name)
            password = chrome.find_element(By.ID, "password")
            password.send_keys(person.password)
            self._go_on(password.submit)
        if consent := chrome.find_elements(By.NAME, "accept"):
            self._go_on(consent[0].click)
        came_back = urlsplit(chrome.current_url).netloc != urlsplit(url).netloc
        return Page(came_back, chrome.find_element(By.TAG_NAME, "body").text)

    def _go_on(self, leave: Callable[[], None]) -> None:
        """Submit the page and wait for the next one, which is the same form after a failed sign-in."""
        self._chrome.execute_script("window.left = true")
        leave()
        # Between two pages, Chromium's driver can raise any error.
        waiting = WebDriverWait(self._chrome, _PATIENCE_SECONDS, _POLL_SECONDS, [WebDriverException])
        arrived = "return !window.left && document.readyState === 'complete'"
        waiting.until(lambda chrome: chrome.execute_script(arrived))


@contextmanager
def chromium(profile: Path) -> Iterator[Browser]:
    """Start Debian's Chromium with a new profile."""
    with headless_chrome(profile) as chrome:
        yield Browser(chrome)
