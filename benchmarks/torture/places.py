"""The folders that torture begins with: what a verb needs, and what an earlier run left there."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from benchmarks.torture.child import surroundings
from concept_core.decomposition.streaming import open_stream
from concept_core.embedding import open_embeddings
from concept_core.errors import DataError
from concept_core.resources import fetch, load_catalog
from concept_core.rows.source import open_sources
from vocab_builder.cli import main
from vocab_builder.figures.style import draw, new_figure

RECIPE = """
[vocabulary]
id = "toy"
version = "0.1.0"
title = "Toy"
description = "A few words."
[[source]]
kind = "wordlist"
path = "words.txt"
licence = "CC0-1.0"
[[filter]]
kind = "form"
[[filter]]
kind = "twins"
forms = "snowball"
[selection]
kind = "frequency"
size = {size}
"""
WORDS = (
    "rain", "bell", "dog", "clock", "foghorn", "siren", "thunder", "whistle", "engine", "drill",
    "keyboard", "applause", "sneeze", "waterfall", "bonfire", "harp", "tuba", "seagull", "cricket",
    "sawmill",
)  # fmt: skip
DIM = 8


def run(folder: Path, *arguments: str) -> None:
    """A command here and now, in the folder."""
    before = Path.cwd(), dict(os.environ)
    os.environ.update(surroundings(folder))
    os.chdir(folder)
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main(list(arguments))
    except SystemExit as error:
        if error.code:
            told = f"{' '.join(arguments)}: exit {error.code}: {said.getvalue()}"
            raise RuntimeError(told) from error
    finally:
        os.chdir(before[0])
        os.environ.clear()
        os.environ.update(before[1])


def bare(folder: Path) -> None:
    """What every command finds: a cache, and places for what it makes."""
    for name in ("home", "tmp", "out", "share"):
        (folder / name).mkdir()


def recipe(folder: Path) -> None:
    """A recipe and its words."""
    bare(folder)
    (folder / "words.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    (folder / "toy.toml").write_text(RECIPE.format(size=12), encoding="utf-8")


def released(folder: Path) -> None:
    """A vocabulary built and released."""
    recipe(folder)
    run(folder, "build", "toy.toml", "--out", "built")
    run(folder, "release", "built")


def built_next(folder: Path) -> None:
    """A release, and the folder of the next."""
    released(folder)
    (folder / "toy.toml").write_text(RECIPE.format(size=15), encoding="utf-8")
    run(folder, "build", "toy.toml", "--out", "next")


def published(folder: Path) -> None:
    """A release, published to a folder."""
    released(folder)
    run(folder, "publish", "vocabularies/toy/0.1.0", "--to", "share")


def damaged(folder: Path) -> None:
    """A release that was fetched, and then damaged."""
    published(folder)
    run(folder, "fetch", "vocabulary:toy@0.1.0", "--from", "share")
    with open(folder / "home" / "vocabularies" / "toy" / "0.1.0" / "concepts.csv", "ab") as out:
        out.write(b"half")


def exported(folder: Path) -> None:
    """A release as one file."""
    released(folder)
    run(folder, "export", "vocabularies/toy/0.1.0", "--to", "zip", "-o", "t.zip")


def rows(folder: Path) -> None:
    """Rows of every word, and the words of which some are embedded anew."""
    recipe(folder)
    rng = np.random.default_rng(7)
    x = rng.standard_normal((len(WORDS), DIM)).astype(np.float32)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    sounds = [f"{word}.wav" for word in WORDS]
    np.savez(folder / "rows.npz", text=x, text_ids=WORDS, audio=x, audio_ids=sounds)
    (folder / "new.txt").write_text("\n".join(WORDS[::-1]) + "\n", encoding="utf-8")


def clips(folder: Path) -> None:
    """A list of the clips whose rows there are."""
    rows(folder)
    (folder / "clips.txt").write_text("".join(f"{word}.wav\n" for word in WORDS), encoding="utf-8")


def look_at_shards(folder: Path) -> str:
    """What is wrong with shards of rows that say that they are finished."""
    try:
        found = open_embeddings(folder / "w")
    except DataError:
        return ""  # they say that they are not
    found.verify()
    return "" if found.result["rows"] == len(WORDS) else "rows are missing"


def old_pair(folder: Path) -> None:
    """An older file of as many rows, in another order: ids of the one fit no row of the other."""
    rows(folder)
    command = ["embed", "--texts", "words.txt", "--encoder", "precomputed:rows.npz"]
    run(folder, *command, "-o", "out/x.npy")


def look_at_pair(folder: Path) -> str:
    """What is wrong with ``x.npy`` and ``x.txt``, as Sonolex reads them."""
    with np.load(folder / "rows.npz") as arrays:
        of_word = dict(zip(WORDS, arrays["text"], strict=True))
    (found,) = open_sources(folder / "out" / "x.npy")
    ids, rows = found.all_ids(), found.all_rows()
    expected = np.stack([of_word[one] for one in ids])
    fits = np.allclose(rows, expected, atol=1e-6)  # they are scaled to length 1 once more
    return "" if fits else "ids of one run beside rows of another"


def inputs(folder: Path) -> None:
    """Four files of rows, so that there are four shards."""
    rows(folder)
    rng = np.random.default_rng(8)
    for number in range(4):
        np.save(folder / f"{number}.npy", rng.standard_normal((30, DIM)).astype(np.float32))


def decompose_command() -> list[str]:
    """The command line over `inputs`."""
    files = [f"{number}.npy" for number in range(4)]
    encoder = ["--encoder", "precomputed:rows.npz"]
    return ["decompose", *files, "--vocabulary", "words.txt", *encoder, "--l0", "3", "--out", "w"]


def decomposed(folder: Path) -> None:
    """A finished stream."""
    inputs(folder)
    run(folder, *decompose_command())


def damaged_stream(folder: Path) -> None:
    """A finished stream, one of whose shards is another's."""
    decomposed(folder)
    content = (folder / "w" / "shard-00001.npz").read_bytes()
    (folder / "w" / "shard-00002.npz").write_bytes(content)


