"""How well a stage tells labelled cases that it did not learn from, and when it may not act."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError, UsageError
from vocab_builder.stages.candidates import Judged
from vocab_builder.stages.context import Context

CHOOSE, JUDGE = "choose", "judge"
AREA = "area under the ROC curve"
CHANCE = 0.5
_RESAMPLES = 1000
_LOWEST = 0.025


def half_of(text: str) -> str:
    """``choose`` or ``judge``: to which half a labelled case belongs, by the parity of its sha256.

    The first half is what stages learn and calibrate on; the second only ever judges them.
    """
    return JUDGE if hashlib.sha256(text.encode()).digest()[-1] % 2 else CHOOSE


def area(truth: Sequence[bool], scores: Sequence[float]) -> tuple[float, float]:
    """The area under the ROC curve, and the lower end of its 95 % interval.

    The interval is that of a bootstrap within each class, with a fixed seed.

    Parameters
    ----------
    truth : n bool, both values among them
    scores : n float
        Higher for what is more likely true; rounded here, for the last bits of a product differ
        between machines.

    Raises
    ------
    ValueError
        One of the two classes is empty.
    """
    values = np.round(np.asarray(scores, np.float64), 6)
    labels = np.asarray(truth, bool)
    yes, no = values[labels], values[~labels]
    if not (len(yes) and len(no)):
        raise ValueError("an area needs cases of both classes")
    rng = np.random.default_rng(0)
    drawn = [
        _area(rng.choice(yes, len(yes)), np.sort(rng.choice(no, len(no))))
        for _ in range(_RESAMPLES)
    ]
    low = float(np.quantile(drawn, _LOWEST))
    return round(_area(yes, np.sort(no)), 3), round(low, 3)


def _area(yes: NDArray[np.float64], ordered: NDArray[np.float64]) -> float:
    """The share of pairs in which the true case scores higher; a tie counts half."""
    below = np.searchsorted(ordered, yes, "left") + np.searchsorted(ordered, yes, "right")
    return float(below.mean() / 2 / len(ordered))


def judged(
    stage: str,
    encoder: str,
    truth: Sequence[bool],
    scores: Sequence[float],
    *,
    cases: str,
    threshold: float | None = None,
) -> Judged:
    """How well scores tell the cases of the half ``judge``.

    Parameters
    ----------
    stage, encoder : str
        Whose scores they are.
    truth, scores
        As of `area`.
    cases : str
        What the cases are, in the plural: ``words``.
    threshold : float, optional
        What the stage compares its scores with.
    """
    value, low = area(truth, scores)
    return Judged(stage, encoder, AREA, value, low, f"{len(truth)} labelled {cases}", threshold)


def refuse_chance(figure: Judged, instead: str) -> None:
    """Refuse a stage that is no better than chance.

    Parameters
    ----------
    figure : Judged
    instead : str
        What the user can do beside taking another encoder: ``leave the filter out``.

    Raises
    ------
    UsageError
        The lower end of the interval is not above chance.
    """
    if figure.low > CHANCE:
        return
    raise UsageError(
        f"{figure.stage}: with the encoder {figure.encoder} it is no better than chance: {AREA}"
        f" {figure.value:.3f} on {figure.on}, at least {figure.low:.3f} with 95 % confidence, where"
        f" chance is {CHANCE}; {instead}, or take another encoder"
    )


def need_rows(
    context: Context, labels: Sequence[str], *, stage: str, cases: str, instead: str
) -> None:
    """See that the encoder has a row for every labelled case, before it is judged by some of them.

    An encoder that looks rows up may have a few of them by chance, and a few tell nothing: two
    pairs can be perfectly in order.

    Parameters
    ----------
    context : Context
    labels : sequence of str
        The labels of all cases.
    stage : str
    cases : str
        What they are and where they stand.
    instead : str
        As of `refuse_chance`.

    Raises
    ------
    UsageError
        A row is missing.
    """
    try:
        context.embed(labels)
    except DataError as error:
        raise UsageError(
            f"{stage}: the encoder {context.encoder_name} lacks rows for the {cases}, on which it"
            f" is calibrated and judged ({error}); embed them too, {instead}, or take another"
            " encoder"
        ) from error
