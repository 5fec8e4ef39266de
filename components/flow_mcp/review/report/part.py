"""What all parts of the report have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.common.strict_model import StrictModel

Reading = Annotated[
    Literal["read", "not-read", "missing", "failed"],
    Field(
        description="`not-read`: nobody asked; `missing`: asked, and there is nothing; `failed`: asked, and "
        "the reason says why there is no answer. Only of what was `read` anything is known."
    ),
]
Reason = Annotated[str, Field(description="Why it could not be read.")]
Resources = Annotated[tuple[str, ...], Field(description="As `<workspace>/<environment>`, sorted.")]


class Part(StrictModel):
    """Part of the report. What is absent is not known, or is not there: the key's neighbours say which."""
