"""What centring has left: whether the means that were taken off were those of the rows.

Of rows that are centred right, little is left of their mean; of raw rows of a CLAP, of rows less a
mean of other data, and of labels less the mean of another wording, much is, and a decomposition
of them is worth little (``python -m benchmarks.real_clap``). So what is left tells, without a task.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from concept_core.encoders.centring import CLAPS, PRECOMPUTED
from concept_core.encoders.own_means import FEWEST
from concept_core.errors import CentringWarning
from concept_core.values import Value

_MOST = 2000
# Of more rows, evenly spaced ones tell as much.
TOO_MUCH = 0.35
"""Real rows and labels centred right have less left: .30 at most, by a mean of twenty clips. Raw
ones, and those less a mean of others, have .42 to .67 (``docs/real-clap.md``)."""


@dataclass(frozen=True, slots=True)
class Remainders(Value):
    """What is left of the mean row and of the mean atom.

    Attributes
    ----------
    rows, atoms : float or None
        Root of the mean cosine of two different rows: what is left of the mean's length, apart
        from chance. None of too few.
    """

    rows: float | None
    atoms: float | None

    def warnings(self) -> tuple[str, ...]:
        """What would spoil a decomposition, and what to do; none where nothing would."""
        found = []
        if self.atoms is not None and self.atoms > TOO_MUCH:
            found.append(
                f"{self.atoms:.2f} of the mean atom is left: the labels are not centred, or by"
                " the mean of other texts (captions, another wording, another model); leave"
                " centring=... out, so that their own mean is taken off, or estimate it on labels"
                " in the same prompt: sonolex centre --labels"
            )
        if self.rows is not None and self.rows > TOO_MUCH:
            found.append(
                f"{self.rows:.2f} of the mean sound is left: the rows are not centred, or by the"
                f" mean of other sounds; take off the mean of {FEWEST} or more sounds of your own:"
                " leave centring=... out where there are as many, or sonolex centre --clips (if"
                " all these sounds are of one kind, this is no fault)"
            )
        return tuple(found)


def remainder(x: ArrayLike) -> float | None:
    """What is left of the mean of rows (n, d), in [0, 1]; None of fewer than ``FEWEST``.

    The root of the mean cosine of two different rows. Rows that share nothing give 0, however few
    they are; the length of their mean would be about one by the root of n.
    """
    given = np.asarray(x)
    rows = given[:: max(1, len(given) // _MOST)].astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1)
    n = int(np.count_nonzero(lengths))
    if n < FEWEST:
        return None
    return math.sqrt(max(0.0, mean_cosine(rows[lengths > 0] / lengths[lengths > 0, None])))


def mean_cosine(x: ArrayLike) -> float:
    """Mean cosine of two different rows (n, d) of length 1, n >= 2."""
    rows = np.asarray(x)
    total = rows.sum(axis=0, dtype=np.float64)
    return float((total @ total - len(rows)) / (len(rows) * (len(rows) - 1)))


def warn_of_remainders(x: ArrayLike, atoms: float | None, encoder: str) -> None:
    """Warn (``CentringWarning``) where what is left of a mean would spoil a decomposition.

    Much that is left is a fault of CLAPs and of rows that were given. The bundled encoder's space
    is centred already, and what is left there says how much alike sounds are; of third parties'
    encoders nothing is known.

    Parameters
    ----------
    x : (n, d)
        Embeddings as they are decomposed.
    atoms : float or None
        What is left of the mean atom.
    encoder : str
        Name of the encoder of both.
    """
    if encoder in (*CLAPS, PRECOMPUTED):
        for message in Remainders(remainder(x), atoms).warnings():
            warnings.warn(message, CentringWarning, stacklevel=3)
