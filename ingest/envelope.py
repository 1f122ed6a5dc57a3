"""What a phone sealed for this door is opened here, and answered so that the phone can tell that it was us.

An envelope is SHAPE, the phone's one-time public key (65 bytes, a point of P-256), a nonce (12 bytes) and AES-256-GCM
of: the length of the fields (4 bytes), the fields (JSON of texts), the length of the photo (4 bytes), the photo, zeros
up to one of a few sizes. All that stands before the cipher text is authenticated with it. Both keys, for the envelope
and for the answer, are HKDF-SHA256 of the shared secret; a phone keeps only the second, which opens no report.
"""

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ingest.spool import Full
from server.locking.master import written
from server.sealing.keys import private

PUBLIC = "form.pub"  # the public half, for the door of a locked room
SHAPE = b"\x01"  # of all that follows
POINT, NONCE, TAG, LENGTH = 65, 12, 16, 4  # bytes
HEAD = len(SHAPE) + POINT
ANSWER = 256  # bytes of each answer, whatever it says
PURPOSES = (b"form report 1", b"form answer 1")  # what the two keys of an envelope are for
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


class Unreadable(Exception):
    """This was not closed for this door, or was changed on its way."""


@dataclass(frozen=True, repr=False)
class Opened:
    """What was in an envelope; `photo` is empty without one."""

    fields: Mapping[str, str]
    photo: bytes
    _answers: AESGCM = field(compare=False)

    def answer(self, **said: str) -> bytes:
        """`said` so that only the phone that closed this envelope reads it, and can tell that we read it."""
        plain = json.dumps(said, separators=(",", ":")).encode().ljust(ANSWER - NONCE - TAG)
        nonce = os.urandom(NONCE)
        return nonce + self._answers.encrypt(nonce, plain, None)


class Lock:
    """The form's key pair, made of the seed in `folder`/form.key: the same after each start."""

    def __init__(self, folder: Path) -> None:
        seed = int.from_bytes(private(folder, "form.key"))
        self._private = ec.derive_private_key(seed % (ORDER - 1) + 1, ec.SECP256R1())
        self._point = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = base64.urlsafe_b64encode(self._point).rstrip(b"=").decode()  # as the form's page carries it
        if _noted(folder) != self.public:
            os.replace(written(folder / PUBLIC, self.public.encode()), folder / PUBLIC)

    def open(self, envelope: bytes) -> Opened:
        """What is in it. Raises Unreadable."""
        head, nonce, sealed = envelope[:HEAD], envelope[HEAD : HEAD + NONCE], envelope[HEAD + NONCE :]
        if len(nonce) < NONCE or len(sealed) < TAG or head[: len(SHAPE)] != SHAPE:
            raise Unreadable
        opens, answers = (AESGCM(key) for key in self._keys(head[len(SHAPE) :]))
        try:
            plain = opens.decrypt(nonce, sealed, head)
        except InvalidTag:
            raise Unreadable from None
        words, rest = _first(plain)
        photo, _ = _first(rest)
        return Opened(_fields(words), photo, answers)

    def _keys(self, point: bytes) -> list[bytes]:
        try:
            public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        except ValueError:  # no point of the curve
            raise Unreadable from None
        shared = self._private.exchange(ec.ECDH(), public)
        return [HKDF(SHA256(), 32, salt=point + self._point, info=purpose).derive(shared) for purpose in PURPOSES]


class Shut:
    """The form's lock while the room is locked: phones go on sealing, keep what they have, and come again."""

    def __init__(self, folder: Path) -> None:
        self.public = _noted(folder)

    def open(self, envelope: bytes) -> Opened:
        """Raises Full, always."""
        raise Full


def _noted(folder: Path) -> str:
    """The public half, where it was written down."""
    path = folder / PUBLIC
    return path.read_text() if path.exists() else ""


def _first(plain: bytes) -> tuple[bytes, bytes]:
    """The bytes whose length stands before them, and what follows."""
    end = LENGTH + int.from_bytes(plain[:LENGTH])
    if end > len(plain):
        raise Unreadable
    return plain[LENGTH:end], plain[end:]


def _fields(words: bytes) -> dict[str, str]:
    try:
        fields = json.loads(words)
    except (ValueError, RecursionError):
        raise Unreadable from None
    if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
        raise Unreadable
    return fields
