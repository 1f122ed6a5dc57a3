"""A fake gateway on this machine that notes what it is asked to send and answers as it is told: it is no real one."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Gateway:
    """`calls`: path, headers, body of each. `answer` gives status, headers and body; it may kill whoever asked."""

    url: str = ""
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answer: Callable[[], tuple[int, dict[str, str], bytes]] = lambda: (202, {}, b"0: Accepted for delivery")

    def numbers(self) -> list[str]:
        return [headers["x-kannel-to"] for _, headers, _ in self.calls]

    def words(self) -> list[str]:
        return [
            body.decode("utf-16-be" if headers["x-kannel-coding"] == "2" else "utf-8")
            for _, headers, body in self.calls
        ]


@contextlib.contextmanager
def gateway() -> Iterator[Gateway]:
    """A fake gateway that listens."""
    made = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            made.calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status, headers, answer = made.answer()
            with contextlib.suppress(OSError):  # whoever asked may be dead
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(answer))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
