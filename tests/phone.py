"""Seals reports as a phone does, for tests of what the door makes of them. The browser's own code is another."""

import base64
import json
import os
import re

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SIZE = 4096


def key_in(page: str) -> str:
    """The door's public key, as its page carries it."""
    found = re.search(r'data-key="([\w-]+)"', page)
    assert found
    return found[1]


def packed(fields: object, photo: bytes = b"") -> bytes:
    """What is sealed, before it is."""
    words = fields if isinstance(fields, bytes) else json.dumps(fields).encode()
    plain = b"".join(len(part).to_bytes(4) + part for part in (words, photo))
    return plain.ljust(-(-len(plain) // SIZE) * SIZE, b"\0")


def closed(plain: bytes, key: str) -> tuple[bytes, AESGCM]:
    """The envelope, and what opens the answer to it."""
    point = base64.urlsafe_b64decode(key + "=")
    ours = ec.generate_private_key(ec.SECP256R1())
    mark = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = ours.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
    keys = [
        HKDF(SHA256(), 32, salt=mark + point, info=use).derive(shared) for use in (b"form report 1", b"form answer 1")
    ]
    head, nonce = b"\x01" + mark, os.urandom(12)
    return head + nonce + AESGCM(keys[0]).encrypt(nonce, plain, head), AESGCM(keys[1])


def read(answers: AESGCM, answer: bytes) -> dict[str, str]:
    """What the door said. Raises InvalidTag when it was not the door."""
    said: dict[str, str] = json.loads(answers.decrypt(answer[:12], answer[12:], None))
    return said


def multipart(fields: dict[str, bytes], photo: bytes, name: str = "photo.jpg") -> bytes:
    """A form's body as a browser without scripts packs it, with the boundary `xx`."""
    head = b'--xx\r\nContent-Disposition: form-data; name="%s"'
    texts = b"".join(head % named.encode() + b"\r\n\r\n" + value + b"\r\n" for named, value in fields.items())
    return texts + head % b"photo" + b'; filename="%s"\r\n\r\n%s\r\n--xx--\r\n' % (name.encode(), photo)
