"""From which cosine on two labels say one thing: calibrated per encoder on labelled pairs.

Spaces differ: cosine .9 is near identity in one and a loose likeness in another. So the pairs of
``data/twins/pairs.csv``, each labelled by hand as one sound or two, are embedded, and a logistic
regression on the cosine, fitted to one half of them, says how likely a pair is one sound. The other
half judges the encoder: ``python -m benchmarks.redundancy``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import UsageError
from concept_core.files import package_folder
from vocab_builder.filters.judging import (
    AREA,
    CHOOSE,
    JUDGE,
    half_of,
    judged,
    need_rows,
    refuse_chance,
)
from vocab_builder.stages.candidates import Judged
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

    @property
    def half(self) -> str:
        """``choose`` or ``judge``, by the parity of the sha256 of the two labels and a newline."""
        return half_of(f"{self.first}\n{self.second}")


@dataclass(frozen=True, slots=True)
class Calibrated:
    """Cosines of one encoder.

    Attributes
    ----------
    redundant : float
        From here on five pairs of six say one thing; 1 or more where not even equal labels are so
        surely one.
    witness : float
        From here on a pair as likely says one thing as two: enough where a dictionary says so too.
    """

    redundant: float
    witness: float

    @property
    def likely(self) -> float:
        """From here on seven pairs of ten say one thing: half way, as the logit is straight."""
        return round((self.redundant + self.witness) / 2, 6)


# What `python -m benchmarks.redundancy` printed for all pairs, by encoder.
CALIBRATED = {"yamnet-minilm": Calibrated(redundant=0.82, witness=0.69)}


# The stages that ask, and the option of a recipe that makes it needless.
_OPTIONS = {"redundancy": "threshold", "synonyms": "witness"}


def settled(given: float | None, context: Context, stage: str) -> tuple[float, tuple[Judged, ...]]:
    """The cosine that a stage compares with, and how good it is: the recipe's own is not judged.

    Parameters
    ----------
    given : float or None
        The recipe's own.
    context : Context
        Told how good the encoder is where the cosine is calibrated.
    stage : str
        ``redundancy`` or ``synonyms``.

    Raises
    ------
    UsageError
        As `calibrated` and `judge_pairs`.
    """
    if given is not None:
        return given, ()
    found = calibrated(context, stage)
    cosine = found.redundant if stage == "redundancy" else found.witness
    figure = judge_pairs(context, stage, cosine)
    context.say(f"  {figure}")
    return cosine, (figure,)


def calibrated(context: Context, stage: str = "redundancy") -> Calibrated:
    """The cosines of the encoder of a build: known ones, or calibrated here on the labelled pairs.

    ``stage`` is who asks, for the message.

    Raises
    ------
    UsageError
        As `calibrate` and `judge_pairs`.
    """
    known = CALIBRATED.get(context.encoder_name)
    if known is not None:
        return known
    judge_pairs(context, stage)
    pairs = [pair for pair in labelled_pairs() if pair.half == CHOOSE]
    found = calibrate(pair_cosines(pairs, context.embed), [pair.same for pair in pairs])
    redundant = (
        "no cosine is redundant" if found.redundant >= 1 else f"redundant from {found.redundant}"
    )
    context.say(
        f"  {context.encoder_name} calibrated on {len(pairs)} labelled pairs: {redundant},"
        f" synonyms from {found.witness}"
    )
    return found


def judge_pairs(context: Context, stage: str, threshold: float | None = None) -> Judged:
    """How well the encoder's cosines tell pairs that say one thing, on the half ``judge``.

    Parameters
    ----------
    context : Context
    stage : str
        ``redundancy`` or ``synonyms``.
    threshold : float, optional
        The calibrated cosine of this stage.

    Raises
    ------
    UsageError
        The encoder lacks rows for the pairs, is no better than chance, or the threshold is a cosine
        that no two labels have.
    """
    instead = f"give {stage} a {_OPTIONS[stage]} in the recipe, leave the filter out"
    labelled = labelled_pairs()
    need_rows(
        context,
        [label for pair in labelled for label in (pair.first, pair.second)],
        stage=stage,
        cases="labelled pairs of data/twins/pairs.csv",
        instead=instead,
    )
    pairs = [pair for pair in labelled if pair.half == JUDGE]
    cosines = pair_cosines(pairs, context.embed).tolist()
    same = [pair.same for pair in pairs]
    name = context.encoder_name
    figure = judged(stage, name, same, cosines, cases="pairs", threshold=threshold)
    refuse_chance(figure, instead)
    if threshold is not None and threshold >= 1:
        raise UsageError(
            f"{stage}: no cosine of the encoder {name} is high enough that pairs have the same"
            f" meaning as surely as it asks ({AREA} {figure.value:.3f} on {figure.on}); {instead},"
            " or take another encoder"
        )
    return figure


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

    They are not cut off at 1: half way between them seven pairs of ten are to be one sound.

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
            "pairs that have the same meaning are no nearer in this encoder's space than others; it"
            " cannot tell redundant labels"
        )
    return Calibrated(
        redundant=round((float(np.log(_SURE / (1 - _SURE))) - bias) / weight, 2),
        witness=round(-bias / weight, 2),
    )
