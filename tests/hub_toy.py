"""A stand-in of the Hugging Face Hub's HTTP API on loopback: one data set repository with commits.

It does what huggingface_hub asks for when it lists, downloads and commits: modes before an upload,
large files by sha256 first, a commit upon a parent, 412 where that is not the newest any more.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

REPOSITORY = "someone/vocabularies"
TOKEN = "hf_" + "toysecret" * 3
LARGE = 3000


@dataclass
class Hub:
    """The state of the hub."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    commits: list[str] = field(default_factory=lambda: ["0" * 40])
    stored: dict[str, bytes] = field(default_factory=dict)
    uploads: int = 0
    on_upload: Callable[[int], None] = lambda _count: None
    on_commit: Callable[[], None] = lambda: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def commit(self, files: dict[str, bytes]) -> str:
        self.files |= files
        self.commits.append(hashlib.sha1(str(len(self.commits)).encode()).hexdigest())
        return self.commits[-1]


class RefusalError(Exception):
    def __init__(self, status: int, code: str = "", message: str = "") -> None:
        super().__init__(message)
        self.status, self.code = status, code


class _Handler(BaseHTTPRequestHandler):
    hub: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self, body: bool = True) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        given = self.rfile.read(length) if length else self._chunks()
        path = unquote(urlsplit(self.path).path)
        more: dict[str, str] = {}
        try:
            status, content, more = 200, *self._respond(path, given)
        except RefusalError as refusal:
            status, content = refusal.status, json.dumps({"error": str(refusal)}).encode()
            more = {"X-Error-Code": refusal.code, "X-Error-Message": str(refusal)}
        self.send_response(status)
        for key, value in {"Content-Length": str(len(content)), **more}.items():
            self.send_header(key, value)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _chunks(self) -> bytes:
        content = b""
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                content += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        return content

    def _respond(self, path: str, given: bytes) -> tuple[bytes, dict[str, str]]:
        hub = self.hub
        api = f"/api/datasets/{REPOSITORY}"
        if path.startswith("/upload/"):
            return self._upload(path.removeprefix("/upload/"), given), {}
        if REPOSITORY not in path:
            raise RefusalError(404, "RepoNotFound", "Repository not found")
        if path == f"{api}/revision/main":
            return json.dumps({"id": REPOSITORY, "sha": hub.commits[-1]}).encode(), {}
        if path.startswith(f"{api}/tree/main"):
            return self._tree(path.removeprefix(f"{api}/tree/main").strip("/")), {}
        if path.startswith(f"/datasets/{REPOSITORY}/resolve/main/"):
            return self._file(path.removeprefix(f"/datasets/{REPOSITORY}/resolve/main/"))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise RefusalError(401, "", "Invalid credentials in Authorization header")
        if path == f"{api}/preupload/main":
            return json.dumps(
                {"files": [_mode(one) for one in json.loads(given)["files"]]}
            ).encode(), {}
        if path == f"/datasets/{REPOSITORY}.git/info/lfs/objects/batch":
            kind = {"Content-Type": "application/vnd.git-lfs+json"}
            return json.dumps(self._batch(json.loads(given))).encode(), kind
        if path == f"{api}/commit/main":
            return json.dumps(self._commit(given)).encode(), {}
        raise RefusalError(404, "", f"no such address {path}")

    def _tree(self, folder: str) -> bytes:
        found = {p: c for p, c in self.hub.files.items() if p.startswith(f"{folder}/")}
        if not found:
            raise RefusalError(404, "EntryNotFound", f"{folder} does not exist on main")
        entries: list[dict[str, Any]] = [
            {"type": "file", "path": p, "size": len(c), "oid": hashlib.sha1(c).hexdigest()}
            for p, c in found.items()
        ]
        entries.append({"type": "directory", "path": folder, "oid": "0" * 40, "size": 0})
        return json.dumps(entries).encode()

    def _file(self, path: str) -> tuple[bytes, dict[str, str]]:
        if path not in self.hub.files:
            raise RefusalError(404, "EntryNotFound", f"{path} does not exist on main")
        content = self.hub.files[path]
        tag = hashlib.sha256(content).hexdigest()
        return content, {"ETag": f'"{tag}"', "X-Repo-Commit": self.hub.commits[-1]}

    def _batch(self, request: dict[str, Any]) -> dict[str, Any]:
        objects = []
        for one in request["objects"]:
            entry = {"oid": one["oid"], "size": one["size"]}
            if one["oid"] not in self.hub.stored:
                address = f"{self.hub.url}/upload/{one['oid']}"
                entry["actions"] = {"upload": {"href": address, "header": {}}}
            objects.append(entry)
        return {"transfer": "basic", "objects": objects}

    def _upload(self, sha256: str, content: bytes) -> bytes:
        if hashlib.sha256(content).hexdigest() != sha256:
            raise RefusalError(400, "", "other content than announced")
        with self.hub.lock:
            self.hub.uploads += 1
            count = self.hub.uploads
        self.hub.on_upload(count)
        self.hub.stored[sha256] = content
        return b""

    def _commit(self, given: bytes) -> dict[str, Any]:
        self.hub.on_commit()
        lines = [json.loads(line) for line in given.splitlines()]
        header = next(one["value"] for one in lines if one["key"] == "header")
        with self.hub.lock:
            if header.get("parentCommit") not in (None, self.hub.commits[-1]):
                raise RefusalError(
                    412, "", "A commit has happened since. Please refresh and try again."
                )
            files = {}
            for one in lines:
                value = one["value"]
                if one["key"] == "file":
                    files[value["path"]] = base64.b64decode(value["content"])
                elif one["key"] == "lfsFile":
                    files[value["path"]] = self.hub.stored[value["oid"]]
            commit = self.hub.commit(files)
        address = f"{self.hub.url}/datasets/{REPOSITORY}/commit/{commit}"
        return {"commitUrl": address, "commitOid": commit}

    def log_message(self, *_args: object) -> None:
        pass


def _mode(one: dict[str, Any]) -> dict[str, Any]:
    mode = "lfs" if one["size"] > LARGE else "regular"
    return {"path": one["path"], "uploadMode": mode, "shouldIgnore": False}


@contextmanager
def serve_hub() -> Iterator[Hub]:
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
