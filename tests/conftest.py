"""Fixtures that every test may use: the shared data and the resources, where they are at hand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

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
def ray_cluster() -> Iterator[None]:
    """Ray with two workers on this machine, which ``open_engine("ray")`` finds; else skipped."""
    pytest.importorskip("ray", reason='no Ray here: pip install "sonolex[ray]"')
    with open_engine("ray", 2):
        yield
