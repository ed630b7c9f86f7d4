"""A comparison as tables of a paper: measures, what pairs share, and every task's scores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from concept_core.measures.vocabulary import VocabularyMeasures
from concept_core.tasks.scorecard import distinct_names
from vocab_builder.comparison.model import Comparison
from vocab_builder.comparison.scores import Scores
from vocab_builder.tables.paper import Cell, Number, PaperTable, label_of, number_or_dash
from vocab_builder.tables.scores import pairs_table, task_table


def comparison_tables(found: Comparison) -> tuple[PaperTable, ...]:
    """The measures of the vocabularies, what pairs share, and for each task scores and pairs."""
    names = _calls(found)
    tables = [_measures(found, names), _overlaps(found, names)]
    for scores in found.scores:
        calls = {row.name: names[row.name[0]] for row in scores.rows}
        tables.append(task_table(scores, calls))
        if scores.pairs:
            tables.append(pairs_table(scores, _told_apart(scores, calls)))
    return tuple(tables)


def _calls(found: Comparison) -> dict[str, str]:
    """What tables call each vocabulary, by its letter: two of one name are told apart."""
    names = distinct_names([(one.vocabulary, one.content_hash) for one in found.vocabularies])
    return {
        one.letter: f"{name} ({one.letter})" if names.count(name) > 1 else name
        for one, name in zip(found.vocabularies, names, strict=True)
    }


def _told_apart(scores: Scores, calls: Mapping[str, str]) -> dict[str, str]:
    """Names of cards for a pair: with their letter and number, where a vocabulary has several."""
    several = {name for name in calls if list(calls.values()).count(calls[name]) > 1}
    return {key: f"{name} ({key})" if key in several else name for key, name in calls.items()}


def _measures(found: Comparison, names: Mapping[str, str]) -> PaperTable:
    """A row a measure, a column a vocabulary."""
    rows: list[tuple[Cell, ...]] = [("concepts", *(one.size for one in found.vocabularies))]
    if found.near is not None:
        name = f"redundancy above {found.near:g}"
        rows.append((name, *(number_or_dash(one.redundancy) for one in found.vocabularies)))
    name = f"effective rank (of {found.encoder['dim']})"
    rows.append((name, *(Number(one.effective_rank, 1) for one in found.vocabularies)))
    measured = [one.measures for one in found.vocabularies if one.measures is not None]
    if len(measured) == len(found.vocabularies):
        rows += [
            (name, *(value(one) for one in measured)) for name, value in _rows(found, measured[0])
        ]
    reference = found.reference
    on = ""
    if reference is not None:
        on = f" on {reference['name']} ({reference['n']} {reference['kind']}, l0 {found.l0})"
    return PaperTable(
        label=label_of("vocabularies"),
        caption=f"Vocabularies measured{on} with {found.encoder['name']}.",
        columns=("measure", *(names[one.letter] for one in found.vocabularies)),
        rows=tuple(rows),
    )


def _rows(
    found: Comparison, first: VocabularyMeasures
) -> Iterator[tuple[str, Callable[[VocabularyMeasures], Cell]]]:
    """Name of each measure on the reference, and how it is had."""
    yield "coverage", lambda one: Number(one.coverage)
    yield "dead concepts", lambda one: Number(one.dead)
    least = "dead concepts, least possible"
    yield least, lambda one: Number(max(0.0, 1 - one.n * found.l0 / one.size))
    yield "grounding", lambda one: number_or_dash(one.grounding)
    yield "grounding, chance", lambda one: number_or_dash(one.grounding_chance)
    for place, point in enumerate(first.fidelity):
        at = f"at l0 {point.value:g}"
        yield f"centred cosine {at}", _fidelity(place, "centred_cosine")
        yield f"explained variance {at}", _fidelity(place, "explained_variance")
    for place, (k, _) in enumerate(first.named):
        yield f"class named by the first {k}", _named(place)


def _fidelity(place: int, name: str) -> Callable[[VocabularyMeasures], Cell]:
    return lambda one: number_or_dash(getattr(one.fidelity[place], name))


def _named(place: int) -> Callable[[VocabularyMeasures], Cell]:
    return lambda one: Number(one.named[place][1])


def _overlaps(found: Comparison, names: Mapping[str, str]) -> PaperTable:
    near = "" if found.near is None else f" (cosine above {found.near:g})"
    return PaperTable(
        label=label_of("overlap"),
        caption=f"What vocabularies share: labels, case ignored, with {found.encoder['name']}.",
        columns=("first", "second", "shared", "only first", "only second",
                 "near-duplicates among these"),
        rows=tuple(
            (names[one.first], names[one.second], one.shared, one.only_first, one.only_second,
             len(one.near))
            for one in found.overlaps
        ),
        notes=(f"Near-duplicates: pairs that the encoder can hardly tell apart{near}.",),
    )  # fmt: skip
