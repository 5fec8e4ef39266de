"""Draw a tenant's access as SVG: clients, registration methods and people left, protected resources right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from markupsafe import Markup

from flow_mcp.review.report.subjects import Subject

_LEFT, _RIGHT, _WIDTH = 178, 302, 480
_ROW, _GAP, _TOP = 24, 10, 16
_LABEL_LENGTH = 23
# With more rows the picture becomes unreadable; the table beside it is complete.
_MAXIMUM_SINGLE, _MAXIMUM_ROWS = 12, 40

_SHAPES = {
    "client": '<circle class="c" cx="{x}" cy="{y}" r="4.5"/>',
    "registration": '<path class="w" d="M{x} {top}l6 6-6 6-6-6z"/>',
    "people": '<rect class="p" x="{left}" y="{square}" width="9" height="9"/>',
}
_CLASSES = {"client": "c", "registration": "w", "people": "p"}


def picture(title: str, subjects: Sequence[Subject], resources: Sequence[str]) -> Markup:
    """Return an inline SVG, or nothing if there are no subjects or no resources.

    Args:
        title: the title of the picture.
        subjects: clients, registration methods and people, grouped by kind.
        resources: the tenant's protected resources.
    """
    if not subjects or not resources:
        return Markup()
    left, right = _merged(subjects)[:_MAXIMUM_ROWS], resources[:_MAXIMUM_ROWS]
    starts, stops = _column([subject.kind for subject in left]), _column(["resource"] * len(right))
    height = max(starts[-1], stops[-1]) + _TOP
    starts, stops = _centred(starts, height), _centred(stops, height)
    ends = dict(zip(right, stops, strict=True))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img"><title>{escape(title)}</title>'
        f"<desc>{escape(_description(left, right, subjects, resources))}</desc>"
    ]
    for subject, y in zip(left, starts, strict=True):
        lines = "".join(
            f"M{_LEFT} {y}C240 {y} 240 {ends[key]} {_RIGHT} {ends[key]}"
            for key in right
            if key in subject.reaches
        )
        if lines:
            parts.append(f'<path class="l {_CLASSES[subject.kind]}" d="{lines}"/>')
    for subject, y in zip(left, starts, strict=True):
        parts.append(
            _SHAPES[subject.kind].format(x=_LEFT, y=y, top=y - 6, left=_LEFT - 4.5, square=y - 4.5)
            + f'<text class="e" x="{_LEFT - 12}" y="{y + 4}">{_label(subject.name)}</text>'
        )
    parts += [
        f'<circle class="r" cx="{_RIGHT}" cy="{y}" r="3"/>'
        f'<text x="{_RIGHT + 12}" y="{y + 4}">{_label(key)}</text>'
        for key, y in ends.items()
    ]
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 every text in it is escaped above


def _merged(subjects: Sequence[Subject]) -> list[Subject]:
    """Merge subjects of one kind with the same access if there are many subjects."""
    if len(subjects) <= _MAXIMUM_SINGLE:
        return list(subjects)
    merged = []
    for kind, of_kind in groupby(subjects, key=lambda subject: subject.kind):
        same_access: dict[frozenset[str], list[Subject]] = {}
        for subject in of_kind:
            same_access.setdefault(subject.reaches, []).append(subject)
        for reaches, group in same_access.items():
            name = group[0].name if len(group) == 1 else f"{len(group)} {_PLURALS[kind]}"
            merged.append(Subject(kind, name, "", reaches))
    return merged


_PLURALS = {"client": "clients", "registration": "registration methods", "people": "groups"}


def _column(kinds: Iterable[str]) -> list[int]:
    """Return the vertical positions of a column, with a gap between kinds."""
    ys: list[int] = []
    y, previous = _TOP - _ROW, None
    for kind in kinds:
        y += _ROW + (_GAP if previous not in (None, kind) else 0)
        ys.append(y)
        previous = kind
    return ys


def _centred(ys: Sequence[int], height: int) -> list[int]:
    return [y + (height - _TOP - ys[-1]) // 2 for y in ys]


def _label(text: str) -> str:
    return escape(text if len(text) <= _LABEL_LENGTH else f"{text[: _LABEL_LENGTH - 1]}…")


def _description(
    left: Sequence[Subject], right: Sequence[str], subjects: Sequence[Subject], resources: Sequence[str]
) -> str:
    text = (
        "A line connects each client, registration method or group with each protected resource to which it "
        "has access. The table contains the same."
    )
    if len(left) < len(subjects):
        text += f" {len(subjects)} rows of the table are shown as {len(left)}."
    if len(right) < len(resources):
        text += f" Of {len(resources)} protected resources the first {len(right)} are shown."
    return text
