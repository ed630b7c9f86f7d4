"""Audibility: does the word name something that can be heard?

Audible is what a person would type into the search field of a sound library: sources and events,
places, materials, machines and qualities of sound. Measures on the embedding compare a word with
examples, words that name sounds; with silent words, those of ``data/audibility/silent.txt`` and of
the stop list ``abstract``; and with hand-labelled words. A logistic regression on the measures
gives the probability that a word is audible. It is fitted, in the space of whatever encoder is at
hand, on one half of the labelled ``data/audibility/words.csv``; the other half, which is used for
nothing else, judges it (``python -m benchmarks.audibility``).
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from concept_core.errors import DataError, UsageError
from concept_core.files import package_folder
from vocab_builder.filters.base import source_names
from vocab_builder.filters.judging import CHOOSE, JUDGE, half_of, judged, need_rows, refuse_chance
from vocab_builder.stages.candidates import Candidate, Drop, Judged, Outcome, Score
from vocab_builder.stages.context import Context
from vocab_builder.words.form_rules import SnowballForms
from vocab_builder.words.lists import read_lists, read_words
from vocab_builder.words.normal_form import split_words

FloatArray = NDArray[np.float64]
Embed = Callable[[Sequence[str]], NDArray[np.float32]]

MEASURES = (
    "nearest example", "10 examples", "10 silent", "10 abstract", "10 labelled audible",
    "10 labelled not", "is an example", "share of words that are", "log count",
)  # fmt: skip
# How many of them, from the first, are cosines.
COSINES = 6
_NEAR = 10
_ROWS = 2048
_CONSTANT = 1e-9
_INSTEAD = "leave the filter out"


@dataclass(frozen=True, slots=True)
class Audibility:
    """Drop a candidate that probably names nothing one can hear.

    The score is the probability of ``fit_hearing``: words near to known words of sound, and far
    from silent ones, are audible. It is measured to many words, and no one of them is its twin.

    Attributes
    ----------
    anchors : tuple of str
        Names of sources whose words are audible by authority, such as AudioSet's classes: they
        are examples, and stay whatever their score.
    examples : tuple of str
        Names of further sources whose words mostly name sounds: measured from, and judged, each
        by the others.
    threshold : float
        Least probability, in [0, 1].
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    anchors: tuple[str, ...] = source_names(())
    examples: tuple[str, ...] = source_names(())
    threshold: float = 0.5

    def __post_init__(self) -> None:
        if not 0 <= self.threshold <= 1:
            raise UsageError(f"audibility: threshold {self.threshold} is not in [0, 1]")
        if not (self.anchors or self.examples):
            raise UsageError(
                'audibility: name sources whose words are sounds, such as anchors = ["audioset"]'
            )

    def __call__(self, candidates: Sequence[Candidate], context: Context) -> Outcome:
        """Reason: not-audible. Says how good the judgement is with this encoder.

        Raises
        ------
        DataError
            Too few candidates are examples.
        UsageError
            With this encoder it is no better than chance on words that it did not learn from.
        """
        named = (*self.anchors, *self.examples)
        examples = [candidate.label for candidate in candidates if candidate.seen_in(named)]
        if len(examples) < 2:
            raise DataError(
                f"audibility: fewer than two candidates have evidence in {', '.join(named)}; name a"
                " [[source]] of the recipe whose words are sounds"
            )
        counts = {candidate.label: candidate.count for candidate in candidates}
        hearing, figure = learn_hearing(examples, counts, context, self.threshold)
        context.say(f"  {figure}")
        chances = hearing.probability(measure(list(counts), examples, counts, context.embed))
        kept: list[Candidate] = []
        dropped: list[Drop] = []
        for candidate, chance in zip(candidates, chances.tolist(), strict=True):
            # Rounded: the last bits of a product differ between machines, a build must not.
            score = round(chance, 6)
            if score >= self.threshold or candidate.seen_in(self.anchors):
                kept.append(candidate.scored(Score("audibility", score, self.threshold)))
            else:
                drop = Drop(candidate, "audibility", "not-audible", score, self.threshold)
                dropped.append(drop)
        return Outcome(tuple(kept), tuple(dropped), judged=(figure,))


