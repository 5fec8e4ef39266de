"""A client's secret: the day of its creation, its lifetime, and when it is rotated."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator

from flow_mcp.declaration.base import Day, Declared, Duration, seconds
from flow_mcp.declaration.findings import RefusedError
from flow_mcp.declaration.texts import UNKNOWN_DAY, DayOrUnknown


class Secret(Declared):
    """A client secret. All of its days are declared, so that the result does not depend on the current time.

    `flow-mcp rotate` writes `issued` and `previous`.
    """

    issued: Annotated[Day | None, Field(description="Day of its creation, YYYY-MM-DD.")] = None
    lifetime: Annotated[
        Duration | None, Field(description="How long it is valid, such as 180d. Required on Entra only.")
    ] = None
    rotate_after: Annotated[
        Duration | None, Field(description="Age at which `flow-mcp rotate --due` rotates it, such as 90d.")
    ] = None
    overlap: Annotated[
        Duration | None,
        Field(
            description="How long the previous secret stays valid after a rotation, such as 7d. "
            "Without it, a rotation ends the previous secret at once."
        ),
    ] = None
    previous: Annotated[
        DayOrUnknown | None,
        Field(
            description="Day of the previous secret, or `unknown`. It stays valid until the rotation is "
            "finished."
        ),
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.model_fields_set:
            raise RefusedError("is empty", "Declare issued and lifetime, or rotateAfter and overlap.")
        if self.lifetime and not self.issued:
            raise RefusedError("has a lifetime without issued", "Add issued: the day of its creation.")
        if self.previous and not (self.issued and self.overlap):
            raise RefusedError(
                "has previous, which needs issued and overlap",
                "Start a rotation with `flow-mcp rotate`, which writes issued and previous.",
            )
        if self.issued and self.previous not in (None, UNKNOWN_DAY) and str(self.previous) >= self.issued:
            raise RefusedError("has a previous day that is not before issued", "Correct one of them.")
        self._require_order()
        return self

    def _require_order(self) -> None:
        overlap, rotate_after = seconds(self.overlap or "0s"), seconds(self.rotate_after or "0s")
        if rotate_after and overlap >= rotate_after:
            raise RefusedError(
                "has an overlap that is not shorter than rotateAfter", "Declare a shorter one."
            )
        if self.lifetime and seconds(self.lifetime) < rotate_after + overlap:
            raise RefusedError(
                "expires before its rotation ends: lifetime is shorter than rotateAfter and overlap together",
                "Declare a longer lifetime or a shorter rotateAfter.",
            )

    @property
    def expires(self) -> str | None:
        """The time at which the secret expires, RFC 3339 in UTC; None if it does not expire."""
        return expiry(self.issued, self.lifetime) if self.issued and self.lifetime else None

    @property
    def due(self) -> date | None:
        """The first day on which a rotation is due; None if no age or no day is declared."""
        return _after(self.issued, self.rotate_after)

    @property
    def overlap_ends(self) -> date | None:
        """The day on which the previous secret is to be withdrawn; None if no rotation is in progress."""
        return _after(self.issued, self.overlap) if self.previous else None


def expiry(issued: str, lifetime: str) -> str:
    """Return the time at which a secret expires, RFC 3339 in UTC."""
    end = datetime.fromisoformat(issued).replace(tzinfo=UTC) + timedelta(seconds=seconds(lifetime))
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")


def _after(start: str | None, duration: str | None) -> date | None:
    """Return the first whole day after a duration."""
    if not start or not duration:
        return None
    days = -(-seconds(duration) // 86_400)
    return date.fromisoformat(start) + timedelta(days=days)
