"""Render the report as one HTML file that loads nothing from the network and escapes all texts.

Jinja escapes every text, and the Content Security Policy permits only the page's own style and script. The
script reads the rendered page, so there is no second copy of the data.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from importlib import resources

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from flow_mcp.review.report.document import Report, Tenant
from flow_mcp.review.report.picture import picture
from flow_mcp.review.report.rule_results import Finding
from flow_mcp.review.report.subjects import columns, subjects

_PAGE = "report.html.jinja"
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def to_html(report: Report) -> str:
    """Return the page; the same report gives the same bytes."""
    style, script = _file("report.css"), _file("report.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    kinds = sorted({tenant.declared.kind for tenant in report.tenants if tenant.declared})
    servers = sorted({tenant.declared.server for tenant in report.tenants if tenant.declared})
    page = _environment().get_template(_PAGE)
    assets = {"style": Markup(style), "script": Markup(script)}  # noqa: S704 files of this package
    return page.render(report=report, policy=policy, kinds=kinds, servers=servers, **assets)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"anchor": anchor, "duration": duration, "moment": moment}
    environment.globals |= {
        "grouped": grouped_findings,
        "columns": columns,
        "flags": lambda tenant: " ".join(_flags(tenant)),
        "picture": picture,
        "subjects": lambda declared: list(subjects(declared)),
    }
    return environment


def grouped_findings(findings: Sequence[Finding]) -> list[tuple[Finding, list[str]]]:
    """Group findings that differ only in their path, with all paths."""
    paths: dict[Finding, list[str]] = {}
    for finding in findings:
        paths.setdefault(finding.model_copy(update={"path": ""}), []).append(finding.path)
    return list(paths.items())


def anchor(stack: str) -> str:
    """Return the fragment identifier of a tenant, which is the same in every report."""
    return "tenant-" + re.sub(r"[^A-Za-z0-9-]", lambda char: f"_{ord(char[0]):x}_", stack)


def duration(seconds: int) -> str:
    """Return a duration in its largest whole unit, such as `5 min` or `90 d`."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    return f"{seconds // size} {unit}"


def moment(text: str) -> str:
    """Return a UTC time in short form, and any other text unchanged."""
    return re.sub(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):[\d.]+Z$", r"\1 \2 UTC", text)


def _flags(tenant: Tenant) -> Iterator[str]:
    """Yield the names of the page's filters that apply to a tenant."""
    declared = tenant.declared
    if tenant.blocked:
        yield "blocked"
    if declared and any(method.open for method in declared.ways):
        yield "open"
    if declared and any(
        client.secret and client.secret.state in {"expired", "expiring"} for client in declared.clients
    ):
        yield "secret"
    if tenant.waivers:
        yield "waiver"
    if tenant.delivered.differences or tenant.applied.differences or tenant.drift.changed:
        yield "differs"


def _template(name: str) -> str:
    # The template's indentation is removed: with many tenants it would add megabytes.
    return re.sub(r"\n\s+", "\n", _file(name))


@cache
def _file(name: str) -> str:
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
