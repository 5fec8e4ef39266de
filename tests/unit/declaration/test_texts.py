"""IDs, names, texts, durations and dates."""

from __future__ import annotations

import pytest

from flow_mcp.declaration.base import seconds
from tests.unit.declared import SERVER, Stacks, problem, tenant

HIDDEN = (
    "has invisible characters, or characters that change how others are displayed",
    "Retype it with visible characters and single spaces only.",
)
SIZE = ("is empty or too long", "Use 1 to 255 characters.")
SPACES = ("has leading, trailing or repeated spaces", "Remove them.")
APART = ("has letters and accents as separate characters", "Write it in Unicode's composed form (NFC).")
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
def test_an_invalid_id_is_rejected(stacks: Stacks, identifier: str) -> None:
    escaped = identifier.encode("ascii", "backslashreplace").decode()
    remedy = "Use 1 to 63 letters, digits, - and _, starting with a letter or digit."
    assert stacks.problem(tenant().replace("id: acme", f'id: "{escaped}"')) == problem(
        3, "id", "is not an ID", remedy
    )
    text = tenant().replace('"456": {environments: [production', f'"456": {{environments: ["{escaped}"')
    assert stacks.problem(text) == problem(5, "workspaces.456.environments[0]", "is not an ID", remedy)
    (reported,) = stacks.problems(tenant().replace('"456"', f'"{escaped}"'))
    assert (reported.line, reported.message, reported.remedy) == (5, "is not an ID", remedy)


@pytest.mark.parametrize("name", ["a", "a1", "nightly-agent", "x" * 40])
def test_a_clients_name_is_short_and_lower_case(stacks: Stacks, name: str) -> None:
    assert stacks.problems(tenant(PROGRAM.format(name))) == ()


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a_b", "a.b", "a b", "a/b", "\u00e9", "x" * 41])
def test_an_invalid_name_is_rejected(stacks: Stacks, name: str) -> None:
    (reported,) = stacks.problems(tenant(PROGRAM.format(f'"{name}"')))
    remedy = "Use 1 to 40 lower-case letters, digits and -, without - at the start or end."
    assert (reported.line, reported.message, reported.remedy) == (11, "is not a name", remedy)


@pytest.mark.parametrize(
    "client_id", ["6f1c2d", "https://claude.ai/client.json", "a" * 255, "~!\\\"$&'()*+,;="]
)
def test_a_client_id_may_have_every_character_that_oauth_allows(stacks: Stacks, client_id: str) -> None:
    escaped = client_id.replace("\\", "\\\\").replace('"', '\\"')
    assert stacks.problems(tenant(PROGRAM.format("a") + f'  clientId: "{escaped}"\n')) == ()


@pytest.mark.parametrize("client_id", ["", "a b", "a\\n", "a\\0", "6f1c\u2026", "a" * 256])
def test_an_invalid_client_id_is_rejected(stacks: Stacks, client_id: str) -> None:
    remedy = "Use 1 to 255 ASCII characters without spaces (RFC 6749, A.1)."
    assert stacks.problem(tenant(PROGRAM.format("a") + f'  clientId: "{client_id}"\n')) == problem(
        14, "clients.a.clientId", "is not a client ID", remedy
    )


@pytest.mark.parametrize(
    "group",
    ["planners", "Planung \u00c4\u00d6\u00dc", "/org/planners", "\u8a08\u753b", "R&D (oslo)", "x" * 255],
)
def test_a_group_may_have_any_visible_name(stacks: Stacks, group: str) -> None:
    assert stacks.problems(tenant(READER + f"  people: {{groups: ['{group}']}}\n")) == ()


@pytest.mark.parametrize(
    ("group", "expected"),
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
def test_a_group_with_a_misleading_name_is_rejected(
    stacks: Stacks, group: str, expected: tuple[str, str]
) -> None:
    text = tenant(READER + f'  people: {{groups: ["{group}"]}}\n')
    assert stacks.problem(text) == problem(15, "clients.reader.people.groups[0]", *expected)


@pytest.mark.parametrize(("text", "length"), [("90s", 90), ("5m", 300), ("8h", 28_800), ("1d", 86_400)])
def test_a_duration_is_a_number_and_a_unit(stacks: Stacks, text: str, length: int) -> None:
    assert stacks.problems(tenant(server=f"{SERVER}  tokens: {{access: {text}}}\n")) == ()
    assert seconds(text) == length


@pytest.mark.parametrize(
    "text", ["5", "'5'", "5 m", "05m", "0m", "-5m", "1.5h", "5M", "5min", "1h30m", "1000000s", "P1D", ""]
)
def test_an_invalid_duration_is_rejected(stacks: Stacks, text: str) -> None:
    quoted = text if text == "5" else f"'{text.strip(chr(39))}'"
    expected = ("is not a duration", "Use a whole number and a unit, such as 90s, 5m, 8h or 180d.")
    if text == "5":
        expected = ("is a number or Boolean in YAML, not a string", "Put it in quotes.")
    assert stacks.problem(tenant(server=f"{SERVER}  tokens: {{access: {quoted}}}\n")) == problem(
        10, "authorizationServer.keycloak.tokens.access", *expected
    )


@pytest.mark.parametrize("day", ["2026-11-01", "'2026-11-01'", "'2026-11-01 00:00:00 +0000 UTC'"])
def test_a_date_is_accepted_with_or_without_quotes_and_in_pulumis_form(stacks: Stacks, day: str) -> None:
    text = tenant(PROGRAM.format("a") + f"  secret: {{issued: {day}, lifetime: 180d}}\n")
    (unsupported,) = stacks.problems(text)
    assert unsupported.message == "declares an expiry, but Keycloak's client secrets do not expire"


@pytest.mark.parametrize(
    "day", ["'2026-02-30'", "'2026-13-01'", "'2026-1-1'", "'1999-01-01'", "'20261101'", "tomorrow"]
)
def test_an_invalid_date_is_rejected(stacks: Stacks, day: str) -> None:
    text = tenant(PROGRAM.format("a") + f"  secret: {{issued: {day}, lifetime: 180d}}\n")
    assert problem(
        14,
        "clients.a.secret.issued",
        "is not a date of this century",
        "Write it as YYYY-MM-DD, such as 2026-11-01.",
    ) in stacks.problems(text)
