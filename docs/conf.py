"""Configuration of the documentation's site (Sphinx): `make docs` writes it to `site/`."""

from importlib import metadata

project = "Flow MCP settings as code"
author = "Profitbase"
release = metadata.version("flow-mcp")
extensions = ["myst_parser"]
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
