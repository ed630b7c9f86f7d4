"""Thresholds of labels on real CLAP: ``python -m benchmarks.clap_labels``.

Of the two lists of ``benchmarks/label_rows.py``, one half of the labelled pairs chooses thresholds
by the procedure of the product, and the other judges them, before and after centring: the mean of
the list's own unit rows is taken off and what is left is scaled to length 1. Kinds are counted
apart, in no figure but their own. Needs the shared data (``SONOLEX_SHARED``).
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.label_rows import (
    DIFFERENT,
    KIND,
    RANDOM,
    SAME,
    SEEN,
    VERDICTS,
    ClapPair,
    LabelEncoder,
    LabelRows,
    Measured,
    clap_pairs,
    label_lists,
    measured,
)
from benchmarks.options import shared_option
from concept_core.encoders.base import FloatArray
from concept_core.errors import MissingError, UsageError
from vocab_builder.filters.audibility import labelled_words, learn_hearing, silent_words
from vocab_builder.filters.calibration import calibrate, calibrated, labelled_pairs
from vocab_builder.filters.judging import CHOOSE, JUDGE, area
from vocab_builder.stages.context import Context

_RESAMPLES = 500
_DRAWS = 50
_SIZES = (10, 30, 100)
_QUANTILES = (0.5, 0.95, 0.99, 0.999)
# From the first cosine on every pair of both lists is labelled.
_RAW_COSINES = (0.8, 0.85, 0.9, 0.95)
_CENTRED_COSINES = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Judgement:
    """Pairs of the half ``judge`` and kinds at a threshold that the other half chose."""

    threshold: float
    same: int
    different: int
    all_same: int
    kinds: int

    def __str__(self) -> str:
        above = self.same + self.different
        precision = f"{self.same / above:.2f}" if above else "-"
        return (
            f"{self.threshold:.2f} | {precision} ({self.same} of {above}) |"
            f" {self.same / self.all_same:.2f} ({self.same} of {self.all_same}) | {self.kinds}"
        )


def judgement(given: Measured, threshold: float) -> Judgement:
    """How the half ``judge`` fares at a threshold."""
    cosines, same = given.of(JUDGE)
    above, truth = cosines >= threshold, np.array(same)
    return Judgement(
        threshold,
        int((above & truth).sum()),
        int((above & ~truth).sum()),
        int(truth.sum()),
        int((given.kinds() >= threshold).sum()),
    )


def interval(given: Measured) -> tuple[str, str]:
    """95 % intervals of the two thresholds, over resamples of the half ``choose`` in each class."""
    cosines, same = given.of(CHOOSE)
    truth = np.array(same)
    rng = np.random.default_rng(0)
    found = []
    for _ in range(_RESAMPLES):
        places = np.concatenate(
            [
                rng.choice(np.flatnonzero(truth == one), (truth == one).sum())
                for one in (True, False)
            ]
        )
        one = calibrate(cosines[places], truth[places].tolist())
        found.append((one.redundant, one.witness))
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    redundant, witness = (f"{a:.2f} to {b:.2f}" for a, b in zip(low, high, strict=True))
    return redundant, witness


def all_cosines(given: LabelRows) -> FloatArray:
    """Cosines of all pairs of different labels."""
    upper: FloatArray = (given.rows @ given.rows.T)[np.triu_indices(len(given.rows), 1)]
    return upper


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.clap_labels", description=__doc__)
    shared_option(parser)
    options = parser.parse_args(arguments)
    try:
        lists = label_lists(options.shared)
    except MissingError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print("\n".join(report(lists, clap_pairs())))
    return 0


def report(lists: Sequence[LabelRows], pairs: Sequence[ClapPair]) -> Iterator[str]:
    """The lines of all tables, in Markdown."""
    both = [(given, name, rows) for given in lists for name, rows in _centrings(given)]
    yield from _table(
        "Cosines of all pairs of a list",
        (
            "list",
            "checkpoint",
            "labels",
            "centring",
            "mean",
            "median",
            "95 %",
            "99 %",
            "99.9 %",
            "greatest",
        ),
        (
            [given.name, given.checkpoint, len(given.labels), name, *_quantiles(rows)]
            for given, name, rows in both
        ),
    )
    yield from _table(
        "Labelled pairs at hand",
        (
            "list",
            "data/twins/pairs.csv: same, different",
            "clap_pairs.csv: same",
            "different (random)",
            "kind",
            "seen",
        ),
        (_counts(given, measured(given, pairs)) for given in lists),
    )
    found = [([given.name, name], measured(rows, pairs)) for given, name, rows in both]
    yield from _table(
        "Area under the ROC curve (at least, with 95 % confidence)",
        ("list", "centring", "choose", "judge", "judge, no random pairs"),
        ([*names, *_areas(one)] for names, one in found),
    )
    yield from _table(
        "Thresholds that `choose` gives, on `judge`",
        (
            "list",
            "centring",
            "threshold",
            "95 % interval",
            "cosine",
            "precision",
            "recall",
            "kinds above",
        ),
        (line for names, one in found for line in _thresholds(names, one)),
    )
    yield from _table(
        "Every pair of a list from a cosine on",
        ("list", "centring", "cosine", "pairs", *VERDICTS, "not labelled"),
        (line for given, name, rows in both for line in _above(given.name, name, rows, pairs)),
    )
    yield from _table(
        f"Centred by fewer labels, drawn {_DRAWS} times: least to greatest",
        ("list", "labels", "area, choose", "redundant", "witness"),
        (line for given in lists for line in _fewer(given, pairs)),
    )
    yield from _product(lists)


def _centrings(given: LabelRows) -> tuple[tuple[str, LabelRows], ...]:
    return ("none", given), ("mean", given.centred())


def _table(title: str, headings: Sequence[str], lines: Iterable[Sequence[object]]) -> Iterator[str]:
    yield from ("", f"### {title}", "", f"| {' | '.join(headings)} |", "|---" * len(headings) + "|")
    for line in lines:
        yield f"| {' | '.join(map(str, line))} |"


def _quantiles(given: LabelRows) -> list[str]:
    cosines = all_cosines(given)
    figures = [cosines.mean(), *np.quantile(cosines, _QUANTILES), cosines.max()]
    return [f"{figure:.3f}" for figure in figures]


def _counts(given: LabelRows, found: Measured) -> list[object]:
    encoder = LabelEncoder(given)
    known = [pair.same for pair in labelled_pairs() if encoder.knows(pair.first, pair.second)]
    drawn = [pair for pair in found.pairs if pair.why != SEEN]
    verdicts = Counter(pair.verdict for pair in drawn)
    random = sum(pair.why == RANDOM for pair in drawn)
    return [
        given.name,
        f"{sum(known)}, {len(known) - sum(known)}",
        verdicts[SAME],
        f"{verdicts[DIFFERENT]} ({random})",
        verdicts[KIND],
        len(found.pairs) - len(drawn),
    ]


def _areas(found: Measured) -> Iterator[str]:
    for cosines, same in (found.of(CHOOSE), found.of(JUDGE), found.of(JUDGE, near=True)):
        value, low = area(same, cosines.tolist())
        yield f"{value:.3f} ({low:.3f})"


def _thresholds(names: Sequence[str], found: Measured) -> Iterator[list[object]]:
    cosines, same = found.of(CHOOSE)
    chosen = calibrate(cosines, same)
    redundant, witness = interval(found)
    yield [*names, "redundant", redundant, judgement(found, chosen.redundant)]
    yield [*names, "witness", witness, judgement(found, chosen.witness)]
    yield [*names, "0.9 for all", "-", judgement(found, 0.9)]


def _above(
    name: str, centring: str, rows: LabelRows, pairs: Sequence[ClapPair]
) -> Iterator[list[object]]:
    found, everything = measured(rows, pairs), all_cosines(rows)
    for cosine in _RAW_COSINES if centring == "none" else _CENTRED_COSINES:
        above = [
            pair.verdict
            for pair, one in zip(found.pairs, found.cosines, strict=True)
            if one >= cosine
        ]
        total = int((everything >= cosine).sum())
        counts = [above.count(verdict) for verdict in VERDICTS]
        yield [name, centring, f"{cosine:.2f}", total, *counts, total - len(above)]


def _fewer(given: LabelRows, pairs: Sequence[ClapPair]) -> Iterator[list[object]]:
    rng = np.random.default_rng(0)
    for size in (one for one in _SIZES if one < len(given.labels)):
        figures = []
        for _ in range(_DRAWS):
            over = rng.choice(len(given.labels), size, replace=False)
            cosines, same = measured(given.centred(over), pairs).of(CHOOSE)
            chosen = calibrate(cosines, same)
            figures.append((area(same, cosines.tolist())[0], chosen.redundant, chosen.witness))
        low, high = np.min(figures, axis=0), np.max(figures, axis=0)
        spans = [
            f"{a:.{places}f} to {b:.{places}f}"
            for a, b, places in zip(low, high, (3, 2, 2), strict=True)
        ]
        yield [given.name, size, *spans]


def _product(lists: Sequence[LabelRows]) -> Iterator[str]:
    """What the procedures of the product say to an encoder of the rows, and what these lack."""
    yield from ("", "### What the product does with these rows", "")
    for given in lists:
        yield from _procedures(given)


def _procedures(given: LabelRows) -> Iterator[str]:
    encoder = LabelEncoder(given)
    context = Context(encoder)
    yield f"- {_answer(lambda: calibrated(context))}"
    yield f"- {_answer(lambda: learn_hearing(given.labels, {}, context, 0.5))}"
    silent = [word for listed in silent_words() for word in listed]
    words = [word for word in labelled_words() if encoder.knows(word.label)]
    heard = sum(word.audible for word in words)
    yield (
        f"- {given.name}: of {len(labelled_words())} labelled words {len(words)} have a row,"
        f" {heard} audible and {len(words) - heard} not; of {len(silent)} silent and abstract"
        f" words {sum(encoder.knows(word) for word in silent)}"
    )


def _answer(run: Callable[[], object]) -> str:
    try:
        return f"accepted: {run()}"
    except UsageError as error:
        return f"refused: {error}"


if __name__ == "__main__":
    sys.exit(main())
