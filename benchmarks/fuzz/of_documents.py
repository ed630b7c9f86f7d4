"""Readers of scorecards, recipes and other tables, and of what people type."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.fuzz import corpus
from benchmarks.fuzz.corpus import Seed, of_file
from benchmarks.fuzz.reader import Call, Reader, ours


def documents(place: Path) -> Iterator[Reader]:
    """Scorecards, recipes, studies, catalogues, mirrors and checkpoints."""
    from concept_core.bench.replay import mode_of, read_cards, request_of, spec_of
    from concept_core.encoders.checkpoint import read_state
    from concept_core.resources.catalog import load_catalog
    from vocab_builder.building.recipe import Recipe
    from vocab_builder.publish.fetching import load_mirrors
    from vocab_builder.reporting.cards import read_scores
    from vocab_builder.reproduction.study import read_study

    def card(folder: Path, name: str) -> None:
        from concept_core.bench import replay

        for one in read_cards(folder / name):
            for ask in (request_of, mode_of, spec_of):
                with ours():
                    ask(one)
            with ours():
                replay.check_vocabulary(one, corpus.toy_release().vocabulary)
            with ours():
                replay.check_encoder(one, corpus.HashEncoder.spec)
            with ours():
                replay.check_data(one, "names:0")

    def mirrors(folder: Path, name: str) -> None:
        old = os.environ.get("SONOLEX_HOME")
        os.environ["SONOLEX_HOME"] = str(folder)
        try:
            load_mirrors()
        finally:
            os.environ.pop("SONOLEX_HOME") if old is None else os.environ.update(SONOLEX_HOME=old)

    seed = corpus.scorecard(corpus.fresh(place, "card"))
    yield Reader("scorecard", ("concept_core.bench.replay.read_cards",), (seed,), card)
    yield Reader(
        "scores of cards",
        ("vocab_builder.reporting.cards.read_scores",),
        (seed,),
        lambda folder, name: read_scores([folder / name]),
    )
    recipes = tuple(
        of_file("recipe.toml", (corpus.ROOT / "recipes" / name).read_bytes())
        for name in ("demo.toml", "urban.toml", "ucs.toml", "paper-clustered.toml")
    )
    yield Reader(
        "recipe",
        (
            "concept_core.documents.parse_toml",
            "concept_core.documents.read_toml",
            "vocab_builder.building.recipe.Recipe.read",
            "vocab_builder.building.recipe.parse_filter",
            "vocab_builder.building.recipe.parse_selection",
            "vocab_builder.sources.entries.parse_source",
            "vocab_builder.sources.entries.parse_sources",
            "vocab_builder.stages.options.parse_options",
        ),
        recipes,
        lambda folder, name: repr(Recipe.read(folder / name)),
    )
    study = (corpus.ROOT / "recipes" / "reproduce-paper.toml").read_bytes()
    yield Reader(
        "study",
        ("vocab_builder.reproduction.study.read_study",),
        (of_file("study.toml", study),),
        lambda folder, name: read_study(folder / name).encoder.specifier(folder),
    )
    catalog = (corpus.ROOT / "data" / "sources.toml").read_bytes()
    yield Reader(
        "catalogue",
        ("concept_core.resources.catalog.load_catalog",),
        (of_file("sources.toml", catalog),),
        lambda folder, name: load_catalog(folder / name),
    )
    text = (
        'mirrors = ["s3://bucket/prefix", "https://host/path", "/a", "hf:owner/name", "git:/x"]\n'
    )
    yield Reader(
        "mirrors",
        ("vocab_builder.publish.fetching.load_mirrors",),
        (of_file("mirrors.toml", text),),
        mirrors,
    )

    import torch

    out = io.BytesIO()
    torch.save({"state_dict": {"module.a": torch.zeros(3), "module.b": torch.ones(2, 2)}}, out)
    yield Reader(
        "checkpoint",
        ("concept_core.encoders.checkpoint.read_state",),
        (of_file("x.pt", out.getvalue()),),
        lambda folder, name: read_state(folder / name, "state_dict", "0" * 64, trusted=False),
    )


def texts() -> Iterator[Reader]:
    """What people type: specifiers, addresses, licences."""
    from concept_core.encoders.registry import load_encoder
    from concept_core.encoders.specifier import parse_specifier
    from concept_core.releases.specifiers import find_release
    from concept_core.releases.versions import parse_version, select_versions
    from vocab_builder.building import single_stages
    from vocab_builder.licences.identifiers import parse_licences
    from vocab_builder.publish.store import open_destination, open_store, split_place

    def typed(*calls: Callable[[str], Any]) -> Call:
        def call(folder: Path, name: str) -> None:
            # As a command line has it: bytes that are not UTF-8 become surrogates, NUL ends it.
            text = os.fsdecode((folder / name).read_bytes()).partition("\0")[0]
            for one in calls:
                with ours():
                    one(text)

        return call

    def given(*texts: str) -> tuple[Seed, ...]:
        return tuple(of_file("typed.txt", text) for text in texts)

    def address(text: str) -> None:
        split_place(text)
        store = open_store(text)
        repr(store.name)

    yield Reader(
        "vocabulary specifier",
        ("concept_core.releases.versions.parse_version",),
        given("demo@1.0.0", "audioset@^1", "demo@>=0.1,<2", "vocabularies/demo/1.0.0"),
        typed(find_release, parse_version, lambda text: select_versions(text, ["1.0.0", "2.10.3"])),
    )
    yield Reader(
        "encoder specifier",
        (
            "concept_core.encoders.specifier.parse_specifier",
            "concept_core.encoders.registry.load_encoder",
        ),
        given(
            "clap:/no/folder?centring=none&prompts=bare@1",
            "laion-clap:x.pt?sha256=0",
            "msclap:a.pth?tokenizer=b",
            "precomputed:rows.npz?centring=mean",
        ),
        typed(parse_specifier, lambda text: load_encoder(text, cache=False, offline=True)),
    )
    yield Reader(
        "address",
        ("vocab_builder.publish.store.open_store", "vocab_builder.publish.store.open_destination"),
        given(
            "s3://bucket/prefix",
            "https://host:80/path",
            "http://[::1]:8/x",
            "git:ssh://host/x.git",
            "hf:owner/name",
            "~/x",
            "file:/tmp/x",
            "/x/demo@1.0.0",
        ),
        typed(address, open_destination),
    )
    yield Reader(
        "licence",
        ("vocab_builder.licences.identifiers.parse_licences",),
        given(
            "MIT OR (Apache-2.0 AND CC-BY-4.0)",
            "GPL-2.0-or-later WITH Classpath-exception-2.0",
            "not stated",
        ),
        typed(parse_licences),
    )
    yield Reader(
        "stages of a command line",
        (),
        given(
            "captions:my.csv,tagger=none",
            "form:max_words=3",
            "coverage",
            "stop:lists=function+abstract,words=a",
            "mmr:trade=0.5",
        ),
        typed(
            lambda text: single_stages.sources_of([text]),
            lambda text: single_stages.filters_of([text]),
            single_stages.selection_of,
        ),
    )
