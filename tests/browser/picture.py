"""Write `docs/report.png`, a tenant of the report: `python -m tests.browser.picture`; needs Chromium."""

from __future__ import annotations

import re
import struct
import sys
import tempfile
import zlib
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from click.testing import CliRunner

from flow_mcp.cli import cli
from flow_mcp.review.report.html import anchor
from tests.browser.chromium import chromium
from tests.conftest import REPOSITORY

PICTURE = REPOSITORY / "docs" / "report.png"
_WIDTH, _HEIGHT = 1050, 970
_AS_OF, _STACK = "2026-11-25", "acme"
_ANCHOR = anchor(_STACK)
_KEYWORD = b"flow-mcp"
_SIGNATURE = 8
_HEADER = 25


def report(directory: Path) -> Path:
    """Write the report of the sample tenant into a directory."""
    file = directory / "report.html"
    options = ("--project", str(REPOSITORY), "--as-of", _AS_OF, "--to", str(file))
    result = CliRunner().invoke(cli, ["report", _STACK, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return file


def digest(file: Path) -> str:
    """Return the digest of what the picture shows of a report: the tenant."""
    (article,) = re.findall(rf'<article id="{_ANCHOR}".*?</article>', file.read_text("utf-8"), re.DOTALL)
    return sha256(article.encode()).hexdigest()


def recorded_digest(picture: bytes) -> str:
    """Return the digest that `picture_of` wrote into a PNG file.

    Raises:
        ValueError: the picture has none.
    """
    start = picture.index(b"tEXt" + _KEYWORD + b"\0") + len(b"tEXt" + _KEYWORD + b"\0")
    return picture[start : start + 64].decode()


def picture_of(file: Path) -> bytes:
    """Return a picture of the tenant in a report as a PNG file, with the digest of what it shows."""
    with tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as browser:
        browser.open(file, f"#{_ANCHOR}", width=_WIDTH)
        top = browser.run(
            "const article = document.getElementById(arguments[0]);"
            "article.querySelector('details').open = true;"
            "return article.getBoundingClientRect().y + scrollY",
            _ANCHOR,
        )
        clip = {"x": 0, "y": top, "width": _WIDTH, "height": _HEIGHT, "scale": 1}
        command = {"clip": clip, "captureBeyondViewport": True}
        shot = browser.chrome.execute_cdp_cmd("Page.captureScreenshot", command)
    picture = b64decode(shot["data"])
    # After the signature and the header: a text chunk (https://www.w3.org/TR/png/#11tEXt).
    chunk = b"tEXt" + _KEYWORD + b"\0" + digest(file).encode()
    text = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
    end = _SIGNATURE + _HEADER
    return picture[:end] + text + picture[end:]


def main() -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as directory:
        PICTURE.write_bytes(picture_of(report(Path(directory))))
    sys.stdout.write(f"wrote {PICTURE}\n")


if __name__ == "__main__":
    main()
