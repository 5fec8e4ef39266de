"""IDs, names, texts, durations and days."""

from __future__ import annotations

import pytest

from flow_mcp.declaration.base import seconds
from tests.unit.declared import SERVER, Stacks, problem, tenant

HIDDEN = (
    "has characters that are not shown, or that change how others are shown",
    "Type it anew, with visible characters and single spaces only.",
)
SIZE = ("is empty or too long", "Use 1 to 255 characters.")
SPACES = ("has spaces at its ends or next to each other", "Remove them.")
APART = ("has letters and their accents apart", "Write it in Unicode's composed form (NFC).")
READER = "reader:\n  grant: authorization-code\n  access: ['*']\n  redirectUris: [https://a.example/cb]\n"
PROGRAM = "{}:\n  grant: client-credentials\n  access: ['*']\n"


@pytest.mark.parametrize("identifier", ["a", "456", "0456", "A-b_c", "x" * 63])
def test_an_id_is_one_segment_of_a_url(stacks: Stacks, identifier: str) -> None:
    assert stacks.problems(tenant().replace("id: acme", f"id: '{identifier}'")) == ()


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "-a",
        "_a",
        "a b",
        "a/b",
        "a.b",
        "..",
        "a%2fb",
        "a:b",
        "*",
        "\u00e9",
        "\u0430cme",
        "a\u200bb",
        "x" * 64,
    ],
)
def test_anything_else_is_no_id(stacks: Stacks, identifier: str) -> None:
    escaped = identifier.encode("ascii", "backslashreplace").decode()
    remedy = "Use 1 to 63 letters, digits, - and _, first a letter or digit."
    assert stacks.problem(tenant().replace("id: acme", f'id: "{escaped}"')) == problem(
        3, "id", "is not an ID", remedy
    )
    text = tenant().replace('"456": {environments: [production', f'"456": {{environments: ["{escaped}"')
    assert stacks.problem(text) == problem(5, "workspaces.456.environments[0]", "is not an ID", remedy)
    (found,) = stacks.problems(tenant().replace('"456"', f'"{escaped}"'))
    assert (found.line, found.message, found.remedy) == (5, "is not an ID", remedy)


@pytest.mark.parametrize("name", ["a", "a1", "nightly-agent", "x" * 40])
def test_a_clients_name_is_short_and_lower_case(stacks: Stacks, name: str) -> None:
    assert stacks.problems(tenant(PROGRAM.format(name))) == ()


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a.b", "a b", "a/b", "\u00e9", "x" * 41])
def test_anything_else_is_no_name(stacks: Stacks, name: str) -> None:
    (found,) = stacks.problems(tenant(PROGRAM.format(f'"{name}"')))
    remedy = "Use 1 to 40 lower-case letters, digits and -, with - not at its ends."
    assert (found.line, found.message, found.remedy) == (11, "is not a name", remedy)


@pytest.mark.parametrize(
    "client_id", ["6f1c2d", "https://claude.ai/client.json", "a" * 255, "~!\\\"$&'()*+,;="]
)
def test_a_client_id_is_what_oauth_lets_it_be(stacks: Stacks, client_id: str) -> None:
    escaped = client_id.replace("\\", "\\\\").replace('"', '\\"')
    assert stacks.problems(tenant(PROGRAM.format("a") + f'  clientId: "{escaped}"\n')) == ()


@pytest.mark.parametrize("client_id", ["", "a b", "a\\n", "a\\0", "6f1c\u2026", "a" * 256])
def test_anything_else_is_no_client_id(stacks: Stacks, client_id: str) -> None:
    remedy = "Use 1 to 255 ASCII characters without spaces (RFC 6749, A.1)."
    assert stacks.problem(tenant(PROGRAM.format("a") + f'  clientId: "{client_id}"\n')) == problem(
        14, "clients.a.clientId", "is not a client ID", remedy
    )


