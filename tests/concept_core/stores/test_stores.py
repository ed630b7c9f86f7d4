"""Folders, S3 (moto on loopback) and memory do the same."""

from __future__ import annotations

import errno
import http.server
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from concept_core import stores
from concept_core.errors import DataError, MissingError, UsageError
from concept_core.stores import access, retries, s3


@pytest.fixture(params=["folder", "s3", "memory"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty place of every kind."""
    if request.param == "s3":
        yield f"{request.getfixturevalue('bucket')}/here"
    elif request.param == "memory":
        fsspec = pytest.importorskip("fsspec")
        yield "memory://here/it"
        fsspec.filesystem("memory").store.clear()
    else:
        yield str(tmp_path / "here")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retries, "PAUSE", 0.01)


def test_what_is_written_is_read(place: str) -> None:
    address = stores.join(place, "a", "b.bin")
    assert not stores.exists(address)
    for content in (b"first", b"second, longer", b""):
        stores.write(address, content)
        assert stores.read(address) == content
        assert stores.size(address) == len(content)
    assert stores.exists(address)


def test_a_part_is_read(place: str) -> None:
    address = stores.join(place, "x")
    stores.write(address, bytes(range(100)))
    assert stores.read_range(address, 10, 5) == bytes(range(10, 15))
    assert stores.read_range(address, 95, 50) == bytes(range(95, 100))
    with stores.stream(address) as handle:
        assert handle.read(3) == b"\0\1\2"
        handle.seek(-2, 2)
        assert handle.read() == bytes((98, 99))


def test_a_stream_asks_once_for_what_lies_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.write(tmp_path / "x", bytes(range(200)) * 10)
    asked: list[int] = []
    usual = access.read_range

    def counted(address: str, start: int, length: int) -> bytes:
        asked.append(length)
        return usual(address, start, length)

    monkeypatch.setattr(access, "read_range", counted)
    with stores.stream(tmp_path / "x") as handle:
        parts = [handle.read(512) for _ in range(4)]
        # No room is made for what a broken header may ask for.
        assert handle.read(1 << 80) == b"" and handle.read(1 << 62) == b""
    assert b"".join(parts) == bytes(range(200)) * 10
    assert asked == [2000]


def test_files_are_listed_sorted_and_deleted(place: str) -> None:
    assert stores.list_files(place) == []
    for name in ("b", "a/c", "a/b"):
        stores.write(stores.join(place, *name.split("/")), name.encode())
    # What only begins like it is not below it.
    stores.write(f"{place}-other", b"x")
    found = stores.list_files(place)
    assert [one.address for one in found] == [f"{place}/{one}" for one in ("a/b", "a/c", "b")]
    assert [one.size for one in found] == [3, 3, 1]
    stores.delete(f"{place}/a/b")
    stores.delete(f"{place}/a/b")
    assert [stores.base_name(one.address) for one in stores.list_files(place)] == ["c", "b"]


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.write(tmp_path / "a" / "x", b"x")
    stores.write(tmp_path / "b" / "y", b"y")
    usual = os.scandir

    def refused(path: str) -> object:
        if str(path).endswith("/b"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return usual(path)

    monkeypatch.setattr(os, "scandir", refused)
    with pytest.raises(DataError, match=f"^{tmp_path}/b: cannot be read .Permission denied"):
        stores.list_files(tmp_path)
    assert stores.list_files(tmp_path / "none") == []
    assert stores.list_files(tmp_path / "a" / "x") == []


def test_what_is_not_there_is_named(place: str) -> None:
    address = stores.join(place, "none")
    for ask in (stores.read, stores.size, stores.stream):
        with pytest.raises(DataError, match=f"^{address}: there is no such file"):
            ask(address)


def test_a_bound_is_kept(place: str) -> None:
    address = stores.join(place, "x")
    stores.write(address, b"x" * 100)
    with pytest.raises(DataError, match="larger than 0 MiB"):
        stores.read(address, 99)


def test_a_local_copy_has_the_name_and_goes(place: str) -> None:
    address = stores.join(place, "rows.npz")
    stores.write(address, b"rows")
    with stores.local_copy(address) as path:
        assert path.read_bytes() == b"rows" and path.name == "rows.npz"
    assert path.exists() == (not stores.is_address(place))


@pytest.mark.parametrize("text", ["http://host/x", "s4://bucket/x", "s3://", "s3:///"])
def test_what_is_no_address_is_said(text: str) -> None:
    with pytest.raises(UsageError, match=text):
        stores.is_address(text)


@pytest.mark.parametrize(
    "text",
    ["s3://id:hush@bucket/x", "s3://id:hu/sh@bucket/x", "s3://bucket/x?X-Amz-Signature=hush"],
)
def test_an_address_with_a_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match="leave the password, key or token out") as caught:
        stores.is_address(text)
    assert "hush" not in str(caught.value) and "hu/sh" not in str(caught.value)
    assert stores.is_address("s3://bucket/a@b/c=d.wav") and stores.is_address("gs://b/x:y@z?a=1")


def test_paths_are_no_addresses() -> None:
    assert not stores.is_address(Path("s3://x/y")) and not stores.is_address("a/b://c")
    assert stores.is_address("s3://x/y") and stores.is_address("gs://x")


def test_a_bucket_that_is_not_there_is_refused(bucket: str) -> None:
    with pytest.raises(DataError, match=r"^s3://nowhere/x: the store refused: NoSuchBucket"):
        stores.write("s3://nowhere/x", b"x")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AWS_PROFILE", "nope", r"profile \(nope\) could not be found"),
        ("AWS_ENDPOINT_URL", "me:hush@host", "AWS_ENDPOINT_URL"),
        ("AWS_SECRET_ACCESS_KEY", None, "Partial credentials"),
    ],
)
def test_settings_that_are_wrong_are_told_at_once(
    name: str, value: str | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("boto3")
    s3._client_of.cache_clear()
    monkeypatch.setattr(retries, "TRIES", 1)
    for setting in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(setting, "/dev/null")
    for setting in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(setting, "toy")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(DataError, match=message) as caught:
        stores.read("s3://sounds/x")
    assert "hush" not in str(caught.value) and "network" not in str(caught.value)


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_can_be_none_is_told_in_one_line() -> None:
    with pytest.raises(DataError, match=r"^s3://Bad_Bucket!/x: S3 has no such names; correct"):
        stores.read("s3://Bad_Bucket!/x")


@pytest.mark.usefixtures("at_once", "bucket")
def test_a_store_that_is_not_there_is_asked_again_then_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://me:word@127.0.0.1:{port}")
    with pytest.raises(stores.NoAnswerError, match=r"^s3://sounds/x: .* in 5 tries: ") as caught:
        stores.read("s3://sounds/x")
    # An engine tries such a job again, and people get an exit code.
    assert isinstance(caught.value, OSError) and isinstance(caught.value, MissingError)
    assert f'@127.0.0.1:{port}"' in str(caught.value)
    assert "word" not in str(caught.value) and "5" * 20 not in str(caught.value)


class _Moody(http.server.BaseHTTPRequestHandler):
    """Busy at first, then late, then well."""

    asked = 0

    def do_GET(self) -> None:
        _Moody.asked += 1
        if _Moody.asked == 1:
            self.send_response(503)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if _Moody.asked == 2:
            time.sleep(1.0)
        self.send_response(206)
        self.send_header("Content-Length", "4")
        self.end_headers()
        # Half of it, the third time.
        self.wfile.write(b"so" if _Moody.asked == 3 else b"song")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.mark.usefixtures("at_once", "bucket")
def test_a_store_that_answers_late_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr("concept_core.stores.s3.READ_SECONDS", 0.3)
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    try:
        assert stores.read_range("s3://sounds/x", 0, 4) == b"song"
        assert _Moody.asked == 4
    finally:
        server.shutdown()
        server.server_close()
