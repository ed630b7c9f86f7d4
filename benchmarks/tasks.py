"""What vocabularies keep of every task, on real clips: ``python -m benchmarks.tasks``.

Prints the tables of docs/results.md: the newest releases, SpLiCE's list, the class names themselves
and random WordNet nouns on ESC-10's clips (folds 1-3) at several limits, beside dense; then
captions that find captions; and first what is to be remembered of them. ``--write
docs/results.md`` puts them onto the page; ``--learned METHOD`` adds a column of learned directions,
and how many the clips to learn from allow. Needs the shared data (``SONOLEX_SHARED``),
yamnet-minilm and WordNet.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.options import page_option, shared_option
from benchmarks.pages import rewritten
from concept_core import load_encoder
from concept_core.bench.bench import Bench, Data
from concept_core.datasets import DATASETS
from concept_core.datasets.caption_files import read_caption_file
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.learned import METHODS
from concept_core.encoders.base import Encoder
from concept_core.errors import SonolexError
from concept_core.files import write_text
from concept_core.releases.specifiers import assign_ids, load_vocabulary
from concept_core.releases.versions import UNRELEASED
from concept_core.resources import wordnet_reader
from concept_core.tasks.paired import Paired, compare_cards, holm
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard
from concept_core.vocabulary import Concept, Vocabulary

FOLDS = ("1", "2", "3")
LIMITS = (5, 10, 20)
FIRST = "sonolex-core"
"""The vocabulary that the others are tested against."""

RELEASES = (FIRST, "audioset", "captions", "wordnet", "ucs")
_SIZE = 2000
_SHOTS = (5,)
_SEED = 0
_SHORT = 10
"""The limit that the first lines of the page are about."""

IN_SHORT = "in short"
NAMES = (
    *("zero-shot, 10 names", "zero-shot, 50 names", "5-shot", "linear probe", "projected"),
    "captions",
)
"""Of the tasks, as the marks of docs/results.md call them."""

_LEVEL = 0.05

Vocabularies = Sequence[tuple[Vocabulary, Dictionary]]
Cards = Mapping[int, Sequence[Scorecard]]
"""By limit, a card a vocabulary."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.tasks", description=__doc__)
    parser.add_argument("--encoder", default="yamnet-minilm")
    shared_option(parser)
    parser.add_argument(
        "--learned", choices=METHODS, action="append", default=[], help="a column of these"
    )
    page_option(parser)
    options = parser.parse_args(arguments)
    data = options.shared / "data"
    try:
        encoder = load_encoder(options.encoder)
        vocabularies = [(one, Dictionary.build(one, encoder)) for one in compared(data)]
        found: dict[str, Cards] = {}
        for name, bench in benches(data, encoder, tuple(options.learned)):
            found[name] = scored(bench, vocabularies)
            print("\n".join((f"### {name}\n", *tables(found[name]))), flush=True)
        print("\n".join((f"### {IN_SHORT}\n", *in_short(found))))
        if options.write:
            parts = {IN_SHORT: in_short(found), **{name: tables(of) for name, of in found.items()}}
            texts = {name: "\n".join(lines).strip("\n") for name, lines in parts.items()}
            write_text(options.write, rewritten(options.write.read_text("utf-8"), texts))
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def benches(
    data: Path, encoder: Encoder, learned: tuple[str, ...] = ()
) -> Iterator[tuple[str, Bench]]:
    """The tasks on the clips of ESC-10, embedded once for each list of names; and on captions."""

    def ready(task: str, over: Data, **request: Any) -> Bench:
        asked = TaskRequest(task, "esc10", FOLDS, seed=_SEED, learned=learned, **request)
        return Bench(asked, encoder, over)

    def found() -> Iterator[Bench]:
        first = ready("zero-shot", data / "esc10")
        own = first.data
        yield first
        yield ready("zero-shot", data / "esc10", classes=DATASETS["esc50"].classes)
        yield ready("few-shot", own, shots=_SHOTS)
        yield ready("linear-probe", own)
        yield ready("finetuned", own)
        file = read_caption_file(data / "clotho" / "clotho_captions_development.csv")
        yield Bench(TaskRequest("retrieval", "captions", learned=learned), encoder, file)

    yield from zip(NAMES, found(), strict=True)


def scored(bench: Bench, vocabularies: Vocabularies) -> Cards:
    """Every vocabulary at every limit."""
    return {limit: [bench.score(*pair, l0=limit) for pair in vocabularies] for limit in LIMITS}


