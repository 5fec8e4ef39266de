"""A person who signs in at Keycloak's pages, like a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from flow_mcp.settings import TokenRequest


class SignInRefusedError(Exception):
    """Keycloak rejected the sign-in; the message is Keycloak's."""


class Browser:
    """A cookie jar like a browser's for loopback addresses: Secure cookies are also sent by plain http."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        self._cookies: dict[str, str] = {}

    def open(self, url: str, query: dict[str, str] | None = None) -> httpx.Response:
        return self._send(self._http.build_request("GET", url, params=query))

    def submit(self, page: httpx.Response, fields: dict[str, str]) -> httpx.Response:
        """Fill in and send the page's form; return a page without a form unchanged."""
        form = re.search(r'<form[^>]*\saction="([^"]+)"', page.text)
        if page.has_redirect_location or not form:
            return page
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        action = str(page.url.join(html.unescape(form[1])))
        return self._send(self._http.build_request("POST", action, data={**hidden, **fields}))

    def _send(self, request: httpx.Request) -> httpx.Response:
        request.headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        answer = self._http.send(request)
        for header in answer.headers.get_list("set-cookie"):
            self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
        if (
            answer.has_redirect_location
            and answer.url.join(answer.headers["location"]).host == answer.url.host
        ):
            target = answer.url.join(answer.headers["location"])
            if target.port == answer.url.port:
                return self.open(str(target))
        return answer


def sign_in(
    http: httpx.Client,
    request: TokenRequest,
    person: tuple[str, str],
    redirect: str,
    secret: str | None = None,
    *,
    pkce: bool = True,
) -> str:
    """Return an access token for a person by authorization code and PKCE (RFC 7636), with the token request.

    Raises:
        SignInRefusedError: Keycloak refused the request, the person or the code.
    """
    token: str = tokens(http, request, person, redirect, secret, pkce=pkce)["access_token"]
    return token


def tokens(
    http: httpx.Client,
    request: TokenRequest,
    person: tuple[str, str],
    redirect: str,
    secret: str | None = None,
    *,
    pkce: bool = True,
    browser: Browser | None = None,
) -> dict[str, Any]:
    """Return the complete token response of `sign_in`; a browser with a session needs no second sign-in."""
    assert request.authorization_endpoint
    assert request.authorization_parameters
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = dict(request.authorization_parameters)
    parameters |= {"redirect_uri": redirect, "state": secrets.token_urlsafe(8), "code_challenge": challenge}
    if not pkce:
        del parameters["code_challenge"], parameters["code_challenge_method"]
    browser = browser or Browser(http)
    answer = browser.open(request.authorization_endpoint, parameters)
    answer = browser.submit(answer, {"username": person[0], "password": person[1]})
    if "oauth_grant" in answer.text or 'name="accept"' in answer.text:
        answer = browser.submit(answer, {"accept": "Yes"})
    back = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if "code" not in back:
        raise SignInRefusedError(back.get("error_description", back.get("error", [_message(answer)]))[0])
    form = {**request.parameters, "code": back["code"][0], "redirect_uri": redirect}
    if pkce:
        form["code_verifier"] = verifier
    if secret:
        form["client_secret"] = secret
    granted = http.post(request.token_endpoint, data=form)
    if granted.status_code != httpx.codes.OK:
        raise SignInRefusedError(granted.text)
    answered: dict[str, Any] = granted.json()
    return answered


def _message(page: httpx.Response) -> str:
    match = re.search(r'(?:kc-feedback-text|instruction|input-error[^"]*)"[^>]*>\s*([^<]+)', page.text)
    return html.unescape(match[1]).strip() if match else f"status {page.status_code}"
