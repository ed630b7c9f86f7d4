"""Places that releases are published to, each with a way to look at it from outside."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from concept_core.releases.folder import DESCRIPTIONS, SUMS
from tests import hub_toy
from tests.releases_toy import release_of, write_small
from vocab_builder.publish.publishing import load_package

SECRET = "toy/secret/" + "5" * 20
BUCKET = "vocabularies"


@dataclass(frozen=True, slots=True)
class Place:
    """A destination: its text, all files there by path, and a way to put any there."""

    text: str
    files: Callable[[], dict[str, bytes]]
    put: Callable[[dict[str, bytes]], None]

    def change(self, path: str, change: Callable[[bytes], bytes]) -> None:
        self.put({path: change(self.files()[path])})


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache of the test's own, and no configuration of this machine; returns the cache."""
    home = tmp_path / "home"
    for name, value in {
        "SONOLEX_HOME": str(home),
        "HOME": str(tmp_path / "nobody"),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "toykey",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "HF_TOKEN": hub_toy.TOKEN,
        # The other way to upload needs a server of its own kind.
        "HF_HUB_DISABLE_XET": "1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_XET", True)
    monkeypatch.delenv("SONOLEX_MIRRORS", raising=False)
    return home


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """A release folder: ``toy@0.1.0``."""
    return write_small(release_of(["rain", "tin roof", "café"]), tmp_path / "built" / "0.1.0")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another release folder that calls itself ``toy@0.1.0``."""
    return write_small(release_of(["rain", "brass band"]), tmp_path / "other" / "0.1.0")


def files_of(release: Path) -> dict[str, bytes]:
    """What a place has of a published release, by path: its files and its descriptions."""
    package = load_package(release)
    files = {**package.files, SUMS: package.sums}
    assert {path.name for path in release.iterdir()} | DESCRIPTIONS < files.keys()
    return {f"{package.release.folder}/{name}": content for name, content in files.items()}


@pytest.fixture
def folder(tmp_path: Path) -> Place:
    root = tmp_path / "share"
    root.mkdir()
    return Place(str(root), lambda: _below(root), lambda files: _write(root, files))


@pytest.fixture
def git(tmp_path: Path) -> Place:
    from vocab_builder.publish.git import GitStore, tag_of
    from vocab_builder.publish.store import Address

    repository = tmp_path / "releases.git"
    subprocess.run(["git", "init", "-q", "--bare", str(repository)], check=True)
    text = f"git:{repository}"
    release = Address("toy", "0.1.0")

    def files() -> dict[str, bytes]:
        store = GitStore(text)
        return {
            f"{release.folder}/{name}": store.read(release, name, 1 << 30) or b""
            for name in store.names(release)
        }

    def put(more: dict[str, bytes]) -> None:
        changed = {path.removeprefix("toy/0.1.0/"): c for path, c in (files() | more).items()}
        deleted = ["git", "-C", str(repository), "update-ref", "-d", tag_of(release)]
        subprocess.run(deleted, check=True)
        assert GitStore(text).push(release, changed)

    return Place(text, files, put)


@pytest.fixture
def hub_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[hub_toy.Hub]:
    with hub_toy.serve_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        # huggingface_hub before 1.0 reads the variable once, when it is imported.
        if version("huggingface_hub").startswith("0."):
            template = f"{hub.url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
            monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", hub.url)
            monkeypatch.setattr(
                "huggingface_hub.file_download.HUGGINGFACE_CO_URL_TEMPLATE", template
            )
        yield hub


@pytest.fixture
def hub(hub_server: hub_toy.Hub) -> Place:
    def put(files: dict[str, bytes]) -> None:
        hub_server.commit(files)

    return Place(f"hf:{hub_toy.REPOSITORY}", lambda: dict(hub_server.files), put)


@pytest.fixture
def s3_client(s3_server: str, s3_session: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of a server that has one empty bucket."""
    import requests

    monkeypatch.setenv("AWS_ENDPOINT_URL", s3_server)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setattr("boto3.session.Session", lambda: s3_session)
    client = s3_session.client("s3")
    client.create_bucket(Bucket=BUCKET)
    yield client
    requests.post(f"{s3_server}/moto-api/reset", timeout=10)


@pytest.fixture
def s3(s3_client: Any) -> Place:
    def files() -> dict[str, bytes]:
        entries = s3_client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {
            entry["Key"].removeprefix("here/"): s3_client.get_object(
                Bucket=BUCKET, Key=entry["Key"]
            )["Body"].read()
            for entry in entries
        }

    def put(files: dict[str, bytes]) -> None:
        for path, content in files.items():
            s3_client.put_object(Bucket=BUCKET, Key=f"here/{path}", Body=content)

    return Place(f"s3://{BUCKET}/here", files, put)


@pytest.fixture(params=["folder", "git", "hub", "s3"])
def place(request: pytest.FixtureRequest) -> Place:
    """Every kind of destination."""
    found: Place = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def published(place: Place, release: Path, run: Run) -> Place:
    """Every kind of destination, with ``toy@0.1.0`` on it."""
    assert run("publish", release, "--to", place.text) == 0
    return place


Run = Callable[..., int]


@pytest.fixture
def run() -> Run:
    """The command line; returns the exit code."""
    from vocab_builder.cli import main

    def call(*arguments: object) -> int:
        with pytest.raises(SystemExit) as caught:
            main([str(one) for one in arguments])
        return int(caught.value.code or 0)

    return call


def _below(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name != "index.toml"
    }


def _write(root: Path, files: dict[str, bytes]) -> None:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
