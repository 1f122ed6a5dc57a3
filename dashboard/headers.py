"""The headers of every answer, which keep strangers' words from running and our pages out of others' frames."""

from flask import Response

from server.guard import room

# Plotly's script brings one style block for its maps; nothing else is inline. A new Plotly has a new hash, which the
# browser tests find: Chromium prints the one it wanted.
PLOTLY_STYLE = "'sha256-ji27qzEtxXZW+7dun6UwjHXJ18e6WAin1VvNtkzIE/o='"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        f"style-src 'self' {PLOTLY_STYLE}",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        # no text becomes a script; both policies are of static/plots.js, which fetches Plotly
        "require-trusted-types-for 'script'",
        "trusted-types plots default",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send our own forms with Origin: null
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), publickey-credentials-get=(self)",
}


def headers(answer: Response) -> Response:
    """Put the room's headers on every answer."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")
    if room().secure:
        answer.headers["Strict-Transport-Security"] = "max-age=31536000"
    return answer
