"""Files with the content of Flow's settings window."""

from __future__ import annotations

from pathlib import Path

import pytest

from flow_mcp.operations.adopt.errors import AdoptError
from flow_mcp.operations.adopt.settings_window import SettingsWindow, read_settings

_ISSUER = "https://id.example/realms/acme"


@pytest.mark.parametrize(
    "text",
    [
        f"authority,clientId\n{_ISSUER},b\n{_ISSUER}, a \n",
        f"authority,clientId,,\n{_ISSUER},a,,\n,b,,,\n",
        f"\ufeffClient ID;Authority;Comment\r\na;{_ISSUER};x\r\nb;;\r\n",
        f'{{"authority": "{_ISSUER}", "clientIds": ["b", "a", "a"]}}',
        f'[{{"authority": "{_ISSUER}", "clientId": "a"}}, {{"client_id": "b"}}]',
        f'{{"authority": "{_ISSUER}", "clientIds": ["a"], "clientId": "b"}}',
    ],
)
def test_csv_and_json_have_the_same_content(tmp_path: Path, text: str) -> None:
    file = tmp_path / "window"
    file.write_text(text, encoding="utf-8", newline="")
    assert read_settings(file, "acme") == SettingsWindow(_ISSUER, ("a", "b"))


@pytest.mark.parametrize(
    "text",
    [
        f"Tenant,authority,clientId\nacme,{_ISSUER},b\nglobex,https://id.example/realms/globex,c\nacme,,a\n",
        f'[{{"tenant": "acme", "authority": "{_ISSUER}", "clientIds": ["a", "b"]}}, '
        f'{{"tenant": "globex", "authority": "{_ISSUER}", "clientIds": ["c"]}}]',
    ],
)
def test_a_file_of_several_tenants_gives_the_clients_of_one(tmp_path: Path, text: str) -> None:
    file = tmp_path / "window"
    file.write_text(text, encoding="utf-8")
    assert read_settings(file, "acme") == SettingsWindow(_ISSUER, ("a", "b"))
    with pytest.raises(AdoptError, match=r"has no row of the tenant initech\. It has: acme, globex\."):
        read_settings(file, "initech")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"clientIds": [', "is not valid JSON"),
        (b"[1]", "has an entry that is no object"),
        (b"authority\nhttps://id.example\n", "has no column clientId"),
        (b"clientId\n", "has no client ID"),
        (b'{"clientIds": []}', "has no client ID"),
        (b'{"clientIds": ["a", 7]}', "has the client ID 7, which is no text"),
        (b'{"clientIds": ["a", null]}', "has the client ID null, which is no text"),
        (b'{"clientIds": ["a", " "]}', 'has the client ID " ", which is no text'),
        (b'[{"clientId": "a"}, {"id": "b"}]', "has an entry without a client ID"),
        (b'{"clientIds": ["a"], "ClientIDs": ["b"]}', "has two keys or columns with the same name"),
        (b"clientId,Client ID\na,b\n", "has two keys or columns with the same name"),
        (b"clientId,clientId\na,b\n", "has two keys or columns with the same name"),
        (b"authority,clientId\nhttps://id.example,a,b\n", "has more cells than columns in row 1"),
        (b'[{"authority": "a", "clientId": "x"}, {"authority": "b", "clientId": "y"}]', "has 2 authorities"),
        (b"tenant,clientId\nacme,x\n,y\n", "has client IDs without a tenant"),
        (b'[{"tenant": 456, "clientId": "x"}]', "has the tenant 456, which is no text"),
        (b'{"authority": ["a"], "clientIds": ["x"]}', r'has the authority \["a"\], which is no text'),
        (b"\xff\xfe", "is not UTF-8 text"),
    ],
)
def test_a_file_without_usable_settings_is_rejected(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "window"
    file.write_bytes(content)
    with pytest.raises(AdoptError, match=message):
        read_settings(file, "acme")
