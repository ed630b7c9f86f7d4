"""Selection by clusters: k-means over the text embeddings, and the label nearest each centroid.

So the paper makes its clustered vocabulary (arXiv 2504.14076, k = 2,000).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError, UsageError
from vocab_builder.selection.base import Ranked
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context

# Cosines differ by about 1e-7 from one processor to the next; what is compared is rounded.
_DIGITS = 6


@dataclass(frozen=True, slots=True)
class ClusterSelection:
    """Clusters by total count, each represented by its label nearest the centroid; then the rest.

    The number of clusters is an option of its own, apart from the size: fewer concepts than
    clusters are the largest of those clusters, not those of a new k-means; more concepts go on
    with the labels that represent no cluster, by count. The score is the total count of the
    cluster that a label represents, else 0.

    Attributes
    ----------
    clusters : int
        How many; the paper has as many as concepts.
    seed : int
        Of the first centroids (k-means++).
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    clusters: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.clusters < 1:
            raise UsageError(f"clusters: there must be at least 1 cluster, found {self.clusters}")
        if not 0 <= self.seed < 2**32:
            raise UsageError(f"clusters: seed {self.seed} is not from 0 to 2**32 - 1")

    def __call__(
        self, candidates: Sequence[Candidate], context: Context, size: int | None = None
    ) -> list[Ranked]:
        """Order all candidates.

        Raises
        ------
        DataError
            There are fewer candidates than clusters.
        """
        if len(candidates) < self.clusters:
            raise DataError(
                f"clusters: {len(candidates)} candidates cannot make {self.clusters} clusters;"
                " lower clusters, add a source, or loosen the filter that drops the most"
            )
        atoms = context.embed([candidate.label for candidate in candidates])
        chosen = self._representatives(atoms, [candidate.mass for candidate in candidates])
        ranked = [Ranked(candidates[index], total) for index, total in chosen]
        left = set(range(len(candidates))).difference(index for index, _ in chosen)
        by_count = sorted(left, key=lambda at: (-candidates[at].mass, candidates[at].label))
        return ranked + [Ranked(candidates[index], 0) for index in by_count]

    def _representatives(
        self, atoms: NDArray[np.float32], counts: Sequence[float]
    ) -> list[tuple[int, float]]:
        """The label nearest each centroid, among its own, with the count of them all."""
        labels, centres = k_means(atoms, self.clusters, self.seed)
        cosines = np.round(np.einsum("ij,ij->i", atoms, centres[labels]), _DIGITS)
        totals = np.bincount(labels, weights=counts, minlength=self.clusters)
        nearest: dict[int, int] = {}
        # Of a cluster the nearest first, of equals the more frequent, which comes first anyway.
        for index in np.argsort(-cosines, kind="stable").tolist():
            nearest.setdefault(int(labels[index]), index)
        pairs = [(index, float(totals[label])) for label, index in nearest.items()]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))


def k_means(
    atoms: NDArray[np.float32], clusters: int, seed: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The cluster of each row, and the centroids."""
    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    model = KMeans(clusters, n_init=1, random_state=seed)
    # Threads would add up a centroid in whatever order they end.
    with threadpool_limits(1), warnings.catch_warnings():
        # Fewer different embeddings than clusters: the empty ones have no representative.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(atoms)
    return model.labels_, model.cluster_centers_
