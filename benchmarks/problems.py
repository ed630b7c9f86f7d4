"""The data sets that solvers are measured on: real embeddings, real moments, or made up."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core import load_encoder
from concept_core.datasets.real_clap import read_clips, read_labels, require_real_clap
from concept_core.errors import MissingError
from concept_core.solvers.base import Array

Float32 = NDArray[np.float32]

GAP = 2.0
"""Length of the modality gap beside captions of length 1.

Calibrated once, by hand: the reconstruction's cosine at l0 25 is then .52, .54 and .55 at
K = 2,000, 5,000 and 10,000, as SpLiCE reports (.42-.55); without a gap it is .70 to .77.
"""

_GAP_ATOMS = 10_000
"""Words of the gap set, at most: to embed more takes minutes."""

_SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Rows, and atoms to take as many of as wanted.

    Attributes
    ----------
    name, about : str
        Short name; one sentence that says what the rows and atoms are.
    rows : (n, d) float32, unit rows
    pool : (K, d) float64
        Most important first, not centred.
    """

    name: str
    about: str
    rows: Float32 = field(repr=False)
    pool: Array = field(repr=False)

    def atoms(self, k: int) -> Float32:
        """The first k, less their mean (as SpLiCE centres a dictionary), as unit rows (k, d)."""
        chosen = self.pool[:k]
        return unit(chosen - chosen.mean(axis=0)).astype(np.float32)


def load_sets(rows: int, atoms: int) -> tuple[list[DataSet], list[str]]:
    """The data sets that this machine can have, and a sentence on each that it cannot.

    Parameters
    ----------
    rows, atoms : int
        How many rows each has, and how many atoms at most are wanted of it.
    """
    sets: list[DataSet] = []
    missing: list[str] = []
    for choices in (("gap",), _CLAP):
        sets += _first(choices, rows, atoms, missing)
    if len(sets) < 2:
        sets.append(synthetic_set(rows, atoms))
    return sets, missing


def wide_set(rows: int, atoms: int) -> DataSet:
    """A set of which any number of rows can be had: of real ones, of their moments, made up."""
    found = _first(_CLAP, rows, atoms, [])
    return found[0] if found else synthetic_set(rows, atoms)


def _first(choices: tuple[str, ...], rows: int, atoms: int, missing: list[str]) -> list[DataSet]:
    """The first set that this machine can have, or none; why not, added to ``missing``."""
    for name in choices:
        try:
            return [_SETS[name](shared_data(), rows, atoms)]
        except (FileNotFoundError, MissingError) as error:
            missing.append(f"no {name} set: {error}")
    return []


def shared_data() -> Path:
    """Where the shared data are if they are on this machine: ``SONOLEX_SHARED``, or beside us."""
    return Path(os.environ.get("SONOLEX_SHARED", Path(__file__).parents[2] / "shared")) / "data"


def gap_set(shared: Path, rows: int, atoms: int) -> DataSet:
    """Captions of AudioCaps over SpLiCE's most frequent words, d = 384.

    SpLiCE centres both sides; the captions then get a shared direction that the words lack: the
    modality gap.

    Raises
    ------
    FileNotFoundError
        A file of the shared data is not there.
    MissingError
        The encoder's files are not on this machine.
    """
    # From the least to the most frequent.
    words = (shared / "splice_vocab" / "laion.txt").read_text(encoding="utf-8").split("\n")
    with (shared / "audiocaps" / "v1_train.csv").open(encoding="utf-8", newline="") as file:
        captions = [line["caption"] for line in csv.DictReader(file)]
    rng = np.random.default_rng(_SEED)
    chosen = [captions[i] for i in rng.permutation(len(captions))[:rows]]
    encoder = load_encoder("yamnet-minilm")
    atoms = min(atoms, _GAP_ATOMS)
    pool = encoder.encode_text([word for word in words if word][: -atoms - 1 : -1])
    x = encoder.encode_text(chosen).astype(np.float64)
    direction = unit(rng.standard_normal((1, x.shape[1])))
    return DataSet(
        "gap",
        f"yamnet-minilm text embeddings (d = {x.shape[1]}): AudioCaps captions over the most"
        f" frequent words of SpLiCE's list, both centred; the captions shifted by {GAP:g} times a"
        " random unit direction and made unit again",
        unit(unit(x - x.mean(axis=0)) + GAP * direction).astype(np.float32),
        pool.astype(np.float64),
    )


