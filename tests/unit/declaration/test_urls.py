"""URLs, hosts and origins: ambiguous and insecure ones are rejected."""

from __future__ import annotations

import pytest

from tests.unit.declared import Stacks, problem, tenant

WEB = "web:\n  grant: authorization-code\n  access: ['*']\n  people: everyone\n  redirectUris:\n    - {}\n"
CHARACTERS = (
    "has characters that are not allowed in a URL",
    "Percent-encode them; write an internationalized host name in its xn-- form.",
)
HOST = (
    "has a missing, invalid or ambiguous host or port",
    "Write a lower-case host name or an IP address in its usual form, with a port only if needed.",
)
USER = ("contains a user name or password", "Remove it, and change the password: it is exposed.")
PLAIN_HTTP = ("uses plain http", "Use https; plain http is allowed only for loopback addresses.")
SCHEME = (
    "has a scheme that any application can claim",
    "Use https or a loopback address, as MCP requires (Authorization, Communication Security).",
)
ABSOLUTE = ("is not an absolute http(s) URL", "Write the full URL, such as https://app.example.com.")
WILDCARD = (
    "has a wildcard, which lets an attacker's page receive authorization codes",
    "List each URI in full.",
)
FRAGMENT = ("has a fragment (RFC 6749, section 3.1.2)", "Remove the # and everything after it.")
NO_PATH = ("has no path", "Add the path that the application uses, / for the root.")
HIDDEN_PATH = (
    "has a path with empty, `.` or `..` segments, or with unnecessarily encoded characters",
    "Write the path without them.",
)
SERVER_PATH = (
    "has a path with empty, `.` or `..` segments, or characters other than letters, digits and -._~",
    "Write the path without them.",
)
LONG = ("is longer than 255 characters", "Use a shorter URL.")
PORT = ("includes the default port of its scheme", "Remove the port.")
QUERY = ("has a query or a fragment", "Remove it.")


