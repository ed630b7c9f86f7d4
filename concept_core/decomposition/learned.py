"""Dictionaries learned from embeddings: directions that no word was asked for.

What the field sets beside words. Their atoms are decomposed over by the same solvers as those of
words, at the same sparsity, so that the directions alone differ.

Sources: Mairal et al., "Online Dictionary Learning for Sparse Coding" (ICML 2009),
doi:10.1145/1553374.1553463; Makhzani, Frey, "k-Sparse Autoencoders" (2014), arXiv 1312.5663; Gao
et al., "Scaling and evaluating sparse autoencoders" (2024), arXiv 2406.04093; of autoencoders that
explain what networks compute, Cunningham et al. (2023), arXiv 2309.08600.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.sparsity import calibrate_l1
from concept_core.encoders.base import FloatArray, unit
from concept_core.errors import DataError, UsageError
from concept_core.parallel import torch_threads
from concept_core.solvers.base import Array
from concept_core.solvers.validate import check_rows
from concept_core.spelling import check_names

if TYPE_CHECKING:
    import torch

DICTIONARY_LEARNING = "dictionary-learning"
AUTOENCODER = "top-k-autoencoder"

ROWS_AN_ATOM = 2
"""At least so many rows an atom: with one, the rows themselves would be the atoms."""

MOST_ROWS = 20_000
"""Of more rows, so many are drawn: what bounds the time."""

BATCH = 256
EPOCHS = 15
"""Passes of dictionary learning over the rows."""

STEPS = 1_000
"""Batches that the autoencoder is trained on."""

_RATE = 1e-3
_DEAD_SHARE = 1 / 32
_DEAD_AFTER = 20
_ZERO = 1e-8


def learn_dictionary(
    rows: ArrayLike, size: int, *, l0: int, method: str = DICTIONARY_LEARNING, seed: int = 0
) -> FloatArray:
    """Learn directions of which few add up to each row.

    ``dictionary-learning`` is scikit-learn's ``MiniBatchDictionaryLearning`` with codes of no
    negative weight, and the penalty that gives a mean of ``l0`` weights over a start of drawn
    rows. ``top-k-autoencoder`` keeps the ``l0`` greatest of its rectified codes, without any bias
    of the rows, since atoms must stand alone here; codes that fire for no row of the last
    batches are brought back by what is left of the rows (arXiv 2406.04093, appendix A.2).
    Equal rows, settings and versions give equal atoms on one machine.

    Parameters
    ----------
    rows : (n, d)
        Embeddings, centred as those that will be decomposed are; finite, of any length but zero
        (zero rows are left out).
    size : int
        K, at least 1 and at most ``most_atoms(n)``.
    l0 : int
        How many atoms may explain a row, 1 to ``size``.
    method : str
        One of ``METHODS``.
    seed : int
        Of the start and the order of the rows.

    Returns
    -------
    (K, d) float32, unit rows

    Raises
    ------
    UsageError
        An unknown method; a size or l0 out of range.
    DataError
        Rows that are not finite, or too few for so many atoms.
    """
    check_methods([method])
    found = np.asarray(rows)
    if found.ndim != 2:
        raise DataError(f"rows of shape {found.shape}; give embeddings (n, d), one a row")
    x = unit(check_rows(found, found.shape[1]).astype(np.float32))
    x = x[np.linalg.norm(x, axis=1) > 0]
    if size < 1 or not 1 <= l0 <= size:
        raise UsageError(f"size {size} and l0 {l0}: a size is 1 or more, and l0 from 1 to that")
    if size > most_atoms(len(x)):
        raise DataError(
            f"{len(x)} rows are too few to learn {size} directions from: at least"
            f" {ROWS_AN_ATOM} rows a direction, so ask for {most_atoms(len(x))} at most or give"
            " more rows"
        )
    rng = np.random.default_rng([seed, size, l0])
    if len(x) > MOST_ROWS:
        x = x[np.sort(rng.choice(len(x), MOST_ROWS, replace=False))]
    # The first rows of this order are the start.
    x = x[rng.permutation(len(x))]
    atoms = _LEARNERS[method](x, size, l0, seed).astype(np.float32)
    empty = np.linalg.norm(atoms, axis=1) < _ZERO
    # A direction that nothing used is what it was at the start.
    return unit(np.where(empty[:, None], x[:size], atoms))


def most_atoms(rows: int) -> int:
    """How many directions so many rows allow."""
    return rows // ROWS_AN_ATOM


def check_methods(names: Sequence[str]) -> None:
    """See that each is one of ``METHODS``.

    Raises
    ------
    UsageError
        One is none.
    """
    check_names("method", names, METHODS)


def _dictionary_learning(x: FloatArray, size: int, l0: int, seed: int) -> Array:
    from sklearn.decomposition import MiniBatchDictionaryLearning
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    model = MiniBatchDictionaryLearning(
        n_components=size, alpha=_penalty(x, size, l0), max_iter=EPOCHS, fit_algorithm="cd",
        positive_code=True, batch_size=BATCH, dict_init=x[:size].astype(np.float64),
        random_state=seed,
    )  # fmt: skip
    with threadpool_limits(1), warnings.catch_warnings():
        # The next batch corrects a code that is not exact.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return np.asarray(model.fit(x.astype(np.float64)).components_)


def _penalty(x: FloatArray, size: int, l0: int) -> float:
    """The penalty that gives a mean of ``l0`` over the start, for rows that are not in it."""
    try:
        atoms = Dictionary.of_atoms(x[:size])
        return calibrate_l1(x[size:][:BATCH], atoms, mean_l0=l0, tolerance=0.1, device="cpu")
    except (DataError, UsageError):
        # No penalty gives that mean on these rows: what Mairal et al. take (section 5).
        return 1.2 / float(np.sqrt(x.shape[1]))


def _autoencoder(x: FloatArray, size: int, l0: int, seed: int) -> Array:
    import torch

    with torch_threads(max(x.shape[1], size)):
        generator = torch.Generator().manual_seed(seed)
        # In float64 the answer does not depend on the order in which a processor adds.
        rows = torch.from_numpy(x).double()
        decoder = rows[:size].clone().requires_grad_()
        encoder = rows[:size].T.clone().requires_grad_()
        offset = torch.zeros(size, dtype=torch.float64, requires_grad=True)
        optimiser = torch.optim.Adam([decoder, encoder, offset], lr=_RATE)
        last = torch.zeros(size, dtype=torch.long)
        for step in range(STEPS):
            batch = rows[torch.randint(len(rows), (BATCH,), generator=generator)]
            dead = step - last > _DEAD_AFTER
            optimiser.zero_grad()
            loss, fired = _loss(batch, batch @ encoder + offset, decoder, l0, dead)
            torch.autograd.backward(loss)
            optimiser.step()
            last[fired] = step
            with torch.no_grad():
                decoder /= decoder.norm(dim=1, keepdim=True).clamp_min(_ZERO)
        atoms: Array = decoder.detach().numpy()
    return atoms


def _loss(
    batch: torch.Tensor, codes: torch.Tensor, decoder: torch.Tensor, l0: int, dead: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The mean squared error of a batch, with that of dead codes on what is left; and what fired.

    Source: arXiv 2406.04093, appendix A.2 (the weight 1/32 of the second term too).
    """
    kept = _greatest(codes, l0)
    left = batch - kept @ decoder
    loss = left.pow(2).sum(dim=1).mean()
    if dead.any():
        revived = _greatest(codes.masked_fill(~dead, 0.0), l0) @ decoder
        loss = loss + _DEAD_SHARE * (left.detach() - revived).pow(2).sum(dim=1).mean()
    return loss, (kept > 0).any(dim=0)


def _greatest(codes: torch.Tensor, l0: int) -> torch.Tensor:
    """The greatest codes of each row, where they are above zero; the others are zero."""
    import torch

    values, places = codes.relu().topk(l0, dim=1)
    return torch.zeros_like(codes).scatter(1, places, values)


_LEARNERS: dict[str, Callable[[FloatArray, int, int, int], Array]] = {
    DICTIONARY_LEARNING: _dictionary_learning,
    AUTOENCODER: _autoencoder,
}

METHODS = tuple(_LEARNERS)
"""How dictionaries are learned."""
