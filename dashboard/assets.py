"""The room's static parts: our own scripts and styles, and the libraries' that the install put beside us."""

import gzip
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, abort, make_response, request

from server.roles import ANYONE, allow

HERE = Path(__file__).parent
MODULES = HERE.parent / "node_modules"
assets = Blueprint("assets", __name__)


@assets.get("/static/<path:name>")
@allow(ANYONE)
def static(name: str) -> Response:
    """A file, squeezed where the browser takes it so."""
    file = _file(name)
    if file is None:
        abort(404)
    answer = make_response(file.read_bytes())
    answer.headers["Content-Type"] = _type(file)
    if "gzip" in request.headers.get("Accept-Encoding", "") and file.suffix in (".js", ".css", ".json"):
        answer = make_response(_squeezed(file, file.stat().st_mtime))
        answer.headers |= {"Content-Type": _type(file), "Content-Encoding": "gzip"}
    answer.headers["Vary"] = "Accept-Encoding"
    answer.headers["Cache-Control"] = "max-age=86400" if name.startswith("vendor/") else "no-cache"
    answer.set_etag(sha256(answer.get_data()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def _vendor() -> dict[str, Path]:
    plotly = find_spec("plotly")
    return {
        "vendor/plotly.js": Path(plotly.origin if plotly and plotly.origin else "").parent
        / "package_data"
        / "plotly.min.js",
        "vendor/plotly-axes.js": MODULES / "plotly.js-cartesian-dist-min" / "plotly-cartesian.min.js",
        "vendor/socket.io.js": MODULES / "socket.io-client" / "dist" / "socket.io.esm.min.js",
        "vendor/noto-sans/": MODULES / "@fontsource" / "noto-sans" / "files",
        "vendor/noto-sans-khmer/": MODULES / "@fontsource" / "noto-sans-khmer" / "files",
    }


def _file(name: str) -> Path | None:
    """The file of a static name; None when there is none, or it would lie outside its folder."""
    folder, inside = HERE / "static", name
    for prefix, path in _vendor().items():
        if name == prefix:
            return path if path.is_file() else None
        if prefix.endswith("/") and name.startswith(prefix):
            folder, inside = path, name.removeprefix(prefix)
    if "\0" in inside:
        return None
    try:
        path = (folder / inside).resolve()
        return path if path.is_relative_to(folder.resolve()) and path.is_file() else None
    except OSError:  # a name that is too long to be one
        return None


@cache
def _squeezed(file: Path, changed: float) -> bytes:
    return gzip.compress(file.read_bytes(), 6)


def _type(file: Path) -> str:
    kind = {".js": "text/javascript", ".woff2": "font/woff2"}.get(file.suffix) or guess_type(file.name)[0]
    return f"{kind}; charset=utf-8" if kind and kind.startswith("text/") else kind or "application/octet-stream"
