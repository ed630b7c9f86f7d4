"""Which measure tells audible words from others: ``python -m benchmarks.audibility``.

Prints the AUC of each measure on the two halves of the hand-labelled words. A measure is chosen
on the half ``choose``; what the half ``judge`` says of it is the honest figure: as drawn, and with
each word weighed by the candidates that it stands for. Learned ones are fitted on ``choose``, so
that their figure there is that of ten-fold cross-validation; the nearest labelled words are all
others of ``choose``, those of the same fold too.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.pages import table
from concept_core import load_encoder
from concept_core.datasets.caption_files import read_captions
from concept_core.resources import require_nltk, wordnet_reader
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.pipeline import mine_all
from vocab_builder.building.recipe import Recipe
from vocab_builder.filters.audibility import Audibility, LabelledWord, labelled_words, measure
from vocab_builder.stages.context import Context, silent

Values = NDArray[np.float64]
_CAPTIONS = 3000
_NULL = 2000
_FOLDS = 10
_FEW = 10


@dataclass(frozen=True, slots=True)
class Material:
    """Labels of the sources that the filter measures from, counts of all labels, captions."""

    examples: Sequence[str]
    counts: Mapping[str, int]
    captions: Sequence[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and print one line a measure."""
    parser = argparse.ArgumentParser(prog="benchmarks.audibility", description=__doc__)
    parser.add_argument("--recipe", type=Path, default=Path("recipes/sonolex-core.toml"))
    parser.add_argument("--encoder", default="yamnet-minilm")
    options = parser.parse_args(arguments)
    context = Context(load_encoder(options.encoder), say=lambda line: print(line, file=sys.stderr))
    material = _material(options.recipe)
    words = labelled_words()
    audible = np.array([word.audible for word in words])
    chosen = np.array([word.half == "choose" for word in words])
    print(
        f"{len(words)} words, {int(audible.sum())} of them audible; {int(chosen.sum())} to choose"
        f" on; {len(material.examples)} examples; encoder {options.encoder}"
    )
    found = _table(
        _single(words, material, context), _learned(words, material, context), chosen, words
    )
    headings = (f"measure, with {options.encoder}", "choose", "judge", "judge, weighed")
    lines = [[name, *(f"{one:.3f}" for one in figures)] for name, figures in found.items()]
    print("\n".join(("\n### measures of audibility\n", *table(headings, lines))))
    return 0


def _material(path: Path) -> Material:
    """What the audibility filter of a recipe sees, and some captions of its reference."""
    recipe = Recipe.read(path)
    (stage,) = (one.filter for one in recipe.filters if isinstance(one.filter, Audibility))
    inputs = resolve_inputs(recipe)
    mined = mine_all(inputs.sources, silent).kept
    named = (*stage.anchors, *stage.examples)
    texts: list[str] = []
    if recipe.reference is not None and inputs.reference is not None:
        texts = sorted(set(read_captions(inputs.reference.path, recipe.reference.columns)))
    drawn = np.random.default_rng(0).permutation(len(texts))[:_CAPTIONS]
    return Material(
        [one.label for one in mined if one.seen_in(named)],
        {one.label: one.count for one in mined},
        [texts[index] for index in drawn],
    )


def _single(
    words: Sequence[LabelledWord], material: Material, context: Context
) -> dict[str, Values]:
    """Measures that learn nothing."""
    labels = [word.label for word in words]
    values = measure(labels, material.examples, material.counts, context.embed)
    nearest, near, silent, abstract, *_, logs = values.T
    atoms = context.embed(labels)
    null = _top(atoms @ context.embed(_random_words(labels)).T, 10)
    spoken = np.einsum("ij,ij->i", atoms, context.embed([f"the sound of {one}" for one in labels]))
    found = {
        "best cosine to an example": nearest,
        "mean cosine to 10 examples": near,
        "margin against 10 silent words": near - silent,
        "margin against 10 silent and abstract": near - (silent + abstract) / 2,
        "margin against a null of random words": near - null,
        "cosine to 'the sound of X'": spoken,
        "log count": logs,
    }
    if material.captions:
        heard = _top(atoms @ context.embed(material.captions).T, 50)
        found["mean of 50 best captions"] = heard
        found["the same against the null"] = heard - null
    return found


def _learned(
    words: Sequence[LabelledWord], material: Material, context: Context
) -> dict[str, Values]:
    """Columns that a logistic regression is fitted to, on equal scales."""
    labels = [word.label for word in words]
    values = measure(labels, material.examples, material.counts, context.embed)
    return {
        "logistic on the embedding": context.embed(labels).astype(np.float64),
        "logistic on the four cosines": values[:, :4],
        "... and on two to labelled words": values[:, :6],
        "... and whether it is an example": values[:, :7],
        "... and whether its words are": values[:, :8],
        "... and the log count (the filter)": values,
    }


def _table(
    single: Mapping[str, Values],
    learned: Mapping[str, Values],
    chosen: NDArray[np.bool_],
    words: Sequence[LabelledWord],
) -> dict[str, tuple[float, ...]]:
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    audible = np.array([word.audible for word in words])
    weights = np.array([word.weight for word in words])

    def areas(on_choose: Values, on_judge: Values) -> tuple[float, ...]:
        return (
            float(roc_auc_score(audible[chosen], on_choose)),
            float(roc_auc_score(audible[~chosen], on_judge)),
            float(roc_auc_score(audible[~chosen], on_judge, sample_weight=weights[~chosen])),
        )

    rows = {name: areas(values[chosen], values[~chosen]) for name, values in single.items()}
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=0)
    for name, columns in learned.items():
        # As much shrinkage a column whatever their number: the embedding has hundreds.
        shrunk = LogisticRegression(C=1.0 if columns.shape[1] < _FEW else 0.003)
        model = make_pipeline(StandardScaler(), shrunk)
        guesses = cross_val_predict(
            model,
            columns[chosen],
            audible[chosen],
            cv=folds,
            method="decision_function",
            params={"logisticregression__sample_weight": weights[chosen]},
        )
        model.fit(
            columns[chosen], audible[chosen], logisticregression__sample_weight=weights[chosen]
        )
        rows[name] = areas(guesses, model.decision_function(columns[~chosen]))
    return rows


def _random_words(labels: Sequence[str]) -> list[str]:
    """Words of WordNet's sense-tagged texts, drawn with a fixed seed, without ``labels``."""
    require_nltk("wordnet")
    wordnet = wordnet_reader()

    used = {
        lemma.name().replace("_", " ")
        for synset in wordnet.all_synsets()
        for lemma in synset.lemmas()
        if lemma.count() and lemma.name().islower()
    }
    pool = sorted(used - set(labels))
    drawn = np.random.default_rng(0).permutation(len(pool))[:_NULL]
    return [pool[index] for index in drawn]


def _top(cosines: NDArray[np.float32], count: int) -> Values:
    """Mean of the largest values of each row."""
    best = np.partition(cosines, -count, axis=1)[:, -count:]
    return np.asarray(best.mean(axis=1, dtype=np.float64))


if __name__ == "__main__":
    sys.exit(main())