@pytest.mark.parametrize(
    "uri",
    [
        "https://app.example.com/callback",
        "https://app.example.com/",
        "https://app.example.com:8443/callback?state=1&next=%2e%2e/x",
        "https://xn--bcher-kva.example/callback",
        "https://10.0.0.1/callback",
        "https://[2001:db8::1]/callback",
        "https://a.example/caf%C3%A9%20bar",
        "http://127.0.0.1/callback",
        "http://127.0.0.1:6274/oauth/callback",
        "http://localhost:3000/",
        "http://[::1]:8080/callback",
    ],
)
def test_an_exact_redirect_uri_is_accepted(stacks: Stacks, uri: str) -> None:
    assert stacks.problems(tenant(WEB.format(f'"{uri}"'))) == ()


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        # URIs that also match pages of an attacker.
        ("https://*.example.com/cb", HOST),
        ("https://app.example.com/*", WILDCARD),
        ("https://app.example.com/cb?x=*", WILDCARD),
        ("http://127.0.0.1:*/cb", HOST),
        ("*", ABSOLUTE),
        ("/*", ABSOLUTE),
        ("https://app.example.com/cb#x", FRAGMENT),
        ("https://app.example.com/cb#", FRAGMENT),
        # Hosts that look like a loopback address.
        ("http://app.example.com/cb", PLAIN_HTTP),
        ("http://127.0.0.1.evil.example/cb", PLAIN_HTTP),
        ("http://localhost.evil.example/cb", PLAIN_HTTP),
        ("http://127.0.0.2/cb", PLAIN_HTTP),
        ("http://0.0.0.0/cb", PLAIN_HTTP),
        ("http://[::ffff:7f00:1]/cb", PLAIN_HTTP),
        ("http://localhost@evil.example/cb", USER),
        ("http://localhost:80@evil.example/cb", USER),
        ("https://user:hunter2@app.example.com/cb", USER),
        ("https://@app.example.com/cb", USER),
        # Hosts that parsers interpret differently.
        ("http://127.1/cb", HOST),
        ("http://2130706433/cb", HOST),
        ("https://0x7f000001/cb", HOST),
        ("https://0177.0.0.1/cb", HOST),
        ("https://1.2.3.4.5/cb", HOST),
        ("https://localhost./cb", HOST),
        ("https://App.example.com/cb", HOST),
        ("https://-app.example.com/cb", HOST),
        ("https://app..example.com/cb", HOST),
        ("https://app_1.example.com/cb", HOST),
        ("https://%61pp.example.com/cb", HOST),
        ("https://[::1", HOST),
        ("https://[0:0:0:0:0:0:0:1]/cb", HOST),
        ("https://[fe80::1%25eth0]/cb", HOST),
        ("https:///cb", HOST),
        ("https://:443/cb", HOST),
        ("https://app.example.com:/cb", HOST),
        ("https://app.example.com:0/cb", HOST),
        ("https://app.example.com:080/cb", HOST),
        ("https://app.example.com:65536/cb", HOST),
        ("https://app.example.com:8443x/cb", HOST),
        ("http://localhost,evil.example/cb", HOST),
        # Characters.
        ("http://localhost\\\\@evil.example/cb", CHARACTERS),
        ("https://app.example.com\\\\.evil.example/cb", CHARACTERS),
        ("https://b\u00fccher.example/cb", CHARACTERS),
        ("https://\u0430pp.example.com/cb", CHARACTERS),
        ("https://app.example.com\uff0fcb/", CHARACTERS),
        ("https://app.example.com/c b", CHARACTERS),
        ("https://app.example.com/c\\tb", CHARACTERS),
        ("https://app.example.com/c\\nb", CHARACTERS),
        ("https://app.example.com/c\\0b", CHARACTERS),
        ("https://app.example.com/{cb}", CHARACTERS),
        ("https://app.example.com/<cb>", CHARACTERS),
        ("https://app.example.com/[cb]", CHARACTERS),
        ("https://app.example.com/%", CHARACTERS),
        ("https://app.example.com/%zz", CHARACTERS),
        # Schemes.
        ("com.example.app:/oauth", SCHEME),
        ("cursor://callback", SCHEME),
        ("urn:ietf:wg:oauth:2.0:oob", SCHEME),
        ("javascript:alert(1)", SCHEME),
        ("data:text/html,x", SCHEME),
        ("file:///etc/passwd", SCHEME),
        ("HTTPS://app.example.com/cb", ABSOLUTE),
        ("https:app.example.com/cb", ABSOLUTE),
        ("https:/app.example.com/cb", ABSOLUTE),
        ("//app.example.com/cb", ABSOLUTE),
        ("app.example.com/cb", ABSOLUTE),
        ("", ABSOLUTE),
        # Paths.
        ("https://app.example.com", NO_PATH),
        ("https://app.example.com?token=hunter2", NO_PATH),
        ("https://app.example.com/a/../cb", HIDDEN_PATH),
        ("https://app.example.com/./cb", HIDDEN_PATH),
        ("https://app.example.com/cb/..", HIDDEN_PATH),
        ("https://app.example.com/%2e%2e/cb", HIDDEN_PATH),
        ("https://app.example.com/.%2E/cb", HIDDEN_PATH),
        ("https://app.example.com/%252e%252e/cb", HIDDEN_PATH),
        ("https://app.example.com/a%2fb", HIDDEN_PATH),
        ("https://app.example.com/a%5cb", HIDDEN_PATH),
        ("https://app.example.com/%63b", HIDDEN_PATH),
        ("https://app.example.com/cb%00", HIDDEN_PATH),
        ("https://app.example.com/cb%0d%0aLocation:", HIDDEN_PATH),
        ("https://app.example.com//evil.example/cb", HIDDEN_PATH),
        ("https://app.example.com/" + "c" * 300, LONG),
    ],
)  # fmt: skip
def test_an_inexact_or_insecure_redirect_uri_is_rejected(
    stacks: Stacks, uri: str, expected: tuple[str, str]
) -> None:
    reported = stacks.problem(tenant(WEB.format(f'"{uri}"')))
    assert reported == problem(16, "clients.web.redirectUris[0]", *expected)
    assert "hunter2" not in str(reported)


