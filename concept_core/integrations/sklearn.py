"""A scikit-learn transformer: embeddings in, one column a concept out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from concept_core.decomposition.decomposing import decompose
from concept_core.decomposition.dictionary import (
    Dictionary,
    EncoderLike,
    VocabularyLike,
    as_encoder,
    as_vocabulary,
)
from concept_core.encoders.base import FloatArray, unit
from concept_core.encoders.centred import own_means_of, with_mean_of
from concept_core.encoders.centring import MEAN, NONE, taken_off
from concept_core.encoders.own_means import FEWEST
from concept_core.encoders.remainders import warn_of_remainders
from concept_core.errors import DataError
from concept_core.solvers.registry import chosen_mode
from concept_core.solvers.validate import check_atoms
from concept_core.spelling import check_names

if TYPE_CHECKING:
    from concept_core.solvers.base import Array, Weights

_DTYPES = [np.float64, np.float32]


# scikit-learn has no types.
class ConceptTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Embeddings as sparse non-negative sums of concepts.

    Parameters
    ----------
    vocabulary : str, Path or Vocabulary, optional
        A vocabulary, or what ``load_vocabulary`` takes. By default ``sonolex-core``; none where
        ``atoms`` are given.
    encoder : str or Encoder
        What the embeddings come from, by name or made: it encodes the vocabulary. Not used where
        ``atoms`` are given.
    atoms : (K, d), optional
        The vocabulary's concepts, encoded already: finite unit rows. Without a vocabulary, the
        columns have no labels and are named as those of PCA are.
    l0 : int, optional
        At most this many concepts a row; 8 where neither l0 nor l1 is given.
    l1 : float, optional
        The penalty of the lasso instead.
    centring : str
        ``mean`` takes the mean of the fitted embeddings off, as of raw embeddings of a CLAP it
        must be; ``none`` takes embeddings as they are; ``auto`` is ``mean`` where the encoder is a
        CLAP or ``precomputed`` whose centring is by what is at hand. The mean of fewer than 20
        embeddings is none.
    sparse_output : bool
        Give a ``scipy.sparse.csr_array``; needed where (n, K) does not fit into memory, and
        impossible with ``set_output(transform="pandas")``.

    Attributes
    ----------
    atoms_ : (K, d) float64, unit rows
    labels_ : tuple of K str, or None
    mean_ : (d,) float32, or None
        What is taken off embeddings of length 1.
    n_features_in_ : int
        d.

    Notes
    -----
    Nothing is learned from the embeddings but their mean: ``fit`` encodes the vocabulary and sees
    that they fit. Embeddings that are centred already lose nothing by being centred again.
    Source: arXiv 2504.14076, section on concept-based representations.
    """

    def __init__(
        self,
        vocabulary: VocabularyLike | None = None,
        *,
        encoder: EncoderLike = "yamnet-minilm",
        atoms: ArrayLike | None = None,
        l0: int | None = None,
        l1: float | None = None,
        centring: str = "auto",
        sparse_output: bool = False,
    ) -> None:
        self.vocabulary = vocabulary
        self.encoder = encoder
        self.atoms = atoms
        self.l0 = l0
        self.l1 = l1
        self.centring = centring
        self.sparse_output = sparse_output

    def fit(self, X: ArrayLike, y: object = None) -> ConceptTransformer:
        """Encode the vocabulary, and see that embeddings X (n, d) fit it.

        Raises
        ------
        ValueError
            X is not a finite matrix with at least one row.
        DataError
            The atoms have another length than the embeddings, or another number than the concepts.
        UsageError, MissingError
            As ``load_vocabulary``, ``load_encoder`` and ``decompose`` raise them.
        """
        rows = validate_data(self, X, dtype=_DTYPES)
        chosen_mode(self.l0, self.l1)
        check_names("centring", [self.centring], ("auto", MEAN, NONE))
        self.mean_: FloatArray | None = None
        self._directions: FloatArray | None = None
        atoms, self.labels_ = self._dictionary(rows.astype(np.float32))
        if atoms.shape[1] != self.n_features_in_:
            raise DataError(
                f"X has {self.n_features_in_} columns, the atoms {atoms.shape[1]}; both must come"
                " from one encoder (encoder= says which encodes the vocabulary)"
            )
        self.atoms_ = atoms
        self._n_features_out = len(atoms)
        return self

    def transform(self, X: ArrayLike) -> NDArray[np.floating[Any]] | Weights:
        """Weights (n, K) >= 0 of embeddings X (n, d), as float32 or float64 as these are."""
        check_is_fitted(self)
        rows = validate_data(self, X, dtype=_DTYPES, reset=False)
        l0, l1 = chosen_mode(self.l0, self.l1)
        weights: Weights = decompose(self._centred(rows), self.atoms_, l0=l0, l1=l1).weights.astype(
            rows.dtype
        )
        return weights if self.sparse_output else weights.toarray()

    def inverse_transform(self, X: ArrayLike | Weights) -> Array:
        """The sums (n, d) of atoms that weights X (n, K), dense or sparse, stand for.

        Raises
        ------
        DataError
            X has another number of columns than there are concepts.
        """
        check_is_fitted(self)
        weights = check_array(X, accept_sparse="csr", dtype=_DTYPES)
        if weights.shape[1] != len(self.atoms_):
            raise DataError(
                f"X has {weights.shape[1]} columns, the vocabulary {len(self.atoms_)} concepts;"
                " give what transform gave"
            )
        return np.asarray(weights @ self.atoms_)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """The labels (K,) of the columns; ``input_features`` are only checked."""
        names: NDArray[Any] = super().get_feature_names_out(input_features)
        return names if self.labels_ is None else np.array(self.labels_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _dictionary(self, rows: FloatArray) -> tuple[Array, tuple[str, ...] | None]:
        """Atoms (K, d) and their labels; what is taken off the embeddings is noted."""
        if self.centring == MEAN and len(rows) >= FEWEST:
            self.mean_ = unit(rows).mean(axis=0)
        if self.atoms is None:
            return self._encoded(rows)
        if self.vocabulary is None:
            return check_atoms(self.atoms), None
        labels = tuple(as_vocabulary(self.vocabulary).labels)
        atoms = check_atoms(self.atoms)
        if len(atoms) != len(labels):
            raise DataError(
                f"{len(atoms)} atoms for the {len(labels)} concepts of the vocabulary; give one a"
                " concept, in its order"
            )
        return atoms, labels

    def _encoded(self, rows: FloatArray) -> tuple[Array, tuple[str, ...]]:
        encoder = with_mean_of(as_encoder(self.encoder), rows)
        own = own_means_of(encoder)
        if self.centring == "auto" and own is not None:
            self.mean_, self._directions = own.of_sounds, own.directions
        vocabulary = "sonolex-core" if self.vocabulary is None else self.vocabulary
        made = Dictionary.build(vocabulary, encoder)
        if rows.shape[1] == made.atoms.shape[1]:
            warn_of_remainders(self._centred(rows), made.remainder, made.encoder_name)
        return check_atoms(made.atoms, made.labels), made.labels

    def _centred(self, rows: Array | FloatArray) -> Array | FloatArray:
        if self.mean_ is None:
            return rows
        return taken_off(unit(np.asarray(rows, np.float32)), self.mean_, self._directions)
