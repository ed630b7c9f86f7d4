"""The data sets that solvers are measured on: real embeddings, real moments, or made up."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from concept_core import load_encoder
from concept_core.errors import MissingError
from concept_core.solvers.base import Array

Float32 = NDArray[np.float32]

GAP = 2.0
"""Length of the modality gap beside captions of length 1.

Calibrated once, by hand: the reconstruction's cosine at l0 25 is then .52, .54 and .55 at
K = 2,000, 5,000 and 10,000, as SpLiCE reports (.42-.55); without a gap it is .70 to .77.
"""

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
    sets, missing = [], []
    for name, load in (("gap", gap_set), ("clap", clap_set)):
        try:
            sets.append(load(shared_data(), rows, atoms))
        except (FileNotFoundError, MissingError) as error:
            missing.append(f"no {name} set: {error}")
    if missing:
        sets.append(synthetic_set(rows, atoms))
    return sets, missing


def wide_set(rows: int, atoms: int) -> DataSet:
    """The clap set, of which any number of rows can be drawn; without its moments the synthetic."""
    try:
        return clap_set(shared_data(), rows, atoms)
    except FileNotFoundError:
        return synthetic_set(rows, atoms)


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
