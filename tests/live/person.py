"""A person who signs in at Keycloak's own page, as a browser would send the form."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import secrets
from urllib.parse import parse_qs, urlsplit

import httpx

from flow_mcp.settings import TokenRequest


class SignInRefusedError(Exception):
    """Keycloak did not let the person in; the text is what it said."""


def sign_in(
    http: httpx.Client,
    request: TokenRequest,
    person: tuple[str, str],
    redirect: str,
    secret: str | None = None,
    *,
    pkce: bool = True,
) -> str:
    """An access token for a person, by authorization code and PKCE (RFC 7636), as the token request says.

    Raises:
        SignInRefusedError: Keycloak refused the request, the person or the code.
    """
    assert request.authorization_endpoint
    assert request.authorization_parameters
    http.cookies.clear()
    verifier = secrets.token_urlsafe(48)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    parameters = dict(request.authorization_parameters)
    parameters |= {"redirect_uri": redirect, "state": secrets.token_urlsafe(8), "code_challenge": challenge}
    if not pkce:
        del parameters["code_challenge"], parameters["code_challenge_method"]
    answer = http.get(request.authorization_endpoint, params=parameters)
    answer = _submit(http, answer, {"username": person[0], "password": person[1]})
    if answer.status_code == httpx.codes.OK and "oauth_grant" in answer.text:
        answer = _submit(http, answer, {"accept": "Yes"})
    back = parse_qs(urlsplit(answer.headers.get("location", "")).query)
    if "code" not in back:
        raise SignInRefusedError(back.get("error_description", back.get("error", [_message(answer)]))[0])
    form = {
        **request.parameters,
        "code": back["code"][0],
        "redirect_uri": redirect,
        "code_verifier": verifier,
    }
    if not pkce:
        del form["code_verifier"]
    if secret:
        form["client_secret"] = secret
    granted = http.post(request.token_endpoint, data=form)
    if granted.status_code != httpx.codes.OK:
        raise SignInRefusedError(granted.text)
    token: str = granted.json()["access_token"]
    return token


def _submit(http: httpx.Client, page: httpx.Response, fields: dict[str, str]) -> httpx.Response:
    form = re.search(r'<form[^>]*\saction="([^"]+)"', page.text)
    if page.has_redirect_location or not form:
        return page
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    answer = http.post(str(page.url.join(html.unescape(form[1]))), data={**dict(hidden), **fields})
    while answer.has_redirect_location and answer.headers["location"].startswith(str(page.url.join("/"))):
        answer = http.get(answer.headers["location"])
    return answer


def _message(page: httpx.Response) -> str:
    found = re.search(r'(?:kc-feedback-text|instruction|input-error[^"]*)"[^>]*>\s*([^<]+)', page.text)
    return html.unescape(found[1]).strip() if found else f"status {page.status_code}"
