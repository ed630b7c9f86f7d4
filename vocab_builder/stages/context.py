"""What filters and selections may ask for: embeddings of labels and of the reference."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from concept_core.encoders.base import Encoder
from concept_core.encoders.prompts import encode_labels
from concept_core.errors import UsageError
from concept_core.measures.reference import ReferenceItems

FloatArray = NDArray[np.float32]


def silent(line: str) -> None:
    """For callers who want no progress."""


@dataclass(slots=True)
class Context:
    """The encoder of a build, with every text embedded once.

    Attributes
    ----------
    encoder : Encoder or None
        None for recipes that need no embedding.
    measured_on : ReferenceItems or None
        Captions or clips that coverage is measured on; never published.
    say : callable
        Told before texts are embedded, which takes minutes for tens of thousands.
    """

    encoder: Encoder | None = None
    measured_on: ReferenceItems | None = None
    say: Callable[[str], None] = silent
    _known: dict[str, FloatArray] = field(default_factory=dict, repr=False)
    _reference: FloatArray | None = field(default=None, repr=False)

    def embed(self, labels: Sequence[str]) -> FloatArray:
        """Unit rows (n, dim) of labels in the encoder's prompt set, each encoded once a build."""
        encoder = self._require()
        new = sorted(set(labels) - self._known.keys())
        if new:
            self.say(f"  embedding {len(new)} labels")
            rows = encode_labels(encoder, new, encoder.spec.prompt_set)
            self._known.update(zip(new, rows, strict=True))
        if not labels:
            return np.zeros((0, encoder.spec.dim), np.float32)
        return np.stack([self._known[label] for label in labels])

    def reference(self) -> FloatArray:
        """Unit rows (m, dim) of the reference captions or clips."""
        if self._reference is None:
            self.check({"reference"})
            assert self.measured_on is not None
            self.say(f"  embedding {len(self.measured_on)} reference {self.measured_on.kind}")
            self._reference = self.measured_on.embed(self._require()).x
        return self._reference

    def narrow(self, rows: NDArray[np.int64]) -> None:
        """Let the reference be some of its rows alone, from here on."""
        self._reference = self.reference()[rows]

    def check(self, needs: Collection[str]) -> None:
        """See that what stages ask for is there: ``encoder``, ``reference``.

        Raises
        ------
        UsageError
            It is not; the message has the lines that a recipe lacks.
        """
        if "encoder" in needs and self.encoder is None:
            raise UsageError(
                "a filter or the selection of this recipe needs embeddings; name an encoder with"
                ' encoder = "yamnet-minilm" under [vocabulary]'
            )
        if "reference" in needs and self.measured_on is None:
            raise UsageError(
                "the recipe measures coverage but has no [reference]; add one, such as"
                ' [reference] with path = "captions.csv"'
            )

    @property
    def encoder_name(self) -> str:
        """Name of the encoder, for thresholds that belong to one encoder."""
        return self._require().spec.name

    def _require(self) -> Encoder:
        self.check({"encoder"})
        assert self.encoder is not None
        return self.encoder
