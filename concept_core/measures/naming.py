"""named@k: does the explanation of a clip say what a person hears?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError
from concept_core.measures.classes import ClipClasses
from concept_core.measures.purity import check_clips
from concept_core.solvers.base import Array

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from concept_core.solvers.base import Weights

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
_SIBILANT = ("s", "x", "z", "ch", "sh")


def words(text: str) -> tuple[str, ...]:
    """The words of a label in lower case; all but letters, digits and inner apostrophes parts."""
    return tuple(_WORD.findall(text.casefold()))


def plurals(word: str) -> tuple[str, ...]:
    """The regular plural of a word; irregular ones are listed with the data set's synonyms."""
    if word.endswith(_SIBILANT):
        return (word + "es",)
    if word.endswith("y") and not word.endswith(("ay", "ey", "oy", "uy")):
        return (word[:-1] + "ies",)
    return (word + "s",)


def naming(
    labels: Sequence[str], forms: Sequence[Sequence[str]]
) -> csr_array[np.float64, tuple[int, int]]:
    """Which labels name which class: (K, C), a 1 each.

    A label names a class if it contains one of its forms as whole words in a row, case ignored, a
    word and its regular plural being one: "barking dogs" names "dog", "dogwood" does not.

    Parameters
    ----------
    labels : sequence of K str
    forms : sequence of C sequences of str
        The forms of each class.
    """
    from scipy.sparse import csr_array

    split = [words(label) for label in labels]
    places: defaultdict[str, set[int]] = defaultdict(set)
    for index, parts in enumerate(split):
        for word in parts:
            places[word].add(index)
    named = np.zeros((len(labels), len(forms)))
    for number, of_class in enumerate(forms):
        for form in map(words, of_class):
            if form:
                found = [set().union(*(places[w] for w in _same(word, places))) for word in form]
                hits = (i for i in set.intersection(*found) if _contains(split[i], form))
                named[list(hits), number] = 1
    return csr_array(named)


def naming_places(weights: Weights, labels: Sequence[str], classes: ClipClasses) -> Array:
    """At which place of a clip's explanation the clip's class is first named: 1 is the top.

    named@k, in [0, 1], is the share of clips with a place of k or less: ``np.mean(places <= k)``.
    Concepts are ordered by prominence, equals by the vocabulary's order. The measure counts
    names, not meanings: a true "canine" is a miss unless the synonyms have it, and a clip may be
    named by a concept of little weight. So compare vocabularies at the same k on the same clips,
    and beside `nameable`, which no decomposition can pass.

    Source: this project; after the accuracy of open-ended answers by whole words and listed
    synonyms, as in Conti et al., "Vocabulary-free image classification" (NeurIPS 2023), arXiv
    2306.00917, which scores free names against class names.

    Parameters
    ----------
    weights : (n, K) csr_array
    labels : sequence of K str
    classes : ClipClasses
        Of the same n clips.

    Returns
    -------
    (n,) float64
        Infinite for a clip whose class no concept names, NaN for a clip without a class.

    Raises
    ------
    DataError
        Another number of labels than of concepts.
    UsageError
        Another number of clips.
    """
    check_clips(weights, classes)
    if weights.shape[1] != len(labels):
        raise DataError(f"{len(labels)} labels for the weights of {weights.shape[1]} concepts")
    members = classes.members()
    n, rows = weights.shape[0], np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
    # Sorted by row, then prominence, then place in the vocabulary.
    order = np.lexsort((weights.indices, -weights.data, rows))
    right: Array = (naming(labels, classes.forms())[weights.indices[order]] * members[rows]).sum(
        axis=1
    )
    ranks = np.arange(len(rows)) - weights.indptr[rows] + 1
    places = np.full(n, np.inf)
    hit = np.asarray(right).ravel() > 0
    np.minimum.at(places, rows[hit], ranks[hit])
    return np.where(np.diff(members.indptr) > 0, places, np.nan)


def nameable(labels: Sequence[str], classes: ClipClasses) -> NDArray[np.bool_]:
    """Of each clip, whether any concept of the vocabulary names its class: the most for named@k."""
    possible = np.asarray(naming(labels, classes.forms()).sum(axis=0)).ravel() > 0
    found = classes.members() @ possible.astype(np.float64)
    return np.asarray(found).ravel() > 0


def _same(word: str, known: defaultdict[str, set[int]]) -> Iterator[str]:
    """Words of the labels that are this word, its plural, or what it is the plural of."""
    singulars = (word[:-1], word[:-2], word[:-3] + "y") if word.endswith("s") else ()
    for other in (word, *plurals(word), *(one for one in singulars if word in plurals(one))):
        if other in known:
            yield other


def _contains(label: Sequence[str], form: Sequence[str]) -> bool:
    size = len(form)
    return any(
        all(_one_word(a, b) for a, b in zip(label[start : start + size], form, strict=True))
        for start in range(len(label) - size + 1)
    )


def _one_word(a: str, b: str) -> bool:
    return a == b or a in plurals(b) or b in plurals(a)
