"""The base class and the common fields of the report's parts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from flow_mcp.common.strict_model import StrictModel

Reading = Annotated[
    Literal["read", "not-read", "missing", "failed"],
    Field(
        description="`not-read`: not requested. `missing`: requested and absent. `failed`: requested and not "
        "readable, for the given reason. Only `read` values are known."
    ),
]
Reason = Annotated[str, Field(description="Why it could not be read.")]
Resources = Annotated[
    tuple[str, ...], Field(description="Protected resources as `<workspace>/<environment>`, sorted.")
]


class Part(StrictModel):
    """A part of the report. An absent value is unknown or does not exist, as the neighbouring keys say."""
