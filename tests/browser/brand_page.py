"""A brand's own web server: the page with its defaults, and the scripts it took from the product; it is no gateway."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from gateway.web import page, player
from gateway.web.assets import CONTENT_TYPES

FOLDER = Path(__file__).with_name("brand")


class BrandPage:
    """The server: its address, what its page is opened with, and which gateway its policy lets it ask."""

    def __init__(self) -> None:
        assets = {path: (one.body, one.headers) for path, one in (player() | page("demo")).items()}
        own = {f"/{path.name}": (path.read_bytes(), _typed(path)) for path in FOLDER.iterdir()}
        own["/"] = own.pop("/index.html")
        self._files: dict[str, tuple[bytes, Mapping[str, str]]] = assets | own
        self._server = _server_of(self._files)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def opens(self, session: Mapping[str, Any], gateway: str, *, allowed: str | None = None, **more: Any) -> str:
        """Set what the page is opened with, and return where it is."""
        document = {**session, "gateway": gateway, **more}
        self._files["/session.json"] = (json.dumps(document).encode(), {"Content-Type": "application/json"})
        body, headers = self._files["/"]
        self._files["/"] = (body, {**headers, "Content-Security-Policy": policy(allowed or gateway)})
        return f"{self.url}/"

    def serve(self) -> None:
        """Serve, until closed."""
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


def policy(gateway: str) -> str:
    """As strict as it can be: what the page needs of its own, and the one gateway."""
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {gateway}; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
        "trusted-types 'none'"
    )


@contextmanager
def brand_page() -> Iterator[BrandPage]:
    """The server on a thread of its own."""
    brand = BrandPage()
    thread = Thread(target=brand.serve, name="brand", daemon=True)
    thread.start()
    try:
        yield brand
    finally:
        brand.close()
        thread.join()


def _typed(path: Path) -> dict[str, str]:
    return {"Content-Type": CONTENT_TYPES[path.suffix]}


def _server_of(files: Mapping[str, tuple[bytes, Mapping[str, str]]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            found = files.get(self.path.partition("?")[0])
            body, headers = found or (b"nothing here", {"Content-Type": "text/plain"})
            self.send_response(404 if found is None else 200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(404)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """A test's output is for what is wrong."""

    return ThreadingHTTPServer(("127.0.0.1", 0), Handler)
