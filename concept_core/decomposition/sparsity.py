"""Sparsity: paths over penalties and limits, and the penalty for a mean number of concepts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from numpy.typing import ArrayLike

from concept_core.decomposition.decomposing import Decomposition, judge
from concept_core.decomposition.dictionary import Dictionary, as_dictionary
from concept_core.encoders.remainders import warn_of_remainders
from concept_core.errors import DataError, UsageError
from concept_core.parallel import blocks
from concept_core.solvers.base import PreparedPath
from concept_core.solvers.validate import check_rows

_PROBES = 60
_LEAST = 1e-6
"""No penalty below this share of the one that leaves nothing."""


def l1_path(
    x: ArrayLike,
    atoms: ArrayLike | Dictionary,
    penalties: Sequence[float],
    *,
    device: str = "auto",
    solver: str = "auto",
) -> list[Decomposition]:
    """Decompose the same rows with several penalties.

    The solver ``working_set`` multiplies rows with atoms once for all penalties, and starts each
    from the answer before it, from the highest penalty down; the others solve each for itself.

    Parameters
    ----------
    x : (n, d)
        Embeddings, n >= 0, finite.
    atoms : (K, d)
        Unit rows, K >= 1, finite.
    penalties : sequence of float
        At least one, each above 0, in any order.
    device, solver : str
        As for `decompose`.

    Returns
    -------
    list of Decomposition
        In the order of ``penalties``.

    Raises
    ------
    UsageError
        No penalty, one out of range; an unknown solver or device.
    DataError, MissingError
        As `decompose`.
    """
    if not len(penalties):
        raise UsageError("no penalties: give at least one, such as [0.2, 0.1, 0.05]")
    dictionary = as_dictionary(atoms)
    rows = check_rows(x, dictionary.rows.shape[1])
    warn_of_remainders(rows, dictionary.remainder, dictionary.encoder_name)
    chosen = [
        dictionary.pick(l1=l1, l0=None, solver=solver, device=device, rows=len(rows))
        for l1 in penalties
    ]
    prepared = dictionary.prepared(chosen[0])
    assert isinstance(prepared, PreparedPath)
    order = sorted(range(len(penalties)), key=lambda i: -penalties[i])
    solutions = prepared.solve_path(rows, [penalties[i] for i in order])
    found = dict(zip(order, solutions, strict=True))
    return [judge(found[i], rows, dictionary, one) for i, one in enumerate(chosen)]


def l0_path(
    x: ArrayLike, atoms: ArrayLike | Dictionary, limits: Sequence[int], *, device: str = "auto"
) -> list[Decomposition]:
    """Decompose the same rows with several limits.

    The atoms are prepared once for all of them. Each answer is found anew: an atom that left a
    support may return, so that the answer for 5 concepts is not the start of that for 10.

    Parameters
    ----------
    x : (n, d)
        Embeddings, n >= 0, finite.
    atoms : (K, d)
        Unit rows, K >= 1, finite.
    limits : sequence of int
        Each 1 or more, in any order.
    device : str
        As for `decompose`.

    Returns
    -------
    list of Decomposition
        In the order of ``limits``.

    Raises
    ------
    UsageError, DataError
        As `decompose`.
    """
    dictionary = as_dictionary(atoms)
    rows = check_rows(x, dictionary.rows.shape[1])
    warn_of_remainders(rows, dictionary.remainder, dictionary.encoder_name)
    solvers = [
        dictionary.pick(l1=None, l0=limit, solver="auto", device=device, rows=len(rows))
        for limit in limits
    ]
    return [judge(dictionary.solve(rows, one), rows, dictionary, one) for one in solvers]


def calibrate_l1(
    x: ArrayLike,
    atoms: ArrayLike | Dictionary,
    *,
    mean_l0: float,
    tolerance: float = 0.02,
    device: str = "auto",
    solver: str = "auto",
) -> float:
    """Find the penalty at which rows have a given number of concepts on average.

    Parameters
    ----------
    x : (n, d), n >= 1
        A sample of the embeddings; a few hundred rows tell the mean well.
    atoms : (K, d)
        Unit rows, finite.
    mean_l0 : float
        The mean number of weights above zero that is wanted, above 0.
    tolerance : float
        How far the mean may be from it, relative to it.
    device, solver : str
        As for `decompose`.

    Raises
    ------
    UsageError
        ``mean_l0`` is not above 0; an unknown solver or device.
    DataError
        No penalty gives that mean: the message has the nearest means and their penalties.
        Otherwise as `decompose`.
    """
    if not (math.isfinite(mean_l0) and mean_l0 > 0):
        raise UsageError(f"mean_l0 is a number of concepts above 0, such as 10; got {mean_l0!r}")
    dictionary = as_dictionary(atoms)
    rows = check_rows(x, dictionary.rows.shape[1])
    if not len(rows):
        raise DataError("x has no rows; calibration needs a sample of the embeddings")
    highest = max(float((rows[block] @ dictionary.rows.T).max()) for block in blocks(len(rows)))
    if highest <= 0:
        raise DataError("no row correlates with any atom: no penalty gives it a concept")

    first = dictionary.pick(l1=highest, l0=None, solver=solver, device=device)
    prepared = dictionary.prepared(first)
    assert isinstance(prepared, PreparedPath)

    def mean(l1: float) -> float:
        return prepared.solve_path(rows, (l1,))[0].weights.nnz / len(rows)

    return _search(mean, highest, mean_l0, tolerance)


def _search(mean: Callable[[float], float], highest: float, wanted: float, share: float) -> float:
    """From above, since low penalties take long; the mean grows as the penalty falls."""
    high, few = highest, 0.0
    low, many = 0.0, math.inf
    for _ in range(_PROBES):
        l1 = high / 2 if low == 0.0 else math.sqrt(low * high)
        if l1 < _LEAST * highest or (low and high / low < 1 + 1e-9):
            break
        found = mean(l1)
        if abs(found - wanted) <= share * wanted:
            return l1
        if found > wanted:
            low, many = l1, found
        else:
            high, few = l1, found
    if low == 0.0:
        raise DataError(
            f"mean l0 {wanted:g} is out of reach: even l1 = {high:.3g} gives {few:.4g} concepts a"
            " row; ask for fewer"
        )
    raise DataError(
        f"no penalty gives a mean l0 within {share:.0%} of {wanted:g}: it is {many:.4g} at l1 ="
        f" {low:.6g} and {few:.4g} at {high:.6g}; give more rows, or a higher tolerance"
    )
