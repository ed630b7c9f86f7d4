"""Do prominent concepts carry an explanation? ``python -m benchmarks.faithfulness``.

Deletion and insertion by prominence against orders drawn at random, sufficiency, rank correlation
and stability, of the carried vocabularies on ESC-10's clips (folds 1-3) with yamnet-minilm, and of
192 class names on real CLAP rows of ESC-50 (folds 1-3), each beside random directions. Prints the
tables of docs/measures.md; ``--write docs/measures.md`` puts them onto the page. Needs the shared
data (``SONOLEX_SHARED``) and yamnet-minilm.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.clap_rows import DATASET, FOLDS, real_rows
from benchmarks.clap_tasks import vocabularies
from benchmarks.options import page_option, shared_option
from benchmarks.pages import rewritten, table
from benchmarks.tasks import named
from concept_core import load_encoder
from concept_core.bench.bench import Bench
from concept_core.decomposition.dictionary import Dictionary
from concept_core.decomposition.random_directions import random_atoms
from concept_core.encoders.base import unit
from concept_core.errors import SonolexError
from concept_core.files import write_text
from concept_core.releases.specifiers import load_vocabulary
from concept_core.tasks import faithfulness
from concept_core.tasks.request import TaskRequest
from concept_core.tasks.scorecard import Scorecard

LIMIT = 8
RELEASES = ("sonolex-core", "audioset", "captions", "wordnet", "ucs", "demo")
RANDOM = "random directions"

Figure = Mapping[str, Any]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.faithfulness", description=__doc__)
    shared_option(parser)
    page_option(parser)
    options = parser.parse_args(arguments)
    try:
        parts = {
            "faithfulness on ESC-10": list(tables(bundled(options.shared / "data"))),
            "faithfulness on real CLAP": list(tables(real_clap(options.shared))),
        }
        for name, lines in parts.items():
            print("\n".join((f"\n### {name}\n", *lines)))
        if options.write:
            page = options.write.read_text(encoding="utf-8")
            write_text(
                options.write,
                rewritten(page, {name: "\n".join(lines) for name, lines in parts.items()}),
            )
    except SonolexError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def bundled(data: Path) -> dict[str, Scorecard]:
    """The carried vocabularies on ESC-10, by name."""
    encoder = load_encoder("yamnet-minilm")
    bench = Bench(TaskRequest(faithfulness.NAME, "esc10", FOLDS), encoder, data / "esc10")
    cards = {card.specifier: card for card in bench.score_all(RELEASES, l0=LIMIT)}
    return {**cards, RANDOM: at_random(bench, len(load_vocabulary(RELEASES[0])))}


def real_clap(shared: Path) -> dict[str, Scorecard]:
    """The 192 class names on real CLAP rows, whole and without those of ESC-50, by name."""
    with real_rows(shared) as rows:
        bench = Bench(TaskRequest(faithfulness.NAME, DATASET, FOLDS), rows.encoder, rows.folder)
        words = vocabularies(rows)
        cards = {name: bench.score(one, l0=LIMIT) for name, one in words.items()}
        return {**cards, RANDOM: at_random(bench, len(rows.labels.rows))}


def at_random(bench: Bench, size: int) -> Scorecard:
    """The card of as many random directions, centred as a vocabulary's atoms are."""
    spec, dim = bench.data.items.encoder, bench.task.rows.shape[1]
    atoms = random_atoms(size, dim, bench.request.seed)
    nothing = named(RANDOM.replace(" ", "-"), [f"direction {place}" for place in range(size)])
    dictionary = Dictionary(
        unit(atoms - atoms.mean(axis=0)), tuple(nothing.labels), nothing.content_hash,
        spec.fingerprint,
    )  # fmt: skip
    return bench.score(nothing, dictionary, l0=LIMIT)


def tables(cards: Mapping[str, Scorecard]) -> Iterator[str]:
    """Curves, and then what a few concepts keep and how steady they are."""
    first = next(iter(cards.values()))
    yield f"{first.n} clips, at most {LIMIT} concepts each; the dense embeddings have an accuracy"
    yield f"of {first.main.dense:.3f}. Areas: by prominence / in random order, less that."
    yield ""
    head = ("", "accuracy", "deletion: accuracy", "deletion: cosine", "insertion: accuracy",
            "deletion from the embedding: accuracy")  # fmt: skip
    yield from table(head, [_curves(name, card) for name, card in cards.items()])
    yield ""
    few = ("", "sufficiency at 1", "at 3", "comprehensiveness at 1", "at 3",
           "rank correlation: cosine", "class")  # fmt: skip
    yield from table(few, [_few(name, card.details) for name, card in cards.items()])
    yield ""
    changes = list(first.details["stability"])
    yield from table(
        ("stability (of another clip)", *changes),
        [_steady(name, changes, card.details["stability"]) for name, card in cards.items()],
    )


def _curves(name: str, card: Scorecard) -> list[str]:
    curves = card.details["curves"]
    areas = [
        curves["explanation"]["deletion"]["accuracy"]["area"],
        curves["explanation"]["deletion"]["cosine"]["area"],
        curves["explanation"]["insertion"]["accuracy"]["area"],
        curves["embedding"]["deletion"]["accuracy"]["area"],
    ]
    return [name, f"{card.main.value:.3f}", *map(_less, areas)]


def _less(figure: Figure) -> str:
    low, high = figure["difference_interval"]
    return (
        f"{figure['value']:.3f} / {figure['chance']:.3f},"
        f" {figure['difference']:+.3f} [{low:+.3f}, {high:+.3f}]"
    )


def _few(name: str, details: Mapping[str, Any]) -> list[str]:
    kept = [details[of][k] for of in ("sufficiency", "comprehensiveness") for k in ("1", "3")]
    ranks = [details["rank_correlation"][of] for of in ("cosine", "class")]
    return [name, *map(_beside, kept), *(_spanned(one) for one in ranks)]


def _steady(name: str, changes: Sequence[str], found: Mapping[str, Figure]) -> list[str]:
    # Random directions are no words: they have no wordings.
    return [name, *(_beside(found[one]) if one in found else "-" for one in changes)]


def _beside(figure: Figure) -> str:
    return f"{_spanned(figure)} ({figure['chance']:.3f})"


def _spanned(figure: Figure) -> str:
    low, high = figure["interval"]
    return f"{figure['value']:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    sys.exit(main())
