"""The texts of a build: whatever the embeddings turn out to be, none is missed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from concept_core import load_encoder
from concept_core.errors import DataError, MissingError
from vocab_builder.building.build import build
from vocab_builder.filters.audibility import labelled_words, silent_words
from vocab_builder.filters.calibration import labelled_pairs
from vocab_builder.texts import TextsRequest, texts_of, write_texts

FORMS = ("clock", "bell", "frog", "ring", "dog", "tram", "drip", "hum", "tick", "wave", "car")
WORDS = [*FORMS, *(f"{word}s" for word in FORMS), "rain", "cat", "the", "wind", "bus"]

HEAD = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
"""
SOURCE = """
[[source]]
kind = "wordlist"
path = "words.txt"
"""
STAGES = """
[[filter]]
kind = "stop"
[[filter]]
kind = "twins"
forms = "snowball"
[[filter]]
kind = "redundancy"
threshold = 0.4
[[filter]]
kind = "leak"
names = ["car horn"]
forms = "snowball"
cosine = 0.4
[[filter]]
kind = "coverage"
[reference]
path = "captions.txt"
[selection]
kind = "coverage"
size = 1
about = ["sounds of a city"]
"""


def recipe(folder: Path, stages: str = STAGES) -> Path:
    (folder / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    captions = "\n".join(f"caption {place}" for place in range(150))
    (folder / "captions.txt").write_text(captions + "\n", encoding="utf-8")
    path = folder / "toy.toml"
    path.write_text(HEAD + SOURCE + stages, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONOLEX_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("seed", range(8))
def test_a_build_misses_nothing_whatever_the_rows_are(seed: int, tmp_path: Path) -> None:
    path = recipe(tmp_path)
    request = TextsRequest("build", recipe=path, prompts=("The sound of {label}",))
    write_texts(request, tmp_path / "texts.txt")
    texts = (tmp_path / "texts.txt").read_text("utf-8").splitlines()
    rows = np.random.default_rng(seed).standard_normal((len(texts), 6))
    np.savez(tmp_path / "rows.npz", text=rows, text_ids=texts)
    encoder = load_encoder(
        f"precomputed:{tmp_path / 'rows.npz'}?prompts=The sound of {{label}}&centring=none"
    )
    said: list[str] = []
    release = build(path, encoder=encoder, progress=said.append)
    assert len(release.vocabulary) == 1
    assert "caption 149" in texts and "The sound of sounds of a city" in texts
    assert "The sound of the" not in texts, "a stop word is never judged"
    assert "The sound of clocks" in texts, "it comes back where clock goes"


def test_what_stages_compare_words_with_is_listed(tmp_path: Path) -> None:
    learned = """
[[filter]]
kind = "audibility"
anchors = ["wordlist"]
[[filter]]
kind = "redundancy"
[selection]
kind = "frequency"
size = 1
"""
    found = set(
        texts_of(TextsRequest("build", recipe=recipe(tmp_path, learned), prompts=("bare@1",)))
    )
    pairs = {label for pair in labelled_pairs() for label in (pair.first, pair.second)}
    words = {word.label for word in labelled_words()}
    assert pairs | words | set(silent_words()[0]) | set(WORDS) <= found


def test_recipes_that_embed_nothing_or_are_not_there(tmp_path: Path) -> None:
    plain = '[selection]\nkind = "frequency"\nsize = 2\n'
    with pytest.raises(DataError, match="no stage of it embeds anything"):
        texts_of(TextsRequest("build", recipe=recipe(tmp_path, plain)))
    with pytest.raises((DataError, MissingError), match="none.toml"):
        texts_of(TextsRequest("build", recipe=tmp_path / "none.toml"))


def test_a_text_that_is_no_line(tmp_path: Path) -> None:
    captions = tmp_path / "captions.csv"
    captions.write_text('caption\n"two\nlines"\n', encoding="utf-8")
    words = recipe(tmp_path).parent / "words.txt"
    request = TextsRequest("report", (str(words),), reference=captions)
    with pytest.raises(DataError, match="has a line break or a tab"):
        write_texts(request, tmp_path / "texts.txt")
    assert not (tmp_path / "texts.txt").exists()
