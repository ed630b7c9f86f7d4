"""Fixtures that every test may use: the shared data and the resources, where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from concept_core import load_encoder
from concept_core.encoders import Encoder
from concept_core.engine import open_engine
from concept_core.errors import MissingError
from concept_core.resources import home, require_nltk, resource_path

ROOT = Path(__file__).resolve().parent.parent

# A busy machine is slow, not wrong. The same examples every time, so that a failure is of the
# change that shows it; `make test-random` asks for new ones, and more of them.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with real data; without it the test is skipped, saying so."""
    folder = Path(os.environ.get("SONOLEX_SHARED", ROOT.parent / "shared"))
    if not (folder / "data").is_dir():
        pytest.skip(f"no shared data at {folder} (set SONOLEX_SHARED to the folder that has data/)")
    return folder


@pytest.fixture(scope="session", autouse=True)
def fresh_embeddings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A cache folder with this machine's resources and no embeddings: none hides an error."""
    fresh = tmp_path_factory.mktemp("home")
    for name in ("resources", "derived", "nltk_data"):
        if (home() / name).is_dir():
            (fresh / name).symlink_to(home() / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SONOLEX_HOME", str(fresh))
        yield


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The real embedded encoder; without its files the test is skipped, saying so."""
    try:
        return load_encoder("yamnet-minilm", cache=False)
    except MissingError:
        pytest.skip("yamnet-minilm's files are not here (run: sonolex fetch yamnet minilm)")


@pytest.fixture(scope="session")
def demo_sounds() -> Path:
    """The folder with ten real animal sounds (mp3); without it the test is skipped, saying so."""
    try:
        return resource_path("demo-sounds")
    except MissingError:
        pytest.skip("the demo sounds are not here (run: sonolex fetch demo-sounds)")


@pytest.fixture(scope="session")
def nltk_data() -> Iterator[None]:
    """WordNet and the tagger, of this machine or of the shared folder; without them skipped."""
    import nltk.data

    folder = str(Path(os.environ.get("SONOLEX_SHARED", ROOT.parent / "shared")) / "nltk_data")
    with pytest.MonkeyPatch.context() as patch:
        # In the environment too, for commands that a test starts.
        patch.setenv("NLTK_DATA", os.environ.get("NLTK_DATA", folder))
        patch.setattr(nltk.data, "path", [*nltk.data.path, folder])
        try:
            require_nltk("wordnet")
            require_nltk("tagger")
        except MissingError:
            pytest.skip("no WordNet and tagger here (run: sonolex fetch wordnet tagger)")
        yield


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """moto's server on loopback; returns its address."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        yield "http://{}:{}".format(*server.get_host_and_port())
    finally:
        server.stop()


@pytest.fixture(scope="session")
def s3_session() -> Any:
    """Reading the models of a session takes half a second: one does for all tests."""
    import boto3

    return boto3.session.Session()


@pytest.fixture
def bucket(
    s3_server: str, s3_session: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[str]:
    """The address of an empty bucket, in an environment without credentials of this machine."""
    import requests

    for name, value in {
        "AWS_ENDPOINT_URL": s3_server,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_ACCESS_KEY_ID": "toykey",
        "AWS_SECRET_ACCESS_KEY": "toy/secret/" + "5" * 20,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("boto3.session.Session", lambda: s3_session)
    s3_session.client("s3").create_bucket(Bucket="sounds")
    yield "s3://sounds"
    requests.post(f"{s3_server}/moto-api/reset", timeout=10)


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[None]:
    """Ray with two workers on this machine, which ``open_engine("ray")`` finds; else skipped."""
    pytest.importorskip("ray", reason='no Ray here: pip install "sonolex[ray]"')
    with open_engine("ray", 2):
        yield
