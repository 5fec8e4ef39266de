"""Results as a table for people, as JSON for pipelines, and the checks as a page of documentation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.table import Table
from rich.text import Text

from flow_mcp.verify.check import Check, Result, Status

_STYLES: dict[Status, str] = {"pass": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}


@dataclass(frozen=True)
class Verification:
    """What was observed of a tenant.

    Attributes:
        tenant: its ID.
        began: when; tokens are decided as of the moment that they were minted, soon after.
        results: all of it, in the order of the checks.
    """

    tenant: str
    began: datetime
    results: Sequence[Result]

    @property
    def verified_at(self) -> str:
        return self.began.strftime("%Y-%m-%dT%H:%M:%SZ")


def counts(results: Iterable[Result]) -> dict[Status, int]:
    """How many of each status."""
    counted = Counter(result.status for result in results)
    return {status: counted[status] for status in _STYLES}


def table(verification: Verification) -> Table:
    """A row an observation; what to do only where there is something to do."""
    authorities = ", ".join(dict.fromkeys(result.authority for result in verification.results))
    title = f"{verification.tenant} at {authorities}"
    shown = Table(title=Text(title), title_justify="left", show_lines=True)
    shown.add_column("check", no_wrap=True)
    shown.add_column("result", no_wrap=True)
    shown.add_column("what was seen", ratio=1, overflow="fold")
    shown.add_column("what it means and what to do", ratio=1, overflow="fold")
    for result in verification.results:
        check, observation = result.check, result.observation
        what = f"{check.title}\nMeans: {check.meaning}\nRemedy: {result.remedy}\nSee {check.reference}"
        shown.add_row(
            Text(check.id),
            Text(result.status, _STYLES[result.status]),
            Text(": ".join(filter(None, [observation.subject, observation.seen]))),
            Text(what if result.status in {"fail", "warn"} else check.title),
        )
    return shown


def as_json(verification: Verification) -> dict[str, object]:
    """The same for a program."""
    return {
        "tenant": verification.tenant,
        "verifiedAt": verification.verified_at,
        "counts": counts(verification.results),
        "results": [
            {
                "id": result.check.id,
                "title": result.check.title,
                "status": result.status,
                "authority": result.authority,
                "subject": result.observation.subject,
                "seen": result.observation.seen,
                "meaning": result.check.meaning,
                "remedy": result.remedy,
                "reference": result.check.reference,
            }
            for result in verification.results
        ],
    }


def markdown(checks: Iterable[Check]) -> str:
    """The checks as a table in Markdown."""
    rows = [
        "| ID | What must be so | Otherwise | What it means | What to do | Reference |",
        "|---|---|---|---|---|---|",
    ]
    for check in checks:
        otherwise = "fail" if check.severity == "error" else "warn"
        cells = (check.id, check.title, otherwise, check.meaning, check.remedy, f"<{check.reference}>")
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"
