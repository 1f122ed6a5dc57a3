"""What a phone keeps so that the form opens without signal: the worker that keeps it, and the page's manifest."""

import json

from ingest import form, shelf
from ingest.form import FIRST, WORDS, Page

MARK = "mark.svg"


def worker(front: Page) -> str:
    """The worker's script: first what it keeps (address -> the SHA-256 it must have), then what it does."""
    pages = {f"/?lang={language}&kept=1": form.kept(language, front) for language in WORDS} | {"/away": form.away()}
    files = {shelf.address(name): shelf.FILES[name] for name in shelf.FILES if name != shelf.WORKER}
    pages |= {f"/manifest.json?lang={language}": manifest(language) for language in WORDS}
    kept = {address: shelf.digest(page.encode()) for address, page in pages.items()} | files
    told = {"kept": kept, "shared": [shelf.address(name) for name in shelf.SHARED], "languages": list(WORDS)}
    return (
        f"const TOLD = {json.dumps({**told, 'version': shelf.digest(json.dumps(kept).encode())})};\n"
        + (shelf.FOLDER / shelf.WORKER).read_text()
    )


def manifest(language: str) -> str:
    """What a phone shows of the form when it stands among its programs: a plain title."""
    chosen = language if language in WORDS else FIRST
    return json.dumps(
        {
            "id": "/",
            "name": WORDS[chosen]["title"],
            "short_name": WORDS[chosen]["title"],
            "lang": chosen,
            "start_url": f"/?lang={chosen}",
            "scope": "/",
            "display": "standalone",
            "background_color": "#ffffff",
            "theme_color": "#ffffff",
            "icons": [{"src": shelf.address(MARK), "sizes": "any", "type": "image/svg+xml"}],
        },
        ensure_ascii=False,
    )