@dataclass(frozen=True, slots=True)
class LabelledWord:
    """A word with a person's answer to: would one type it into the search of a sound library?

    Attributes
    ----------
    label : str
    audible : bool
    drawn : str
        From where: a row of ``data/audibility/strata.csv``.
    weight : float
        How many words it stands for: those of its stratum by those drawn from it.
    """

    label: str
    audible: bool
    drawn: str
    weight: float = 1.0

    @property
    def half(self) -> str:
        """``choose`` or ``judge``, by the parity of the sha256 of the label."""
        return half_of(self.label)


def labelled_words() -> tuple[LabelledWord, ...]:
    """The hand-labelled words, by label.

    Of a stratum without a population, which the filter is rarely given, each word stands for
    itself.
    """
    rows = _rows("words.csv")
    drawn = Counter(row["drawn"] for row in rows)
    weights = {
        row["drawn"]: int(row["population"] or drawn[row["drawn"]]) / drawn[row["drawn"]]
        for row in _rows("strata.csv")
    }
    return tuple(
        LabelledWord(row["label"], row["audible"] == "1", row["drawn"], weights[row["drawn"]])
        for row in rows
    )


def _rows(name: str) -> list[dict[str, str]]:
    path = package_folder("data") / "audibility" / name
    with open(path, encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def silent_words() -> tuple[list[str], list[str]]:
    """Words that name nothing audible, sorted: things and qualities, and talk about sound."""
    silent = read_words(package_folder("data") / "audibility" / "silent.txt")
    return sorted(silent), sorted(read_lists(["abstract"]))


def measure(
    labels: Sequence[str], examples: Sequence[str], counts: Mapping[str, int], embed: Embed
) -> FloatArray:
    """How near labels are to what one hears and to what one does not.

    A label is never compared with itself, so that an example, and a labelled word, is measured by
    the others. Of the labelled words only the half ``choose`` is compared with.

    Parameters
    ----------
    labels : sequence of n str
    examples : sequence of str
        At least two words that name sounds.
    counts : mapping of str to int
        How often sources name a label.
    embed : callable
        From m texts to (m, dim) unit rows.

    Returns
    -------
    (n, 9) float64
        Columns as in ``MEASURES``: the best cosine to an example, the mean of the ten best, the
        same for silent and for abstract words and for labelled words of both kinds, 1 where the
        label itself is an example, the share of its words that are examples in some form (both of
        "bell ringing"), and the logarithm of how often sources name it; of labels that none names,
        the mean of the others.
    """
    atoms = embed(labels)
    learned = [word for word in labelled_words() if word.half == CHOOSE]
    audible = [word.label for word in learned if word.audible]
    others = [word.label for word in learned if not word.audible]
    best, heard = _near(labels, atoms, examples, embed)
    means = [_near(labels, atoms, one, embed)[1] for one in (*silent_words(), audible, others)]
    named = set(examples)
    known = [float(label in named) for label in labels]
    shares = _word_shares(labels, examples)
    logs = _log_counts(labels, counts)
    return np.column_stack([best, heard, *means, known, shares, logs])


@dataclass(frozen=True, slots=True)
class Hearing:
    """A fitted judgement: standardised measures, weighted."""

    mean: FloatArray
    scale: FloatArray
    weights: FloatArray
    bias: float

    def probability(self, values: FloatArray) -> FloatArray:
        """(n, k) measures to (n,) probabilities that the words are audible."""
        logits = ((values - self.mean) / self.scale) @ self.weights + self.bias
        return np.asarray(1 / (1 + np.exp(-logits)))


def fit_hearing(words: Sequence[LabelledWord], values: FloatArray) -> Hearing:
    """Learn from labelled words and their measures, of shape (n, k)."""
    from sklearn.linear_model import LogisticRegression

    mean, scale = values.mean(axis=0), values.std(axis=0)
    # What is the same for all labelled words says nothing, however far a candidate is from it.
    scale[scale < _CONSTANT] = np.inf
    model = LogisticRegression().fit(
        (values - mean) / scale,
        [word.audible for word in words],
        sample_weight=[word.weight for word in words],
    )
    return Hearing(mean, scale, model.coef_[0], float(model.intercept_[0]))


def learn_hearing(
    examples: Sequence[str], counts: Mapping[str, int], context: Context, threshold: float
) -> tuple[Hearing, Judged]:
    """Learn from the half ``choose`` of the labelled words; the half ``judge`` says how well.

    Raises
    ------
    UsageError
        The encoder lacks rows for the words, is no better than chance, or the cosines alone are
        not: counts and forms of words, which need no encoder, would then decide.
    """
    words = [word.label for word in labelled_words()]
    need_rows(
        context,
        [*words, *(word for listed in silent_words() for word in listed)],
        stage="audibility",
        cases="labelled and silent words of data/audibility and data/stop",
        instead=_INSTEAD,
    )
    halves = {half: [w for w in labelled_words() if w.half == half] for half in (CHOOSE, JUDGE)}
    learned, unseen = (
        measure([word.label for word in words], examples, counts, context.embed)
        for words in halves.values()
    )
    truth = [word.audible for word in halves[JUDGE]]

    def judge(hearing: Hearing, columns: int, cases: str) -> Judged:
        chances = hearing.probability(unseen[:, :columns]).tolist()
        name = context.encoder_name
        figure = judged("audibility", name, truth, chances, cases=cases, threshold=threshold)
        refuse_chance(figure, _INSTEAD)
        return figure

    cosines = fit_hearing(halves[CHOOSE], learned[:, :COSINES])
    judge(cosines, COSINES, "words, by cosines alone")
    hearing = fit_hearing(halves[CHOOSE], learned)
    return hearing, judge(hearing, len(MEASURES), "words")


def _word_shares(labels: Sequence[str], examples: Sequence[str]) -> list[float]:
    """Of each label the share of words that are a form of an example of one word, but not of it."""
    stem = SnowballForms().word
    single: dict[str, set[str]] = {}
    for example in examples:
        if len(split_words(example)) == 1:
            single.setdefault(stem(example), set()).add(example)
    return [
        float(np.mean([bool(single.get(stem(word), set()) - {label}) for word in words]))
        for label, words in ((label, split_words(label)) for label in labels)
    ]


def _log_counts(labels: Sequence[str], counts: Mapping[str, int]) -> FloatArray:
    logs = np.array([np.log1p(counts[label]) if label in counts else np.nan for label in labels])
    known = logs[~np.isnan(logs)]
    return np.where(np.isnan(logs), known.mean() if len(known) else 0.0, logs)


def _near(
    labels: Sequence[str], atoms: NDArray[np.float32], anchors: Sequence[str], embed: Embed
) -> tuple[FloatArray, FloatArray]:
    """Best cosine to an anchor, and the mean over the nearest ten."""
    rows = embed(anchors)
    place = {anchor: column for column, anchor in enumerate(anchors)}
    best = np.empty(len(labels))
    mean = np.empty(len(labels))
    count = min(_NEAR, len(anchors) - 1)
    for start in range(0, len(labels), _ROWS):
        cosines = (atoms[start : start + _ROWS] @ rows.T).astype(np.float64)
        for row, label in enumerate(labels[start : start + _ROWS]):
            if label in place:
                cosines[row, place[label]] = -1.0
        stop = start + len(cosines)
        best[start:stop] = cosines.max(axis=1)
        mean[start:stop] = np.partition(cosines, -count, axis=1)[:, -count:].mean(axis=1)
    return best, mean