@pytest.mark.parametrize(
    "group",
    ["planners", "Planung \u00c4\u00d6\u00dc", "/org/planners", "\u8a08\u753b", "R&D (oslo)", "x" * 255],
)
def test_a_group_may_have_any_name_that_people_can_read(stacks: Stacks, group: str) -> None:
    assert stacks.problems(tenant(READER + f"  people: {{groups: ['{group}']}}\n")) == ()


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ("", SIZE),
        ("x" * 256, SIZE),
        (" planners", SPACES),
        ("planners ", SPACES),
        ("planners  oslo", SPACES),
        ("planners\\nadmins", HIDDEN),
        ("planners\\e[31m", HIDDEN),
        ("plan\\u202erens", HIDDEN),
        ("plan\\u2066ners", HIDDEN),
        ("plan\\u200bners", HIDDEN),
        ("plan\\u200dners", HIDDEN),
        ("plan\\u00adners", HIDDEN),
        ("plan\\u00a0ners", HIDDEN),
        ("plan\\u3164ners", HIDDEN),
        ("plan\\ufe0fners", HIDDEN),
        ("plan\\u2800ners", HIDDEN),
        ("plan\\U000e0061ners", HIDDEN),
        ("plan\\ue000ners", HIDDEN),
        ("pla\\u0308nners", APART),
    ],
)
def test_a_group_whose_name_people_could_misread_is_refused(
    stacks: Stacks, group: str, said: tuple[str, str]
) -> None:
    text = tenant(READER + f'  people: {{groups: ["{group}"]}}\n')
    assert stacks.problem(text) == problem(15, "clients.reader.people.groups[0]", *said)


@pytest.mark.parametrize(("text", "length"), [("90s", 90), ("5m", 300), ("8h", 28_800), ("1d", 86_400)])
def test_a_duration_is_a_number_and_a_unit(stacks: Stacks, text: str, length: int) -> None:
    assert stacks.problems(tenant(server=f"{SERVER}  tokens: {{access: {text}}}\n")) == ()
    assert seconds(text) == length


@pytest.mark.parametrize(
    "text", ["5", "'5'", "5 m", "05m", "0m", "-5m", "1.5h", "5M", "5min", "1h30m", "1000000s", "P1D", ""]
)
def test_anything_else_is_no_duration(stacks: Stacks, text: str) -> None:
    quoted = text if text == "5" else f"'{text.strip(chr(39))}'"
    said = ("is not a duration", "Use a whole number and a unit, such as 90s, 5m, 8h or 180d.")
    if text == "5":
        said = ("is not a text but a number or truth value to YAML", "Put it in quotes.")
    assert stacks.problem(tenant(server=f"{SERVER}  tokens: {{access: {quoted}}}\n")) == problem(
        10, "authorizationServer.keycloak.tokens.access", *said
    )


@pytest.mark.parametrize("day", ["2026-11-01", "'2026-11-01'", "'2026-11-01 00:00:00 +0000 UTC'"])
def test_a_day_needs_no_quotes_and_may_be_what_pulumi_makes_of_it(stacks: Stacks, day: str) -> None:
    text = tenant(PROGRAM.format("a") + f"  secret: {{issued: {day}, lifetime: 180d}}\n")
    (unsupported,) = stacks.problems(text)
    assert unsupported.message == "declares an expiry, but Keycloak's client secrets do not expire"


@pytest.mark.parametrize(
    "day", ["'2026-02-30'", "'2026-13-01'", "'2026-1-1'", "'1999-01-01'", "'20261101'", "tomorrow"]
)
def test_anything_else_is_no_day(stacks: Stacks, day: str) -> None:
    text = tenant(PROGRAM.format("a") + f"  secret: {{issued: {day}, lifetime: 180d}}\n")
    assert problem(
        14, "clients.a.secret.issued", "is not a day of this century", "Write it as in 2026-11-01."
    ) in stacks.problems(text)
