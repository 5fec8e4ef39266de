"""YAML that people, PyYAML and Pulumi's parser may interpret differently is rejected."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import yaml

from flow_mcp.declaration import positions
from flow_mcp.declaration.load import instance_of
from tests.unit.declared import PROJECT_FILE, Stacks, problem, tenant

DOUBTFUL = "is a number, a date or a Boolean to some YAML parsers"
QUOTE = "Put it in quotes if it is a string."
DOUBTFUL_KEY = "is a key that some YAML parsers read as a number, a date or a Boolean"
ALONE = "Write the value in full."
GROUPS = "reader:\n  grant: authorization-code\n  access: ['*']\n  redirectUris: [https://a.example/cb]\n"


@pytest.mark.parametrize(
    "scalar",
    [
        # Octal numbers of YAML 1.1 and 1.2.
        "0456", "0o456", "-0o7", "0x1F", "0b11", "1_000", "1__0", "08", "+5", "-0",
        # Numbers for some parsers only.
        "1e3", "1e+3", "6e12", "12.5", ".5", "5.", ".inf", "-.Inf", ".NaN", "12:30", "190:20:30",
        "1234567890123456",
        # Words.
        "yes", "No", "on", "OFF", "y", "N", "True", "FALSE",
        # Dates and times.
        "2026-11-01", "2026-1-1", "2026-11-01T10:00:00Z", "2026-11-01 10:00:00", "=",
    ],
)  # fmt: skip
def test_an_ambiguous_scalar_is_rejected(stacks: Stacks, scalar: str) -> None:
    text = tenant(f"{GROUPS}  people: {{groups: [{scalar}]}}\n")
    assert stacks.problem(text) == problem(15, "clients.reader.people.groups[0]", DOUBTFUL, QUOTE)


@pytest.mark.parametrize(
    "scalar",
    [
        "'0456'",
        '"1e3"',
        "'yes'",
        "'2026-11-01'",
        "'='",
        "planners",
        "1.2.3",
        "10.0.0.1",
        "6f1c2d",
        "5m",
        "no-one",
    ],
)
def test_an_unambiguous_string_is_accepted(stacks: Stacks, scalar: str) -> None:
    text = tenant(f"{GROUPS}  people: {{groups: [{scalar}]}}\n")
    people = stacks.load(text).declaration.tenant.clients["reader"].people
    assert people.groups == (scalar.strip("'\""),)


@pytest.mark.parametrize("scalar", ["456", "0", "-7", "true", "false"])
def test_a_number_or_boolean_is_rejected_as_a_string(stacks: Stacks, scalar: str) -> None:
    text = tenant(f"{GROUPS}  people: {{groups: [{scalar}]}}\n")
    message = "is a number or Boolean in YAML, not a string"
    assert stacks.problem(text) == problem(
        15, "clients.reader.people.groups[0]", message, "Put it in quotes."
    )


@pytest.mark.parametrize("word", ["yes", "on", "True", "1", "'true'"])
def test_only_true_and_false_are_booleans(stacks: Stacks, word: str) -> None:
    text = tenant(
        server=f"keycloak:\n  url: https://id.acme.example\n  realm: {{name: acme, create: {word}}}\n"
    )
    assert stacks.problem(text) == problem(
        9, "authorizationServer.keycloak.realm.create", "is not true or false", "Write true or false."
    )


@pytest.mark.parametrize("empty", ["", "~", "null", "Null"])
def test_a_required_or_optional_key_without_a_value_is_rejected(stacks: Stacks, empty: str) -> None:
    text = tenant(f"reader:\n  grant: client-credentials\n  access: {empty}\n  clientId: {empty}\n")
    remedy = "Set a value or remove the key."
    assert stacks.problems(text) == (
        problem(13, "clients.reader.access", "has no value", remedy),
        problem(14, "clients.reader.clientId", "has no value", remedy),
    )


@pytest.mark.parametrize("key", ["456", "0456", "1e3", "yes", "true", "2026-11-01", "~", "!!str a"])
def test_an_ambiguous_key_is_rejected(stacks: Stacks, key: str) -> None:
    text = tenant().replace('"456"', key)
    assert problem(5, f"workspaces.{_shown(key)}", DOUBTFUL_KEY, "Put it in quotes.") in stacks.problems(text)


def _shown(key: str) -> str:
    return '"~"' if key == "~" else key.removeprefix("!!str ")


def test_a_duplicate_key_is_reported_at_its_second_position(stacks: Stacks) -> None:
    text = tenant('"a": {grant: client-credentials, access: ["*"]}\nb: &x\n  grant: client-credentials\n'
                  '  access: ["*"]\na:\n  grant: authorization-code\n')  # fmt: skip
    assert stacks.problem(text) == problem(15, "clients.a", "occurs twice", "Keep one of them.")


def test_a_duplicate_tenant_is_rejected(stacks: Stacks) -> None:
    text = tenant() + "  flow-mcp:tenant: {id: other}\n"
    assert stacks.problem(text) == problem(10, "tenant", "occurs twice", "Keep one of them.")


@pytest.mark.parametrize("key", ["tenant", "flow-mcp:config:tenant"])
def test_another_key_for_the_tenant_is_rejected(stacks: Stacks, key: str) -> None:
    message = "is another key for flow-mcp:tenant, and Pulumi reads only one of them"
    remedy = "Use only flow-mcp:tenant, and only once."
    besides = tenant() + f"  {key}: {{id: other}}\n"
    instead = tenant().replace("flow-mcp:tenant", key)
    assert stacks.problem(besides) == problem(10, f"config.{key}", message, remedy)
    assert stacks.problem(instead) == problem(2, f"config.{key}", message, remedy)


def test_aliases_are_rejected(stacks: Stacks) -> None:
    text = tenant("a: &a {grant: client-credentials, access: &all ['*']}\nb: *a\n"
                  "c: {grant: client-credentials, access: *all}\n")  # fmt: skip
    assert stacks.problems(text) == (
        problem(12, "clients.b", "is a YAML alias, which is not allowed", ALONE),
        problem(13, "clients.c.access", "is a YAML alias, which is not allowed", ALONE),
    )


@pytest.mark.parametrize("key", ["<<", "'<<'", '"<<"'])
def test_merge_keys_are_rejected_even_in_quotes_which_pulumi_removes(stacks: Stacks, key: str) -> None:
    text = tenant(f"a:\n  grant: client-credentials\n  access: ['*']\n  {key}: {{clientId: b}}\n")
    message, remedy = "is a YAML merge key, which is not allowed", "Write the values in full."
    assert stacks.problem(text) == problem(14, 'clients.a."<<"', message, remedy)


def test_a_merge_key_next_to_the_tenant_is_rejected(stacks: Stacks) -> None:
    text = tenant() + "  <<: {flow-mcp:instance: {server: https://evil.example/flow}}\n"
    message, remedy = "is a YAML merge key, which is not allowed", "Write the values in full."
    assert stacks.problem(text) == problem(10, 'config."<<"', message, remedy)


@pytest.mark.parametrize(
    "tag", ["!!str", "!!binary", "!!int", "!", "!secret", "!!python/object/apply:os.system"]
)
def test_tags_are_rejected_and_not_applied(stacks: Stacks, tag: str) -> None:
    text = tenant().replace("id: acme", f"id: {tag} acme")
    assert stacks.problem(text) == problem(
        3, "id", "has a YAML tag, which is not allowed", "Remove the tag; put a string in quotes."
    )


def test_a_question_mark_between_brackets_is_rejected_because_pulumi_rejects_it(stacks: Stacks) -> None:
    client = "web:\n  grant: authorization-code\n  access: ['*']\n  people: everyone\n  redirectUris: {}\n"
    message = "has a ? between brackets, which Pulumi's YAML parser rejects"
    assert stacks.problem(tenant(client.format("[https://a.example/cb?x=1]"))) == problem(
        15, "clients.web.redirectUris[0]", message, "Put it in quotes."
    )
    assert stacks.problems(tenant(client.format("['https://a.example/cb?x=1']"))) == ()
    assert stacks.problems(tenant(client.format("\n    - https://a.example/cb?x=1"))) == ()


def test_keys_other_than_strings_are_rejected(stacks: Stacks) -> None:
    text = tenant("? [a]\n: {grant: client-credentials}\n? {b: c}\n: x\n")
    message, remedy = "has a key that is not a string", "Use strings as keys."
    assert stacks.problems(text) == (
        problem(11, "clients", message, remedy),
        problem(13, "clients", message, remedy),
    )


def test_a_second_document_is_rejected_because_pulumi_ignores_it(stacks: Stacks) -> None:
    message, remedy = "has a second YAML document, which Pulumi ignores", "Keep one document per file."
    assert stacks.problem(tenant() + "---\nconfig: {}\n") == problem(10, "file", message, remedy)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (
            "config:\n\tflow-mcp:tenant: {}\n",
            2,
            "is not valid YAML: found character that cannot start any token",
        ),
        ("config: {\n", 2, "is not valid YAML: did not find expected node content"),
        ("config: a: b\n", 1, "is not valid YAML: mapping values are not allowed in this context"),
        ('config: "\\q"\n', 1, "is not valid YAML: found unknown escape character"),
        ('config: "\\ud800"\n', 1, "is not valid YAML: found invalid Unicode character escape code"),
        ("config: 'x\n", 2, "is not valid YAML: found unexpected end of stream"),
    ],
)
def test_invalid_yaml_is_reported_with_its_line(stacks: Stacks, text: str, line: int, message: str) -> None:
    assert stacks.problem(text) == problem(line, "file", message, "Correct the syntax.")


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", "---\n", "config:\n", "config: {}\n", "[]\n", "acme\n", "12\n"]
)
def test_a_file_without_a_tenant_is_rejected(stacks: Stacks, text: str) -> None:
    assert stacks.problem(text) == problem(1, "config", "declares no tenant", "Add flow-mcp:tenant below it.")


@pytest.mark.parametrize("value", ["[]", "acme", "12"])
def test_a_tenant_that_is_not_a_mapping_is_rejected(stacks: Stacks, value: str) -> None:
    mapping = problem(2, "tenant", "is not a mapping (key: value)", "Write a mapping (key: value).")
    assert stacks.problem(f"config:\n  flow-mcp:tenant: {value}\n") == mapping


def test_an_empty_tenant_lacks_the_required_keys(stacks: Stacks) -> None:
    problems = stacks.problems("config:\n  flow-mcp:tenant: {}\n")
    remedy = "Add it; it has no default."
    assert problems[:2] == tuple(problem(2, key, "is missing", remedy) for key in ("id", "workspaces"))


def test_a_file_that_is_not_utf_8_is_reported_with_its_line(stacks: Stacks) -> None:
    latin = tenant("r\u00e9sum\u00e9: {}\n").encode("latin-1")
    assert stacks.problem(latin) == problem(11, "file", "is not UTF-8", "Save it as UTF-8.")
    assert stacks.problem(tenant().encode("utf-16")) == problem(
        1, "file", "is not UTF-8", "Save it as UTF-8."
    )


def test_a_byte_order_mark_is_ignored_as_pulumi_does(stacks: Stacks) -> None:
    assert stacks.problems(tenant().encode("utf-8-sig")) == ()
    assert stacks.problems(tenant().replace("\n", "\r\n")) == ()


@pytest.mark.parametrize("character", ["\u202e", "\u2066", "\u200b", "\u00ad", "\u2028", "\u0085", "\ufeff"])
def test_invisible_characters_are_rejected_also_in_comments(stacks: Stacks, character: str) -> None:
    code = f"U+{ord(character):04X}"
    text = tenant().replace("id: acme\n", f"id: acme  # caf\u00e9 {character}\n")
    expected = f"has the character {code}, which is invisible or changes how the text is displayed"
    reported = [item for item in stacks.problems(text) if item.message == expected]
    assert reported == [problem(3, "file", expected, "Remove it.")]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x9b"])
def test_control_characters_are_reported_with_their_line(stacks: Stacks, character: str) -> None:
    text = tenant().replace("id: acme\n", f"id: ac{character}me\n")
    assert stacks.problem(text) == problem(3, "file", "is not valid YAML", "Remove the control characters.")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_deep_nesting_is_rejected(stacks: Stacks, opening: str) -> None:
    text = "config:\n  flow-mcp:tenant:\n    " + opening * 100_000
    message, remedy = "is nested more than 32 levels deep", "Remove the deeper levels."
    assert stacks.problem(text) == problem(3, "file", message, remedy)


def test_a_file_larger_than_a_mebibyte_is_not_parsed(stacks: Stacks) -> None:
    text = tenant() + "#" * 10_000_000
    assert stacks.problem(text) == problem(0, "file", "is larger than 1 MiB", "Declare one tenant per file.")


def test_a_tenant_with_a_thousand_clients_and_environments_is_read(stacks: Stacks) -> None:
    environments = ", ".join(f"e{number}" for number in range(1000))
    clients = "".join(f"c{n}: {{grant: client-credentials, access: ['456/e{n}']}}\n" for n in range(1000))
    declaration = stacks.load(tenant(clients).replace("production, test", environments)).declaration
    assert len(declaration.tenant.clients) == len(declaration.resources) == 1000


def test_a_file_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    file = positions.read(tmp_path / "nowhere.yaml")
    assert [(fault.finding.message, fault.mark) for fault in file.faults] == [
        ("cannot be read: No such file or directory", (0, 1))
    ]


def test_other_keys_of_the_file_are_ignored(stacks: Stacks) -> None:
    text = "encryptionsalt: v1:abc\nsecretsprovider: &x passphrase\n" + tenant()
    text += "  keycloak:password: {secure: v1:def}\n  aws:accountId: 0456\n  other:on: yes\n"
    assert stacks.problems(text) == ()


def test_a_fault_elsewhere_in_the_configuration_is_reported_with_its_line(stacks: Stacks) -> None:
    text = tenant() + "  aws:region: a\n  aws:region: b\n"
    assert stacks.problem(text) == problem(11, "config.aws:region", "occurs twice", "Keep one of them.")


@pytest.mark.parametrize(
    "key", ["a.b", "a b", "a\\e[31mb", "a\\nPulumi.yaml:1: error", "\\u202eb", "'", "a[0]"]
)
def test_a_key_can_neither_look_like_another_path_nor_control_the_terminal(stacks: Stacks, key: str) -> None:
    (reported,) = stacks.problems(tenant(f'"{key}": {{grant: client-credentials, access: ["*"]}}\n'))
    assert reported.path.startswith('clients."')
    assert reported.path.endswith('"')
    assert reported.path.isascii()
    assert reported.path.isprintable()


def test_a_key_with_a_special_meaning_in_pydantic_is_an_ordinary_key(stacks: Stacks) -> None:
    known = (
        "Known keys: adopted, authorizationServer, clients, enterprise, id, manualRegistrations, movingFrom, "
        "movingTo, protected, waivers, workspaces."
    )
    unknown = stacks.problem(tenant(more='"[key]": x\n'))
    assert unknown == problem(10, '"[key]"', "is not a key of tenant", known)
    (name,) = stacks.problems(tenant("'[key]': {grant: client-credentials, access: ['*']}\n"))
    assert (name.path, name.message) == ('clients."[key]"', "is not a name")


def test_a_long_key_is_cut(stacks: Stacks) -> None:
    (reported,) = stacks.problems(tenant(f"{'a' * 500}: {{grant: client-credentials, access: ['*']}}\n"))
    assert reported.path == f'clients."{"a" * 64}..."'


def test_the_python_parser_gives_the_same_result_as_the_c_parser(
    stacks: Stacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = tenant(f"{GROUPS}  people: {{groups: [0456, '0456', yes, *x]}}\n  clientId: !!str 12\n")
    from_c_parser = positions.parse(text)
    monkeypatch.setattr(positions, "_Loader", yaml.SafeLoader)
    assert positions.parse(text) == from_c_parser
    assert os.fspath(instance_of(stacks.project.file).source).endswith("Pulumi.yaml")


def test_faults_of_pulumi_yaml_are_reported(stacks: Stacks) -> None:
    stacks.project.file.write_text(PROJECT_FILE + "  flow-mcp:instance: {}\n", encoding="utf-8")
    (reported,) = stacks.problems(tenant())
    assert (reported.file, reported.line, reported.message) == ("Pulumi.yaml", 7, "occurs twice")
