"""A passkey made of software: it answers as a browser would hand on what a security key says (attestation: none)."""

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PAGE = "http://localhost:5000"
THERE, VERIFIED, KEY = 1, 4, 64  # flags: somebody touched it; it knows whom; a key follows


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def data(told: str) -> bytes:
    return base64.urlsafe_b64decode(told + "===")


@dataclass
class Authenticator:
    """With one key in it. `count` is how often it signed; 0 is told by those that do not count."""

    page: str = PAGE
    flags: int = THERE | VERIFIED
    count: int = 0
    counts: bool = True
    id: bytes = field(default_factory=lambda: token_bytes(20))
    secret: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def made(self, asked: dict[str, Any]) -> str:
        """Its answer to whoever asks for a new key."""
        point = self.secret.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        inside = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        whole = {"fmt": "none", "attStmt": {}, "authData": self._said(asked["rp"]["id"], KEY) + inside}
        return self._answer(
            clientDataJSON=self._client("create", asked["challenge"]), attestationObject=text(cbor2.dumps(whole))
        )

    def signed(self, asked: dict[str, str]) -> str:
        """Its answer to a challenge of the page to sign in."""
        self.count += self.counts
        said, client = self._said(asked["site"]), self._client("get", text(asked["challenge"].encode()))
        signature = self.secret.sign(said + sha256(data(client)).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=text(said), signature=text(signature))

    def _said(self, site: str, flags: int = 0) -> bytes:
        return sha256(site.encode()).digest() + bytes([self.flags | flags]) + self.count.to_bytes(4, "big")

    def _client(self, what: str, challenge: str) -> str:
        return text(json.dumps({"type": f"webauthn.{what}", "challenge": challenge, "origin": self.page}).encode())

    def _answer(self, **response: str) -> str:
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})
