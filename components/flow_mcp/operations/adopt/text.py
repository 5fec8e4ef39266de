"""An adoption as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.text import Text

from flow_mcp.authorization_servers.adoption import TakenOver
from flow_mcp.common.safe_text import terminal
from flow_mcp.operations.adopt.proposal import Proposal
from flow_mcp.operations.adopt.tenant_file import difference_text

_MAX_LENGTH = 1_000
_WIDTH = 28


def proposal_lines(proposal: Proposal) -> Iterator[Text]:
    """Yield the lines about a proposal. Text of the server is escaped and cannot add lines."""
    reading, imports = proposal.reading, proposal.imports
    clients = [client for client in reading.clients if client.section == "clients"]
    manual = [client for client in reading.clients if client.section == "manualRegistrations"]
    yield Text.assemble(
        (terminal(proposal.stack), "bold"),
        f": clients taken over: {len(clients)}, listed: {len(manual)}, left alone: {len(reading.others)}",
    )
    for title, listed in (
        ("taken over, with the same client ID and secret", clients),
        ("listed under manualRegistrations, and not managed", manual),
    ):
        if listed:
            yield Text(f"  {title}", "dim")
        for client in listed:
            yield _line(client.name, f"{client.client_id}: {client.why}")
            yield from (Text(f"      - {terminal(remark, _MAX_LENGTH)}") for remark in client.remarks)
    if reading.others:
        yield Text("  left alone", "dim")
        yield from (_line(other.client_id, other.reason) for other in reading.others)
    yield from (Text(f"  {terminal(remark, _MAX_LENGTH)}", "yellow") for remark in reading.remarks)
    yield from (Text(f"  {terminal(str(warning), _MAX_LENGTH)}", "yellow") for warning in proposal.warnings)
    kept = sum(len(taken_over.differences) for taken_over in imports.taken_over)
    imported, left = len(imports.taken_over), len(imports.left)
    yield Text(f"  The next `pulumi up` imports {imported} objects and keeps {kept} properties as they are.")
    yield Text(f"  It does not create {left} resources before you remove their lines in the file.")


def recreated_lines(stack: str, taken_over: Sequence[TakenOver]) -> Iterator[Text]:
    """Yield the lines about objects that were deleted and recreated without Pulumi."""
    count = len(taken_over)
    what = "1 object was" if count == 1 else f"{count or 'no'} objects were"
    yield Text.assemble((terminal(stack), "bold"), f": {what} deleted and recreated without Pulumi")
    for item in taken_over:
        yield _line(item.resource, f"has the ID {item.id} now.")
        for difference in item.differences:
            yield Text(f"      - {terminal(difference_text(difference), _MAX_LENGTH)}")


def _line(name: str, text: str) -> Text:
    return Text.assemble("    ", (f"{terminal(name):<{_WIDTH}} ", "cyan"), terminal(text, _MAX_LENGTH))
