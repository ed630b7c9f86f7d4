"""Explain clips: the concepts of each, most prominent first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import Dictionary
from concept_core.errors import DataError
from concept_core.values import html_table

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Explanation:
    """One clip as a sum of concepts.

    Attributes
    ----------
    clip : str
        The clip's name.
    concepts : tuple of (label, prominence)
        Most prominent first; among equals in the order of the vocabulary.
    l0 : int
        All concepts with a weight, shown here or not.
    cosine : float
        Of the embedding with the sum of all its concepts.
    gap : float or None
        Relative duality gap; None in l0 mode.
    status : str
        As in ``Decomposition``.
    """

    clip: str
    concepts: tuple[tuple[str, float], ...]
    l0: int
    cosine: float
    gap: float | None
    status: str

    def to_dict(self) -> dict[str, Any]:
        """The explanation as JSON-ready values."""
        return {
            "clip": self.clip,
            "concepts": [
                {"label": label, "prominence": prominence} for label, prominence in self.concepts
            ],
            "l0": self.l0,
            "cosine": self.cosine,
            "gap": self.gap,
            "status": self.status,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row a concept: clip, label, prominence. Needs pandas."""
        return Explanations([self]).to_frame()

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return Explanations([self])._repr_html_()


class Explanations(list[Explanation]):
    """Explanations of several clips: a list that notebooks show as a table."""

    def to_frame(self) -> pd.DataFrame:
        """One row a clip and concept: clip, label, prominence. Needs pandas."""
        import pandas as pd

        rows = [(one.clip, *concept) for one in self for concept in one.concepts]
        return pd.DataFrame(rows, columns=["clip", "label", "prominence"])

    def _repr_html_(self) -> str:
        """What a notebook shows: the frame."""
        return html_table(self.to_frame())


def explain(
    x: ArrayLike,
    clips: Sequence[str],
    dictionary: Dictionary,
    *,
    l1: float | None = None,
    l0: int | None = None,
    top: int | None = None,
) -> Explanations:
    """Decompose embeddings and name their concepts.

    Parameters
    ----------
    x : (n, d)
        Embeddings from the dictionary's encoder.
    clips : sequence of n str
        What to call the rows.
    dictionary : Dictionary
    l1, l0 : float, int
        As ``decompose`` takes them: exactly one.
    top : int, optional
        Keep this many of each clip's concepts; all by default.

    Raises
    ------
    DataError
        If rows and names differ in number, or x does not fit the dictionary.
    """
    result = decompose(x, dictionary.atoms, l1=l1, l0=l0)
    if len(clips) != len(result.l0):
        raise DataError(f"{len(clips)} clip names for {len(result.l0)} embeddings; give one each")
    explanations = Explanations()
    for row, clip in enumerate(clips):
        weights = result.weights[[row]]
        order = np.argsort(-weights.data, kind="stable")[:top]
        gap = float(result.gap[row])
        explanations.append(
            Explanation(
                clip=clip,
                concepts=tuple(
                    (dictionary.labels[weights.indices[place]], float(weights.data[place]))
                    for place in order
                ),
                l0=int(result.l0[row]),
                cosine=float(result.cosine[row]),
                gap=None if math.isnan(gap) else gap,
                status=str(result.status[row]),
            )
        )
    return explanations
