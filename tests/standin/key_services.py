"""Stand-ins for AWS KMS and HashiCorp Vault's transit engine: the requests with which Pulumi uses a key.

Pulumi's engine and its clients of both services are real. The keys exist only in the stand-in's memory.

Sources: https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html and API_Decrypt.html;
https://developer.hashicorp.com/vault/api-docs/secret/transit#encrypt-data and #decrypt-data.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.standin.web import Answer, Request, WebServer

KEY = "flow"
KEY_ARN = f"arn:aws:kms:eu-north-1:111122223333:key/{KEY}"
TOKEN = secrets.token_urlsafe(16)
_TARGET, _VAULT = "TrentService.", "vault:v1:"
_NONCE_BYTES = 12


class KeyServices(WebServer):
    """Both services with one key; delete it with `keys.clear()`."""

    def __init__(self) -> None:
        super().__init__()
        self.keys = {KEY: AESGCM(AESGCM.generate_key(256))}

    def environment(self) -> dict[str, str]:
        """Return the environment variables with which Pulumi uses both services."""
        return {
            "AWS_ACCESS_KEY_ID": "flow",
            "AWS_SECRET_ACCESS_KEY": TOKEN,
            "AWS_REGION": "eu-north-1",
            "AWS_ENDPOINT_URL_KMS": self.url,
            "VAULT_ADDR": self.url,
            "VAULT_TOKEN": TOKEN,
        }

    def answer(self, request: Request) -> Answer:
        if target := request.headers.get("X-Amz-Target"):
            return self._kms(target.removeprefix(_TARGET), request)
        return self._transit(request)

    def _kms(self, operation: str, request: Request) -> Answer:
        body = request.json
        if operation == "Encrypt":
            name = str(body["KeyId"]).removeprefix("alias/")
            content = name.encode() + b"\0"
        else:
            raw = base64.b64decode(body["CiphertextBlob"])
            name, content = raw.partition(b"\0")[0].decode(), raw.partition(b"\0")[2]
        if name not in self.keys:
            return Answer(400, {"__type": "NotFoundException", "message": f"Key '{KEY_ARN}' does not exist"})
        if operation == "Encrypt":
            blob = content + self._encrypted(name, base64.b64decode(body["Plaintext"]))
            return Answer(200, {"CiphertextBlob": _text(blob), "KeyId": name})
        return Answer(200, {"Plaintext": _text(self._decrypted(name, content)), "KeyId": name})

    def _transit(self, request: Request) -> Answer:
        if request.headers.get("X-Vault-Token") != TOKEN:
            return Answer(403, {"errors": ["permission denied"]})
        _, _, engine, operation, name = request.path.split("/")
        if engine != "transit" or name not in self.keys:
            return Answer(400, {"errors": ["encryption key not found"]})
        if operation == "encrypt":
            plaintext = base64.b64decode(request.json["plaintext"])
            return Answer(200, {"data": {"ciphertext": _VAULT + _text(self._encrypted(name, plaintext))}})
        ciphertext = base64.b64decode(str(request.json["ciphertext"]).removeprefix(_VAULT))
        return Answer(200, {"data": {"plaintext": _text(self._decrypted(name, ciphertext))}})

    def _encrypted(self, name: str, plaintext: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self.keys[name].encrypt(nonce, plaintext, None)

    def _decrypted(self, name: str, content: bytes) -> bytes:
        return self.keys[name].decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], None)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