def look_at_stream(folder: Path) -> str:
    """What is wrong with a stream that says that it is finished."""
    try:
        stream = open_stream(folder / "w")
    except DataError:
        return ""  # it says that it is not finished
    return "" if stream.weights().shape[0] == 120 else "rows are missing"


def thing(folder: Path, site: str) -> None:
    """A catalog with one resource, a file of the server."""
    bare(folder)
    content = b"a thing\n"
    (folder / "sources.toml").write_text(
        '[thing]\nkind = "url"\nversion = "1"\ndescription = "a thing"\n'
        'citation = "A. Author"\n'
        f'[[thing.parts]]\norigin = "{site}/thing.txt"\n'
        f'sha256 = "{hashlib.sha256(content).hexdigest()}"\nmembers = [{{ name = "thing.txt" }}]\n',
        encoding="utf-8",
    )
    (folder / "thing.txt").write_bytes(content)


def old_figures(folder: Path) -> None:
    """Figures of an earlier run."""
    bare(folder)
    _draw_line(folder / "out", 1)


def draw_figures() -> None:
    """Figures of this run, as every command with ``--png`` and ``--svg`` draws them."""
    _draw_line(Path("out"), 2)


def _draw_line(folder: Path, slope: int) -> None:
    def make() -> Figure:
        figure = new_figure(1.0)
        figure.subplots().plot([0, 1], [0, slope])
        return figure

    draw(make, {"png": folder / "x.png", "svg": folder / "x.svg"})


def fetch_thing() -> None:
    """What ``sonolex fetch`` does, with a catalog of our own."""
    fetch("thing", catalog=load_catalog(Path("sources.toml")))
