"""Configuration of the documentation's site (Sphinx): `make docs` writes it to `site/`."""

from importlib import metadata
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.highlighting import lexers

project = "Flow MCP settings as code"
author = "Profitbase"
release = metadata.version("flow-mcp")
extensions = ["myst_parser"]
lexers["csv"] = TextLexer()
html_theme = "furo"
html_title = project
# The pages link to sections as GitHub names them.
myst_heading_anchors = 4
exclude_patterns = ["schemas"]
html_extra_path = ["schemas"]
# Fonts and scripts of other hosts would tell them who reads which page.
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_sourcelink = False

_ACCESSIBLE = {
    'role="heading"': 'role="heading" aria-level="2"',
    '<aside class="sidebar-drawer"': '<aside aria-label="Pages" class="sidebar-drawer"',
    '<aside class="toc-drawer': '<aside aria-label="This page" class="toc-drawer',
    '<div class="table-wrapper': '<div tabindex="0" class="table-wrapper',
    "<pre>": '<pre tabindex="0">',
}
"""What Sphinx and Furo leave out and axe requires: levels, names of areas, and areas that scroll by key."""


def _accessible(app: Sphinx, error: Exception | None) -> None:
    for page in Path(app.outdir).rglob("*.html") if error is None else ():
        text = page.read_text("utf-8")
        for written, complete in _ACCESSIBLE.items():
            text = text.replace(written, complete)
        page.write_text(text, "utf-8")


def setup(app: Sphinx) -> None:
    """Complete the pages after they are written."""
    app.connect("build-finished", _accessible)
