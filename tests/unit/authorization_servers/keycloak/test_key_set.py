"""The two keys of a client during a rotation of its key."""

from __future__ import annotations

import json

from joserfc.jwk import KeySet, RSAKey

from flow_mcp.authorization_servers.keycloak.key_set import key_id, key_set
from tests.live.key_pair import KeyPair


def test_the_set_has_the_public_keys_with_the_previous_one_first() -> None:
    previous, current = KeyPair.make("previous"), KeyPair.make("current")
    keys = json.loads(key_set(previous.certificate, current.certificate))
    assert [key["kid"] for key in keys["keys"]] == [key_id(previous.certificate), key_id(current.certificate)]
    assert [set(key) for key in keys["keys"]] == [{"kty", "n", "e", "use", "kid"}] * 2
    imported = KeySet.import_key_set(keys).keys
    private = [RSAKey.import_key(pair.private_key) for pair in (previous, current)]
    assert [key.thumbprint() for key in imported] == [key.thumbprint() for key in private]
