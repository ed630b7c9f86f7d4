"""ConceptTransformer is an estimator like others, and gives what decompose() gives."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from concept_core import decompose
from concept_core.encoders.prompts import encode_labels
from concept_core.errors import DataError, UsageError
from concept_core.integrations.sklearn import ConceptTransformer
from concept_core.vocabulary import Vocabulary
from tests.toy import ToyEncoder


class AnyWidth(ConceptTransformer):
    """With atoms as long as the rows that it sees: the checks come with rows of 1 to 20."""

    def _dictionary(self, rows: NDArray[np.float32]) -> tuple[NDArray[np.float64], None]:
        atoms = np.random.default_rng(0).normal(size=(6, self.n_features_in_))
        return atoms / np.linalg.norm(atoms, axis=1, keepdims=True), None


# In l1 mode every weight is certified; in l0 mode none is, so both see all checks. None is expected
# to fail; one skips by itself, of arrays of other libraries, for which SCIPY_ARRAY_API must be set.
@parametrize_with_checks(
    [
        AnyWidth(l1=0.05),
        AnyWidth(l0=3),
        AnyWidth(l0=3, centring="mean"),
        AnyWidth(l0=3, sparse_output=True),
    ]
)
def test_the_checks_of_scikit_learn(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)


@pytest.fixture
def transformer(vocabulary: Vocabulary) -> ConceptTransformer:
    return ConceptTransformer(vocabulary, encoder=ToyEncoder(), l0=3)


@pytest.mark.parametrize("mode", [{"l0": 3}, {"l1": 0.1}])
def test_it_gives_the_weights_of_decompose(
    mode: dict[str, Any], vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    transformer = ConceptTransformer(vocabulary, encoder=ToyEncoder(), **mode)
    weights = transformer.fit_transform(x)
    atoms = encode_labels(ToyEncoder(), vocabulary.labels, "bare@1")
    expected = decompose(x, atoms, **mode)
    assert weights.dtype == np.float32
    np.testing.assert_allclose(weights, expected.weights.toarray(), rtol=1e-6)
    np.testing.assert_allclose(
        transformer.inverse_transform(weights), expected.reconstruct(), atol=1e-6
    )


def test_columns_are_labels_in_pandas_too(
    transformer: ConceptTransformer, vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    frame = transformer.set_output(transform="pandas").fit_transform(x)
    assert isinstance(frame, pd.DataFrame)
    assert list(frame.columns) == vocabulary.labels == list(transformer.get_feature_names_out())
    assert frame.idxmax(axis=1)[0] == "dog"


def test_sparse_output_is_the_same_and_goes_back(
    transformer: ConceptTransformer, x: NDArray[np.float32]
) -> None:
    dense = transformer.fit_transform(x)
    weights = clone(transformer).set_params(sparse_output=True).fit_transform(x)
    assert issparse(weights)
    np.testing.assert_array_equal(weights.toarray(), dense)
    np.testing.assert_allclose(
        transformer.inverse_transform(weights), transformer.inverse_transform(dense), atol=1e-6
    )


def test_in_a_pipeline_cloned_and_pickled(
    transformer: ConceptTransformer, x: NDArray[np.float32]
) -> None:
    y = [0, 0, 1, 1, 0]
    pipeline = make_pipeline(clone(transformer), LogisticRegression()).fit(x, y)
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict_proba(x), pipeline.predict_proba(x))


def test_given_atoms_have_the_labels_given_or_generated_names(
    vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    atoms = encode_labels(ToyEncoder(), vocabulary.labels, "bare@1")
    named = ConceptTransformer(vocabulary, atoms=atoms).fit(x)
    assert list(named.get_feature_names_out()) == vocabulary.labels
    nameless = ConceptTransformer(atoms=atoms).fit(x)
    assert nameless.get_feature_names_out()[1] == "concepttransformer1"
    np.testing.assert_array_equal(named.transform(x), nameless.transform(x))


def test_what_does_not_fit_is_refused(
    transformer: ConceptTransformer, vocabulary: Vocabulary, x: NDArray[np.float32]
) -> None:
    with pytest.raises(NotFittedError):
        transformer.transform(x)
    with pytest.raises(DataError, match=r"X has 63 columns, the atoms 64"):
        transformer.fit(x[:, 1:])
    with pytest.raises(DataError, match=r"6 atoms for the 7 concepts"):
        ConceptTransformer(vocabulary, atoms=np.eye(6, 64)).fit(x)
    with pytest.raises(DataError, match="unit rows"):
        ConceptTransformer(atoms=2 * np.eye(6, 64)).fit(x)
    with pytest.raises(UsageError, match="both were"):
        ConceptTransformer(vocabulary, encoder=ToyEncoder(), l0=3, l1=0.1).fit(x)
    with pytest.raises(DataError, match=r"X has 2 columns, the vocabulary 7 concepts"):
        transformer.fit(x).inverse_transform(np.ones((1, 2)))
