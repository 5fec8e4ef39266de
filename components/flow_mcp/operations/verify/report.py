"""Reports of a verification for terminals and as JSON, and the documentation's table of checks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from flow_mcp.operations.verify.check import Check, Result, Status

_STYLES: dict[Status, str] = {"pass": "green", "warn": "yellow", "fail": "bold red", "skipped": "dim"}
_ORDER: tuple[Status, ...] = ("fail", "warn", "skipped", "pass")


@dataclass(frozen=True)
class Verification:
    """The results of a tenant's verification.

    Attributes:
        tenant: the tenant's ID.
        began: time of the start; the decision on a token is for the later time at which it was issued.
        results: all results, in the order of the checks.
    """

    tenant: str
    began: datetime
    results: Sequence[Result]

    @property
    def verified_at(self) -> str:
        return self.began.strftime("%Y-%m-%dT%H:%M:%SZ")


def counts(results: Iterable[Result]) -> dict[Status, int]:
    """Return the number of results of each status."""
    counted = Counter(result.status for result in results)
    return {status: counted[status] for status in _STYLES}


def lines(verification: Verification, *, everything: bool) -> Iterator[RenderableType]:
    """Yield failures, then warnings, then counts; with `everything` also passed and skipped checks.

    Skipped checks are counted separately, because their result is unknown.
    """
    authorities = ", ".join(dict.fromkeys(result.authority for result in verification.results))
    yield Text(f"{verification.tenant} at {authorities}", "bold")
    for status in _ORDER if everything else _ORDER[:2]:
        for result in verification.results:
            if result.status == status:
                yield from _result(result)
    total = ", ".join(f"{number} {status}" for status, number in counts(verification.results).items())
    hint = "" if everything else "; --all lists every check"
    yield Text(f"{verification.tenant}: {total}, at {verification.verified_at}{hint}")


def _result(result: Result) -> Iterator[RenderableType]:
    check, observation = result.check, result.observation
    head = Text.assemble((result.status, _STYLES[result.status]), " ", (check.id, "bold"), " ", check.title)
    yield Padding(head, (0, 0, 0, 2), expand=False)
    texts = [": ".join(filter(None, [observation.subject, observation.seen]))]
    if result.status in {"fail", "warn"}:
        texts += [f"Means: {check.meaning}", f"Remedy: {result.remedy}", f"See {check.reference}"]
    for text in filter(None, texts):
        yield Padding(Text(text, overflow="fold"), (0, 0, 0, 4), expand=False)


def as_json(verification: Verification) -> dict[str, object]:
    """Return the results as a JSON object."""
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
    """Return the checks as a Markdown table."""
    rows = [
        "| ID | Requirement | Otherwise | Consequence | Remedy | Reference |",
        "|---|---|---|---|---|---|",
    ]
    for check in checks:
        otherwise = "fail" if check.severity == "error" else "warn"
        cells = (check.id, check.title, otherwise, check.meaning, check.remedy, f"<{check.reference}>")
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"
