"""The page's server: on the loopback address alone, until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import socket
import threading
import webbrowser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from concept_core.errors import MissingError, SonolexError, UsageError
from concept_core.extras import check_extra
from concept_core.values import to_data
from vocab_builder.curation.page.answers import Answers, ConflictError, CurationSession
from vocab_builder.curation.page.guard import MOST_BYTES, App, Guard

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

HOST = "127.0.0.1"
"""The one address that the server listens on."""

_ASSETS = Path(__file__).resolve().parent / "assets"
# One palette and type: the report's own sheet, then what this page adds to it.
_FILES = {
    "report.css": Path(__file__).resolve().parents[2] / "reporting" / "assets" / "report.css",
    **{path.name: path for path in sorted(_ASSETS.iterdir())},
}
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    # What browsers play; the tables of systems lack some.
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
}


def serve(
    session: CurationSession,
    *,
    port: int = 0,
    open_browser: bool = True,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Serve the curation page on 127.0.0.1 until Ctrl-C.

    Parameters
    ----------
    session : CurationSession
        What is decided on, and where decisions are written.
    port : int
        The port; 0 takes a free one.
    open_browser : bool
        Open the page in the person's browser.
    announce : callable, optional
        Called once with the address, token included, before the first request is answered.

    Raises
    ------
    MissingError
        starlette or uvicorn is not installed; the message has the pip line.
    UsageError
        The port is taken, or not one that this person may listen on.
    """
    check_extra("uvicorn")
    import uvicorn

    token = secrets.token_urlsafe(32)
    app = make_app(session, token)
    with _listening(port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/?token={token}"
        if announce is not None:
            announce(address)
        if open_browser:
            # A browser in a terminal would keep this thread.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
        # Proxy headers would let a request say whom it comes from.
        config = uvicorn.Config(
            app, http="h11", ws="none", loop="asyncio", lifespan="off", log_level="warning",
            access_log=False, proxy_headers=False, server_header=False,
            timeout_graceful_shutdown=3,
        )  # fmt: skip
        # Ctrl-C is how the page is closed; uvicorn raises it again once it has stopped.
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


def make_app(session: CurationSession, token: str) -> App:
    """The page and its answers as an ASGI application that only ``token`` opens.

    Raises
    ------
    MissingError
        starlette is not installed; the message has the pip line.
    """
    check_extra("starlette")
    from starlette.applications import Starlette
    from starlette.routing import Route

    answers = Answers(session)
    asked = {
        "questions": answers.questions,
        "undecided": answers.undecided,
        "search": answers.search,
        "item": answers.item,
        "effects": answers.effects,
        "progress": answers.progress,
    }
    changed = {"decide": answers.decide, "undo": answers.undo}
    routes = [
        Route("/", lambda request: _file(_FILES["index.html"]), methods=["GET"]),
        Route("/assets/{name}", _asset, methods=["GET"]),
        Route("/api/clip", _clip(answers), methods=["GET"]),
        *(Route(f"/api/{name}", _get(call), methods=["GET"]) for name, call in asked.items()),
        *(Route(f"/api/{name}", _post(call), methods=["POST"]) for name, call in changed.items()),
    ]
    failures: Any = {404: _nowhere, 405: _nowhere, Exception: _failed}
    return Guard(Starlette(routes=routes, exception_handlers=failures), token)


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        # A port whose last server has stopped may be taken at once.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "it is taken" if taken else str(error)
        raise UsageError(
            f"cannot listen on port {port} of {HOST}: {why}; "
            "choose another with --port, or leave --port out"
        ) from error
    return listener


def _get(call: Callable[[Mapping[str, str]], Any]) -> Callable[[Request], Response]:
    """An endpoint that answers with what ``call`` makes of the query."""

    def endpoint(request: Request) -> Response:
        return _reply(lambda: call(dict(request.query_params)))

    return endpoint


def _post(call: Callable[[Any], Any]) -> Any:
    """An endpoint that answers with what ``call`` makes of the JSON body."""
    from starlette.concurrency import run_in_threadpool

    async def endpoint(request: Request) -> Response:
        # The guard has seen the length, and the server sends no more than that.
        body = await request.body()
        return await run_in_threadpool(_reply, lambda: call(_parsed(body)))

    return endpoint


def _clip(answers: Answers) -> Callable[[Request], Response]:
    def endpoint(request: Request) -> Response:
        try:
            path = answers.clip(dict(request.query_params))
        except SonolexError as error:
            return _json({"error": str(error)}, _status(error))
        if not path.is_file():
            return _json({"error": f"the clip {path.name!r} is no longer where it was"}, 404)
        return _file(path)

    return endpoint


def _asset(request: Request) -> Response:
    path = _FILES.get(request.path_params["name"])
    return _file(path) if path is not None else _json({"error": "no such file"}, 404)


def _file(path: Path) -> Response:
    from starlette.responses import FileResponse

    return FileResponse(path, media_type=_TYPES.get(path.suffix.lower()))


def _parsed(body: bytes) -> Any:
    import msgspec

    if len(body) > MOST_BYTES:
        raise UsageError(f"a request holds at most {MOST_BYTES:,} bytes; write a shorter text")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"the request is no JSON ({error}); load the page anew") from error


def _reply(call: Callable[[], Any]) -> Response:
    """What ``call`` returns, or the error that a person can do something about."""
    try:
        return _json(call())
    except SonolexError as error:
        return _json({"error": str(error)}, _status(error))
    except OSError as error:
        return _json({"error": f"not saved, the disk says: {error}; mend that and try again"}, 500)


def _json(value: Any, status: int = 200) -> Response:
    import msgspec
    from starlette.responses import Response

    body = msgspec.json.encode(to_data(value))
    return Response(body, status, media_type="application/json")


def _status(error: SonolexError) -> int:
    if isinstance(error, ConflictError):
        return 409
    return 404 if isinstance(error, MissingError) else 400


async def _nowhere(request: Request, error: Exception) -> Response:
    return _json({"error": f"{request.method} {request.url.path} is nothing here"}, 404)


async def _failed(request: Request, error: Exception) -> Response:
    """An error of ours: the terminal has all of it."""
    return _json({"error": f"Sonolex failed ({type(error).__name__}); see its terminal"}, 500)
