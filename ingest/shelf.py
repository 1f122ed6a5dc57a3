"""The form's own files, each under an address that holds a part of its SHA-256: what a phone has kept never changes."""

from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).parent / "static"
SCRIPTS = ("seal.js", "queue.js", "photo.js", "picker.js", "form.js")  # in this order on the page
WORKER = "worker.js"  # served as /sw.js: a worker rules over the folder it comes from
SHARED = ("seal.js", "queue.js")  # what the worker needs too


def digest(content: bytes) -> str:
    """What stands in the address of a file, and what a phone checks it by."""
    return sha256(content).hexdigest()[:16]


FILES = {path.name: digest(path.read_bytes()) for path in sorted(FOLDER.iterdir())}


def address(name: str) -> str:
    """Where a file is."""
    return f"/static/{name}?v={FILES[name]}"