@pytest.mark.parametrize(
    "url",
    [
        "https://id.acme.example",
        "https://id.acme.example:8443/auth",
        "http://localhost:8180",
        "http://[::1]:8180",
    ],
)
def test_a_valid_server_url_is_accepted(stacks: Stacks, url: str) -> None:
    text = tenant(server=f'keycloak:\n  url: "{url}"\n  realm: {{name: acme, create: true}}\n')
    assert stacks.problems(text) == ()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://id.acme.example", PLAIN_HTTP),
        ("ftp://id.acme.example", ABSOLUTE),
        ("id.acme.example", ABSOLUTE),
        ("https://admin:hunter2@id.acme.example", USER),
        ("https://id.acme.example/", ("ends with a slash", "Remove the slash.")),
        ("https://id.acme.example/auth/", ("ends with a slash", "Remove the slash.")),
        ("https://id.acme.example?realm=acme", QUERY),
        ("https://id.acme.example/auth?", QUERY),
        ("https://id.acme.example/auth#", QUERY),
        ("https://id.acme.example/a//b", SERVER_PATH),
        ("https://id.acme.example/../auth", SERVER_PATH),
        ("https://id.acme.example/%61uth", SERVER_PATH),
        ("https://id.acme.example/auth;x=1", SERVER_PATH),
        ("https://id.acme.example:443", PORT),
        ("http://127.0.0.1:80", PORT),
        ("https://ID.acme.example", HOST),
        ("https://id.acme.example:99999", HOST),
        ("https://id.acm\u0435.example", CHARACTERS),
        ("https://" + "a." * 130 + "example", LONG),
    ],
)
def test_an_insecure_or_ambiguous_server_url_is_rejected(
    stacks: Stacks, url: str, expected: tuple[str, str]
) -> None:
    text = tenant(server=f'keycloak:\n  url: "{url}"\n  realm: {{name: acme, create: true}}\n')
    reported = stacks.problem(text)
    assert reported == problem(8, "authorizationServer.keycloak.url", *expected)
    assert "hunter2" not in str(reported)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ("https://app.example.com", None),
        ("https://app.example.com:8443", None),
        ("http://localhost:3000", None),
        ("*", ABSOLUTE),
        ("+", ABSOLUTE),
        ("null", ABSOLUTE),
        ("http://app.example.com", PLAIN_HTTP),
        ("https://app.example.com:443", PORT),
        ("https://*.example.com", HOST),
        ("https://app.example.com/", ("is not an origin", "Write only scheme and host, such as https://app.example.com.")),
        ("https://app.example.com#", ("is not an origin", "Write only scheme and host, such as https://app.example.com.")),
    ],
)  # fmt: skip
def test_a_web_origin_has_the_form_that_browsers_send(
    stacks: Stacks, origin: str, expected: tuple[str, str] | None
) -> None:
    text = tenant(WEB.format("https://app.example.com/cb") + f'  webOrigins: ["{origin}"]\n')
    assert stacks.problems(text) == (
        (problem(17, "clients.web.webOrigins[0]", *expected),) if expected else ()
    )


@pytest.mark.parametrize(
    ("host", "accepted"),
    [
        ("claude.ai", True),
        ("localhost", True),
        ("127.0.0.1", True),
        ("xn--bcher-kva.example", True),
        ("a" * 63 + ".example", True),
        ("Claude.ai", False),
        ("*.claude.ai", False),
        ("https://claude.ai", False),
        ("claude.ai:443", False),
        ("claude.ai/mcp", False),
        ("claude.ai.", False),
        (".claude.ai", False),
        ("b\u00fccher.example", False),
        ("claude ai", False),
        ("127.1", False),
        ("1.2.3.256", False),
        ("[::1]", False),
        ("::1", False),
        ("a" * 64 + ".example", False),
        ("a." * 127 + "example", False),
        ("", False),
    ],
)
def test_a_host_is_a_lower_case_name_or_an_ipv4_address(stacks: Stacks, host: str, *, accepted: bool) -> None:
    text = tenant(
        server="keycloak:\n  url: https://id.acme.example\n  realm: {name: acme, create: true}\n"
        "  registration:\n    metadataDocuments:\n      access: ['*']\n      people: everyone\n"
        f'      domains:\n        - "{host}"\n'
    )
    refused = problem(
        15,
        "authorizationServer.keycloak.registration.metadataDocuments.domains[0]",
        "is neither a lower-case host name nor an IPv4 address",
        "Write it without scheme, port, path and wildcard.",
    )
    assert stacks.problems(text) == (() if accepted else (refused,))
