"""What vocabularies keep of every task, on real clips: ``python -m benchmarks.tasks``.

Prints the tables of docs/results.md: the four releases, SpLiCE's list, the class names themselves
and random WordNet nouns on ESC-10's clips (folds 1-3) at several limits, beside dense; then
captions that find captions. ``--learned METHOD`` adds a column of learned directions, and how many
the clips to learn from allow. Needs the shared data (``SONOLEX_SHARED``), yamnet-minilm, WordNet.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from concept_core import load_encoder
from concept_core.bench.bench import Bench, Data
from concept_core.datasets import DATASETS
from concept_core.datasets.caption_files import read_caption_file
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.learned import METHODS
from concept_core.encoders.base import Encoder
from concept_core.releases.specifiers import assign_ids, load_vocabulary
from concept_core.resources import require_nltk
from concept_core.tasks.paired import compare_cards, holm
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard
from concept_core.vocabulary import Concept, Vocabulary

FOLDS = ("1", "2", "3")
LIMITS = (5, 10, 20)
FIRST = "sonolex-core"
"""The vocabulary that the others are tested against."""

# Those that docs/results.md is about.
_RELEASES = (f"{FIRST}@0.1.1", "audioset@0.1.1", "captions@0.1.1", "wordnet@0.1.1")
_SIZE = 2000
_SHOTS = (5,)
_SEED = 0

Vocabularies = Sequence[tuple[Vocabulary, Dictionary]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.tasks", description=__doc__)
    parser.add_argument("--encoder", default="yamnet-minilm")
    parser.add_argument(
        "--shared", type=Path, default=Path(os.environ.get("SONOLEX_SHARED", "../shared"))
    )
    parser.add_argument(
        "--learned", choices=METHODS, action="append", default=[], help="a column of these"
    )
    options = parser.parse_args(arguments)
    data = options.shared / "data"
    encoder = load_encoder(options.encoder)
    vocabularies = [(one, Dictionary.build(one, encoder)) for one in compared(data)]
    for title, bench in benches(data, encoder, tuple(options.learned)):
        report(title, bench, vocabularies)
    return 0


def benches(
    data: Path, encoder: Encoder, learned: tuple[str, ...] = ()
) -> Iterator[tuple[str, Bench]]:
    """The tasks on the clips of ESC-10, embedded once for each list of names; and on captions."""

    def ready(task: str, over: Data, **request: Any) -> Bench:
        asked = TaskRequest(task, "esc10", FOLDS, seed=_SEED, learned=learned, **request)
        return Bench(asked, encoder, over)

    first = ready("zero-shot", data / "esc10")
    own = first.data
    yield "Zero-shot among the 10 names", first
    fifty = ready("zero-shot", data / "esc10", classes=DATASETS["esc50"].classes)
    yield "Zero-shot among the 50 names of ESC-50", fifty
    yield "5-shot, ten draws", ready("few-shot", own, shots=_SHOTS)
    yield "Linear probe, two folds train, the third tests, in turn", ready("linear-probe", own)
    yield "Projected, two folds train, the third tests, in turn", ready("finetuned", own)
    file = read_caption_file(data / "clotho" / "clotho_captions_development.csv")
    title = f"Captions find captions: Clotho development, {len(file.clips)} clips, nothing heard"
    yield title, Bench(TaskRequest("retrieval", "captions", learned=learned), encoder, file)


def report(title: str, bench: Bench, vocabularies: Vocabularies) -> None:
    """Score every vocabulary at every limit, and print the table."""
    print(f"\n### {title}\n")
    for limit in LIMITS:
        cards = [bench.score(*pair, l0=limit) for pair in vocabularies]
        print(table(limit, cards))


def table(limit: int, cards: Sequence[Scorecard]) -> str:
    """One limit as Markdown; p-values hold for all comparisons with the first of this table."""
    first = cards[0].main
    learned = tuple(cards[0].baselines)
    heads = "".join(f" {method} |" for method in learned)
    lines = [
        f"l0 {limit}, {cards[0].main_metric}: dense {first.dense:.3f}"
        f" [{first.dense_interval[0]:.3f}, {first.dense_interval[1]:.3f}], mean-only baseline"
        f" {first.mean_only:.3f}\n",
        f"| vocabulary | K | value | less dense | random directions |{heads} less {FIRST}"
        " | p (Holm) |",
        "|---|---|---|---|---|---|---|" + "---|" * len(learned),
    ]
    dicts = [card.to_dict() for card in cards]
    pairs = [compare_cards(one, dicts[0]) for one in dicts[1:]]
    p_values = holm([pair.p for pair in pairs])
    beside = ["- | -"] + [
        f"{_signed(pair.difference, pair.interval)} | {_p(p)}"
        for pair, p in zip(pairs, p_values, strict=True)
    ]
    for card, last in zip(cards, beside, strict=True):
        one = card.main
        lines.append(
            f"| {card.vocabulary['id']} | {card.vocabulary['size']} | {one.value:.3f}"
            f" [{one.interval[0]:.3f}, {one.interval[1]:.3f}] |"
            f" {_signed(one.value - one.dense, one.difference_interval)} | {one.random:.3f}"
            f" |{''.join(_learned(card, method) for method in learned)} {last} |"
        )
    return "\n".join([*lines, *_plain(cards)]) + "\n"


def _learned(card: Scorecard, method: str) -> str:
    """The figure of learned directions, and how many; a dash where nothing could be learned."""
    one = card.baselines[method]
    return f" {one.values[card.main_metric]:.3f} ({one.size}) |" if one.values else " - |"


def _p(value: float) -> str:
    return f"{value:.4f}" if value >= 1e-4 else "< .0001"


def _plain(cards: Sequence[Scorecard]) -> list[str]:
    """Of the projected task: its figures less those without the projection."""
    if "zero_shot" not in cards[0].details:
        return []
    lines = ["", "| projected less zero-shot | concepts | dense |", "|---|---|---|"]
    for card in cards:
        systems = [card.details["zero_shot"][system] for system in ("concepts", "dense")]
        cells = [_signed(one["difference"], one["difference_interval"]) for one in systems]
        lines.append(f"| {card.vocabulary['id']} | {cells[0]} | {cells[1]} |")
    return lines


def compared(data: Path) -> list[Vocabulary]:
    """What is compared, the releases first."""
    laion = load_vocabulary(data / "splice_vocab" / "laion.txt", order="ascending")
    return [
        *(load_vocabulary(name) for name in _RELEASES),
        named("splice-laion", laion.labels[:_SIZE]),
        named("class-names", DATASETS["esc50"].classes),
        named("random-nouns", random_nouns(_SIZE, _SEED)),
    ]


def random_nouns(size: int, seed: int) -> list[str]:
    """So many of WordNet's nouns of one word, in small letters, drawn at random."""
    require_nltk("wordnet")
    from nltk.corpus import wordnet

    nouns = sorted({name for name in wordnet.all_lemma_names("n") if name.isalpha()})
    chosen = np.random.default_rng(seed).choice(len(nouns), size, replace=False)
    return [nouns[place] for place in chosen]


def named(name: str, labels: Sequence[str]) -> Vocabulary:
    """A vocabulary of these labels."""
    ids = assign_ids(labels)
    concepts = [Concept(one, label, "word", 0) for one, label in zip(ids, labels, strict=True)]
    return Vocabulary(name, "unreleased", tuple(concepts), {"licence": "not stated"})


def _signed(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.3f} [{interval[0]:+.3f}, {interval[1]:+.3f}]"


if __name__ == "__main__":
    sys.exit(main())
