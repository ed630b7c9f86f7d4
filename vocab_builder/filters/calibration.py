"""From which cosine on two labels say one thing: calibrated per encoder on labelled pairs.

Spaces differ: cosine .9 is near identity in one and a loose likeness in another. So the pairs of
``data/twins/pairs.csv``, each labelled by hand as one sound or two, are embedded, and a logistic
regression on the cosine says how likely a pair is one sound: ``python -m benchmarks.redundancy``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from concept_core.files import package_folder
from vocab_builder.stages.context import Context

Embed = Callable[[Sequence[str]], NDArray[np.float32]]

# Of pairs at the threshold of redundancy this share says one thing.
_SURE = 5 / 6


@dataclass(frozen=True, slots=True)
class Pair:
    """Two labels, and whether one could stand for the other without a sound being lost.

    ``drawn`` is ``drawn`` for a candidate of ``recipes/sonolex-core.toml`` with its nearest more
    frequent one, ``forms`` for forms of one word, ``different`` for sounds that are told apart.
    """

    first: str
    second: str
    same: bool
    drawn: str


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Cosines of one encoder.

    Attributes
    ----------
    redundant : float
        From here on five pairs of six say one thing.
    witness : float
        From here on a pair as likely says one thing as two: enough where a dictionary says so too.
    """

    redundant: float
    witness: float

    @property
    def likely(self) -> float:
        """From here on seven pairs of ten say one thing: half way, as the logit is straight."""
        return round((self.redundant + self.witness) / 2, 6)


# What `python -m benchmarks.redundancy` printed, by encoder.
CALIBRATED = {"yamnet-minilm": Calibrated(redundant=0.82, witness=0.69)}


def calibrated(context: Context) -> Calibrated:
    """The cosines of the encoder of a build: known ones, or calibrated here on the labelled pairs.

    Raises
    ------
    UsageError
        As `calibrate`.
    """
    known = CALIBRATED.get(context.encoder_name)
    if known is not None:
        return known
    pairs = labelled_pairs()
    found = calibrate(pair_cosines(pairs, context.embed), [pair.same for pair in pairs])
    context.say(
        f"  {context.encoder_name} calibrated on {len(pairs)} labelled pairs: redundant from"
        f" {found.redundant}, synonyms from {found.witness}"
    )
    return found


def labelled_pairs() -> tuple[Pair, ...]:
    """The hand-labelled pairs."""
    path = package_folder("data") / "twins" / "pairs.csv"
    with open(path, encoding="utf-8", newline="") as handle:
        return tuple(
            Pair(row["first"], row["second"], row["same"] == "1", row["drawn"])
            for row in csv.DictReader(handle)
        )


def pair_cosines(pairs: Sequence[Pair], embed: Embed) -> NDArray[np.float32]:
    """(n,) cosines between the two labels of each pair, by what embeds labels as unit rows."""
    first = embed([pair.first for pair in pairs])
    second = embed([pair.second for pair in pairs])
    return np.asarray(np.einsum("ij,ij->i", first, second), np.float32)


def calibrate(cosines: NDArray[np.float32], same: Sequence[bool]) -> Calibrated:
    """The cosines at which a pair is one sound with probability 5/6, and 1/2.

    Parameters
    ----------
    cosines : (n,)
    same : n bool, both values among them

    Raises
    ------
    UsageError
        If a higher cosine does not make it likelier: this space says nothing about likeness.
    """
    from sklearn.linear_model import LogisticRegression

    # Hardly any shrinkage: cosines are small numbers, and there is one weight only.
    model = LogisticRegression(C=1e6).fit(cosines.reshape(-1, 1), list(same))
    weight, bias = float(model.coef_[0, 0]), float(model.intercept_[0])
    if weight <= 0:
        raise UsageError(
            "pairs that say one thing are no nearer in this encoder's space than others; it cannot"
            " tell redundant labels"
        )
    return Calibrated(
        redundant=_cosine((float(np.log(_SURE / (1 - _SURE))) - bias) / weight),
        witness=_cosine(-bias / weight),
    )


def _cosine(value: float) -> float:
    return round(min(max(value, -1.0), 1.0), 2)