def tables(cards: Cards) -> list[str]:
    """The lines of one task: a table a limit."""
    return "\n".join(table(limit, of_limit) for limit, of_limit in cards.items()).split("\n")


def in_short(found: Mapping[str, Cards]) -> list[str]:
    """What is to be remembered: a line a task."""
    lines = [
        f"At most {_SHORT} concepts a clip; *less dense* has its 95 % interval in brackets:",
        "",
    ]
    for name, cards in found.items():
        first, *others = cards[_SHORT]
        own = [one.main.value for one in others if one.vocabulary["id"] in RELEASES]
        lists = "; ".join(
            f"`{one.vocabulary['id']}` {one.main.value:.3f}"
            for one in others
            if one.vocabulary["id"] not in RELEASES
        )
        main = first.main
        lines.append(
            f"- **{name}**: `{FIRST}` {main.value:.3f}, dense {main.dense:.3f} (less dense"
            f" {_signed(main.value - main.dense, main.difference_interval)}), the other releases"
            f" {min(own):.3f} to {max(own):.3f}; {lists}; random directions {main.random:.3f}."
            f" Different from `{FIRST}` (p < .05): {_different(cards[_SHORT])}."
        )
    return lines


def _different(cards: Sequence[Scorecard]) -> str:
    """The vocabularies that are told from the first, after Holm's correction."""
    names = [
        f"`{card.vocabulary['id']}`"
        for card, (_, p) in zip(cards[1:], _beside_first(cards), strict=True)
        if p < _LEVEL
    ]
    return ", ".join(names) or "none"


def _beside_first(cards: Sequence[Scorecard]) -> list[tuple[Paired, float]]:
    """Every other card against the first: the pair, and its p-value by Holm over all of them."""
    first, *others = [card.to_dict() for card in cards]
    pairs = [compare_cards(one, first) for one in others]
    return list(zip(pairs, holm([pair.p for pair in pairs]), strict=True))


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
    beside = ["- | -"] + [
        f"{_signed(pair.difference, pair.interval)} | {_p(p)}" for pair, p in _beside_first(cards)
    ]
    for card, last in zip(cards, beside, strict=True):
        one = card.main
        lines.append(
            f"| {_name(card)} | {card.vocabulary['size']} | {one.value:.3f}"
            f" [{one.interval[0]:.3f}, {one.interval[1]:.3f}] |"
            f" {_signed(one.value - one.dense, one.difference_interval)} | {one.random:.3f}"
            f" |{''.join(_learned(card, method) for method in learned)} {last} |"
        )
    return "\n".join([*lines, *_plain(cards)]) + "\n"


def _learned(card: Scorecard, method: str) -> str:
    """The figure of learned directions, and how many; a dash where nothing could be learned."""
    one = card.baselines[method]
    return f" {one.values[card.main_metric]:.3f} ({one.size}) |" if one.values else " - |"


def _name(card: Scorecard) -> str:
    """A release with its version, a list by its name alone."""
    return card.specifier.removesuffix(f"@{UNRELEASED}")


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
        lines.append(f"| {_name(card)} | {cells[0]} | {cells[1]} |")
    return lines


def compared(data: Path) -> list[Vocabulary]:
    """What is compared, the releases first."""
    laion = load_vocabulary(data / "splice_vocab" / "laion.txt", order="ascending")
    return [
        *(load_vocabulary(name) for name in RELEASES),
        named("splice-laion", laion.labels[:_SIZE]),
        named("class-names", DATASETS["esc50"].classes),
        named("random-nouns", random_nouns(_SIZE, _SEED)),
    ]


def random_nouns(size: int, seed: int) -> list[str]:
    """So many of WordNet's nouns of one word, in small letters, drawn at random."""
    wordnet = wordnet_reader()
    nouns = sorted({name for name in wordnet.all_lemma_names("n") if name.isalpha()})
    chosen = np.random.default_rng(seed).choice(len(nouns), size, replace=False)
    return [nouns[place] for place in chosen]


def named(name: str, labels: Sequence[str]) -> Vocabulary:
    """A vocabulary of these labels."""
    ids = assign_ids(labels)
    concepts = [Concept(one, label, "word", 0) for one, label in zip(ids, labels, strict=True)]
    return Vocabulary(name, UNRELEASED, tuple(concepts), {"licence": "not stated"})


def _signed(value: float, interval: tuple[float, float]) -> str:
    return f"{value:+.3f} [{interval[0]:+.3f}, {interval[1]:+.3f}]"


if __name__ == "__main__":
    sys.exit(main())
