"""A signature of a file that the program minisign checks, by the ledger's own key."""

import base64
from collections.abc import Callable
from hashlib import blake2b, sha256

ENDS = ".minisig"  # what follows a file's name in that of its signature
KEPT = "signatures"  # the folder of a ledger that they are kept in, each under the hash of its document
PUBLIC = "minisign.pub"  # the file that the public key is in


def signature(sign: Callable[[bytes], bytes], public: bytes, content: bytes, named: str) -> str:
    """The signature file of `content`; `sign` is Ed25519 by the key of these public bytes. `named`: the file's name,
    which is signed with it."""
    own = b"ED" + _id(public) + sign(blake2b(content).digest())
    comment = f"file:{named}"
    both = sign(own[10:] + comment.encode())
    lines = ("untrusted comment: signature of a situation room", _text(own), f"trusted comment: {comment}", _text(both))
    return "\n".join(lines) + "\n"


def public_key(public: bytes) -> str:
    """The file that the public key is in."""
    return f"untrusted comment: minisign public key of a situation room\n{_text(b'Ed' + _id(public) + public)}\n"


def _id(public: bytes) -> bytes:
    return sha256(public).digest()[:8]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