def real_set(shared: Path, rows: int, atoms: int) -> DataSet:
    """Real LAION-CLAP: clips of ESC-50 over labels of FSD50K, all centred by their own means.

    Where more rows are asked for than there are, the others are mixtures of two clips, one of
    them louder; both are shuffled, so that contestants with few rows get the same kinds. Where
    more atoms are asked for than there are texts, the others are normal draws with mean zero and
    the covariance of the clips, as those of `clap_set` have that of its rows.

    Raises
    ------
    MissingError
        The rows are neither among the shared data nor fetched.
    """
    source, clips, prompts, labels = _real_rows(shared)
    # Each list by its own mean: they were encoded in two wordings.
    texts = np.concatenate([part - part.mean(axis=0) for part in (labels, prompts)])[:atoms]
    drawn = _Gaussian(np.cov(clips.T))(atoms - len(texts), 2)
    kept = min(rows, len(clips))
    about = (
        f"LAION-CLAP 630k-audioset-best (d = {clips.shape[1]}): real rows of {kept:,} clips of"
        f" ESC-50 ({source}), centred by their mean"
    )
    if rows > kept:
        about += f"; among them {rows - kept:,} mixtures of two of these clips"
    about += f"; the atoms {len(texts)} real texts (class names), centred"
    if len(drawn):
        about += f", and {len(drawn):,} normal draws with the covariance of the clips"
    x = _clips_and_mixtures(clips, rows) - clips.mean(axis=0)
    return DataSet("real", about, unit(x).astype(np.float32), np.concatenate([texts, drawn]))


def _real_rows(shared: Path) -> tuple[str, Array, Array, Array]:
    """Where they come from, clips, class prompts and labels, as unit rows."""
    folder = shared / "clap_real"
    if folder.is_dir():
        with (
            np.load(folder / "esc50_folds_1-3.npz") as audio,
            np.load(folder / "texts.npz") as text,
        ):
            return "folds 1-3", *map(_unit64, (audio["audio"], text["esc50"], text["fsd50k"]))
    require_real_clap()
    clips = read_clips()
    source = "resource clap-esc50"
    return source, *map(_unit64, (clips.audio, clips.prompt_rows, read_labels().rows))


def _unit64(rows: Float32) -> Array:
    return unit(rows.astype(np.float64))


def _clips_and_mixtures(clips: Array, rows: int) -> Array:
    """Clips, each at most once, and sums of two for the rest; all unit rows, shuffled."""
    rng = np.random.default_rng([_SEED, 3])
    more = max(0, rows - len(clips))
    order = rng.permutation(len(clips) + more)[:rows]
    one = np.concatenate([np.arange(len(clips)), rng.integers(len(clips), size=more)])[order]
    # Of the louder clip; nothing of another in a clip itself.
    share = np.concatenate([np.ones(len(clips)), rng.uniform(0.5, 1.0, size=more)])[order, None]
    other = (one + rng.integers(1, len(clips), size=rows)) % len(clips)
    return unit(share * clips[one] + (1 - share) * clips[other])


def clap_set(shared: Path, rows: int, atoms: int) -> DataSet:
    """Gaussian rows with the moments of real CLAP audio embeddings, d = 512; atoms likewise.

    Raises
    ------
    FileNotFoundError
        The file of moments is not there.
    """
    with np.load(shared / "clap_stats" / "fma_pop_clap_stats.npz", allow_pickle=False) as stats:
        mean = stats["clap-laion-audio__mu"].astype(np.float64)
        covariance = stats["clap-laion-audio__cov"].astype(np.float64)
    draw = _Gaussian(covariance)
    return DataSet(
        "clap",
        f"normal draws with the published mean and covariance of clap-laion-audio (d = {len(mean)},"
        f" music), made unit; the atoms with the same covariance and mean zero, so that the mean"
        f" (length {np.linalg.norm(mean):.2f}) is the modality gap",
        unit(mean + draw(rows, 1)).astype(np.float32),
        draw(atoms, 2),
    )


def synthetic_set(rows: int, atoms: int, dim: int = 512) -> DataSet:
    """Gaussian rows and atoms whose variances fall as 1 / rank; the rows are shifted."""
    variances = 1.0 / np.arange(1, dim + 1)
    draw = _Gaussian(np.diag(variances / variances.sum()))
    shift = unit(np.random.default_rng(_SEED).standard_normal((1, dim)))
    return DataSet(
        "synthetic",
        f"normal draws whose variances fall as 1 / rank (d = {dim}), made unit; the rows shifted"
        " by a random unit direction",
        unit(shift + draw(rows, 1)).astype(np.float32),
        draw(atoms, 2),
    )


_CLAP = ("real", "clap")
"""The better first: real rows stand in for draws with their moments."""

_SETS = {"gap": gap_set, "real": real_set, "clap": clap_set}


class _Gaussian:
    """Normal draws with mean zero and one covariance (d, d)."""

    def __init__(self, covariance: Array) -> None:
        values, vectors = np.linalg.eigh(covariance)
        self._factor = (vectors * np.sqrt(np.clip(values, 0.0, None))).T

    def __call__(self, n: int, stream: int) -> Array:
        rng = np.random.default_rng([_SEED, stream])
        return np.asarray(rng.standard_normal((n, len(self._factor))) @ self._factor)


def unit(rows: Array) -> Array:
    """Each row divided by its length."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
