"""Servers that never end: a redirect without end, a header and a body that trickle."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from concept_core.errors import IntegrityError, MissingError
from vocab_builder.publish import http
from vocab_builder.publish.http import HttpStore
from vocab_builder.publish.store import Address

RELEASE = Address("toy", "1.0.0")


class Endless(BaseHTTPRequestHandler):
    count = itertools.count()
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        kind = self.path.split("/")[1]
        if kind == "redirect":
            self.send_response(302)
            self.send_header("Location", f"/redirect/{next(self.count)}")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if kind == "large":
            self.send_response(200)
            self.send_header("Content-Length", str(10 << 30))
            self.end_headers()
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        if kind == "body":
            self.wfile.write(b"Content-Length: 1000\r\n\r\n")
        try:
            for _ in range(100):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:
        return


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endless)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_redirect_without_end(address: str) -> None:
    with pytest.raises(MissingError, match="redirect"):
        HttpStore(f"{address}/redirect").read(RELEASE, "README.md", 1000)


@pytest.mark.parametrize("part", ["body", "header"])
def test_what_trickles(part: str, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_SECONDS", 0.5)
    with pytest.raises(MissingError, match=r"had not come after 0\.5 s"):
        HttpStore(f"{address}/{part}").read(RELEASE, "README.md", 1000)


def test_what_says_that_it_is_10_gb(address: str) -> None:
    with pytest.raises(IntegrityError, match="more than 1000 bytes"):
        HttpStore(f"{address}/large").read(RELEASE, "README.md", 1000)
