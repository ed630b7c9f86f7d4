"""The hub: its local cache, a folder, and quick answers where it cannot be reached."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from concept_core import load_encoder
from concept_core.encoders.hub import snapshot, tokenizer_folder
from concept_core.errors import DataError, MissingError, UsageError
from tests.checkpoints import roberta_tokens

hub = pytest.importorskip("huggingface_hub", reason='needs pip install "sonolex[hub]"')

MODEL = "laion/clap-htsat-unfused"
# Far above what it takes, far below what a hub's client waits.
SOON = 5


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty local cache."""
    monkeypatch.setattr(hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    return tmp_path / "hub"


def kept(cache: Path, model: str) -> Path:
    """The folder of a model in the layout of the cache."""
    home = cache / ("models--" + model.replace("/", "--"))
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text("0" * 40)
    folder = home / "snapshots" / ("0" * 40)
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("way", ["argument", "environment"])
def test_offline_with_an_empty_cache_says_how_to_get_it(
    cache: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    if way == "environment":
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(MissingError, match=rf"offline.*\n  hf download {MODEL} --local-dir"):
        snapshot(MODEL, ("config.json",), offline=way == "argument")


def test_an_encoder_of_the_hub_fails_soon_where_it_cannot_be_reached(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("transformers", reason='needs pip install "sonolex[clap]"')
    with socket.socket() as taken:
        # Bound and not listening: whoever connects is refused.
        taken.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setattr(hub.constants, "ENDPOINT", endpoint)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        start = time.monotonic()
        with pytest.raises(MissingError, match=f"{endpoint} cannot be reached") as caught:
            load_encoder(f"clap:{MODEL}@main", device="cpu")
    assert time.monotonic() - start < SOON
    assert f"hf download {MODEL} --revision main --local-dir FOLDER" in str(caught.value)


def test_what_the_cache_has_is_found_without_a_network(cache: Path) -> None:
    folder = kept(cache, MODEL)
    (folder / "config.json").write_text("{}")
    assert snapshot(MODEL, ("config.json",)) == folder
    with pytest.raises(MissingError):  # only a part of it
        snapshot(MODEL, ("config.json", "*.safetensors"), offline=True)


@pytest.mark.parametrize("model", ["", "model", "./a/b", "a/b/c", "~/model", "/a", "a/"])
def test_what_is_no_id(model: str) -> None:
    with pytest.raises(UsageError, match="neither a folder nor a hub id"):
        snapshot(model, ("config.json",))


def test_a_tokenizer_comes_from_a_folder_or_the_cache(cache: Path, tmp_path: Path) -> None:
    names = ("roberta-base", "FacebookAI/roberta-base")
    with pytest.raises(MissingError, match=r"hf download FacebookAI/roberta-base .*vocab\.json"):
        tokenizer_folder(None, names, offline=False)
    own = tmp_path / "own"
    roberta_tokens(own)
    assert tokenizer_folder(str(own), names, offline=True) == own
    folder = kept(cache, "roberta-base")
    (folder / "config.json").write_text("{}")
    with pytest.raises(MissingError):  # a cache without the tokenizer's files
        tokenizer_folder(None, names, offline=False)
    roberta_tokens(folder)
    assert tokenizer_folder(None, names, offline=False) == folder
    (own / "merges.txt").unlink()
    with pytest.raises(DataError, match=r"no tokenizer\.json, and not both"):
        tokenizer_folder(str(own), names, offline=True)
