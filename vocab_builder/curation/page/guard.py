"""Who is answered: a browser on this machine that has the token, and no page of another site."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST_BYTES = 65_536
"""How long the body of a request may be, in bytes."""

_HOST = re.compile(r"(127\.0\.0\.1|localhost)(:\d{1,5})?")
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; media-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_ADDRESS = "open the address that `sonolex curate` printed in its terminal"


class Guard:
    """An ASGI application before another: it answers who may not pass, and passes the others on.

    The name in ``Host`` must be this machine's (a page elsewhere cannot point its own name here),
    ``Origin`` and ``Sec-Fetch-Site`` must be this page's, and the token must be in the address or
    in the cookie that the first answer sets. The port is not compared: it is another one behind
    ``ssh -L``.

    Parameters
    ----------
    app : App
        What answers those that pass.
    token : str
        The secret of this start.
    """

    def __init__(self, app: App, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            # Neither a websocket nor a lifespan is served.
            return
        headers = {name.decode("latin-1"): value.decode("latin-1")
                   for name, value in scope["headers"]}  # fmt: skip
        refusal = self._refusal(scope, headers)
        if refusal is not None:
            await _answer(send, *refusal)
            return
        cookie = self._cookie_to_set(scope, headers)
        await self._app(scope, receive, _with_headers(send, cookie))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not _HOST.fullmatch(host):
            return 403, f"this page is at 127.0.0.1 alone; {_ADDRESS}"
        # The page itself may be linked from elsewhere: it holds nothing, and needs the token.
        site = "none" if scope["path"] == "/" else headers.get("sec-fetch-site", "none")
        if origin not in (None, f"http://{host}") or site not in ("none", "same-origin"):
            return 403, f"a page of another site may ask nothing here; {_ADDRESS}"
        if not self._knows_token(scope, headers):
            return 403, f"the token is missing or of an earlier start; {_ADDRESS}"
        if scope["method"] in ("GET", "HEAD"):
            return None
        kind = headers.get("content-type", "").partition(";")[0]
        if origin is None or kind != "application/json":
            return 403, "decisions are taken as JSON by this page's own script alone"
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return 413, f"a request holds at most {MOST_BYTES:,} bytes; write a shorter text"
        return None

    def _knows_token(self, scope: Scope, headers: dict[str, str]) -> bool:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return False
        morsel = cookies.get(_cookie_name(headers))
        return self._is_token("" if morsel is None else morsel.value) or self._is_token(
            _token_of(scope)
        )

    def _is_token(self, text: str) -> bool:
        # Of equal length whatever was sent, so that nothing is learnt from how long it takes.
        given, wanted = (hashlib.sha256(one.encode()).digest() for one in (text, self._token))
        return hmac.compare_digest(given, wanted)

    def _cookie_to_set(self, scope: Scope, headers: dict[str, str]) -> str | None:
        if not self._is_token(_token_of(scope)):
            return None
        return f"{_cookie_name(headers)}={self._token}; Path=/; HttpOnly; SameSite=Strict"


def _token_of(scope: Scope) -> str:
    """The token in the address; only the page itself is asked for with one."""
    if scope["path"] != "/":
        return ""
    query: bytes = scope["query_string"]
    return parse_qs(query.decode("latin-1")).get("token", [""])[0]


def _cookie_name(headers: dict[str, str]) -> str:
    # Cookies of one host are shared by all its ports: two sessions at once must not share theirs.
    return f"sonolex-curate-{headers.get('host', '').rpartition(':')[2]}"


def _with_headers(send: Send, cookie: str | None) -> Send:
    """Send with the headers of every answer here."""

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), *_encoded(_HEADERS)]
            if cookie is not None:
                headers.append((b"set-cookie", cookie.encode("latin-1")))
            message["headers"] = headers
        await send(message)

    return send_more


async def _answer(send: Send, status: int, error: str) -> None:
    body = json.dumps({"error": error}).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body))}
    start: Message = {"type": "http.response.start", "status": status, "headers": []}
    start["headers"] = [*_encoded(headers)]
    await _with_headers(send, None)(start)
    await send({"type": "http.response.body", "body": body})


def _encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
