"""Headless Chromium that shows a file."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome
from selenium.webdriver.support.wait import WebDriverWait

from tests.headless import headless_chrome

PHONE, DESKTOP = 390, 1280
_HEIGHT = 900
_PATIENCE_SECONDS = 5


class Chromium:
    """One browser; each page is opened anew, without what the one before left."""

    def __init__(self, chrome: Chrome) -> None:
        self.chrome = chrome

    def open(
        self,
        file: Path,
        fragment: str = "",
        *,
        width: int = DESKTOP,
        scheme: str = "light",
        medium: str = "",
        script: bool = True,
    ) -> None:
        """Show a file.

        Args:
            file: the page.
            fragment: where to go in it.
            width: of the window, in pixels.
            scheme: which colours the person prefers.
            medium: `print`, or the screen.
            script: whether the page's script may run.
        """
        self.chrome.get("about:blank")
        for kind in ("browser", "performance"):
            self._log(kind)
        self._command("Emulation.setScriptExecutionDisabled", value=not script)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self._command("Emulation.setEmulatedMedia", media=medium, features=features)
        self._command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=_HEIGHT,
            deviceScaleFactor=1,
            mobile=width == PHONE,
        )
        self.chrome.get(f"{file.as_uri()}{fragment}")

    def run(self, script: str, *arguments: object) -> Any:
        """The value of a script in the page."""
        return self.chrome.execute_script(script, *arguments)

    def comes_to(self, script: str, value: object) -> bool:
        """Whether a script's value becomes this one: a page answers some events a moment later."""
        with suppress(TimeoutException):
            return bool(
                WebDriverWait(self.chrome, _PATIENCE_SECONDS, 0.02).until(lambda _: self.run(script) == value)
            )
        return False

    def evaluate(self, expression: str) -> Any:
        """The value of an expression, as the developer tools evaluate it: the page's policy does not count.

        It may be a promise, and it works where the page's own scripts may not run.
        """
        told = self._command("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def complaints(self) -> list[str]:
        """What the browser said of the page since it was opened, blocked scripts among it."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for since the page was opened."""
        messages = (json.loads(entry["message"])["message"] for entry in self._log("performance"))
        sent = (each["params"] for each in messages if each["method"] == "Network.requestWillBeSent")
        return [each["request"]["url"] for each in sent]

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return b64decode(self._command("Page.printToPDF", preferCSSPageSize=True)["data"])

    def _log(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.chrome.get_log(kind)  # type: ignore[no-untyped-call]
        return entries

    def _command(self, name: str, **arguments: object) -> Any:
        return self.chrome.execute_cdp_cmd(name, arguments)


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    """Start Debian's Chromium with a fresh profile."""
    logs = {"browser": "ALL", "performance": "ALL"}
    with headless_chrome(profile, logs) as chrome:
        yield Chromium(chrome)
