"""Scorecards as tables of a paper: value, what it loses to dense, and what it must beat."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from concept_core.tasks.intervals import LEVEL
from concept_core.tasks.paired import holm, names_of
from concept_core.tasks.scorecard import NO_MISSES, has_misses
from vocab_builder.comparison.scores import ScoredVocabulary, Scores, score_group
from vocab_builder.tables.notes import made_with, reading, sentence
from vocab_builder.tables.paper import Cell, Number, PaperTable, PValue, label_of, number_or_dash

Card = Mapping[str, Any]

_ABOUT = {
    "random": "as many random directions at the same sparsity, mean and standard deviation over"
    " draws",
    "mean only": "every clip as the mean of all",
}
_DASH = "A dash: no class, as no concept was found."
_LEARNED = "directions learned from clips that are not scored, at the same sparsity"
LESS_DENSE = (
    "Less dense: the value less that of the dense embeddings, paired by clip; retention: the value"
    " over it."
)
TESTS = {"mcnemar": "McNemar's exact test", "sign-flip": "random sign flips"}
"""What paired tests are called below a table."""


def score_tables(cards: Sequence[Card], *, misses: bool = False) -> tuple[PaperTable, ...]:
    """Cards of one task: the main metric, the other metrics, faithfulness, and paired differences.

    Parameters
    ----------
    cards : sequence of mapping
        As ``Scorecard.to_dict`` gives them, at least one.
    misses : bool
        A table of the clips that are not recognised too.

    Raises
    ------
    DataError
        The cards are not of the same clips and task.
    """
    # By number: a vocabulary given twice has one name.
    keys, seed = [str(place) for place in range(len(cards))], cards[0]["seed"]
    calls = dict(zip(keys, names_of(cards), strict=True))
    main = score_group(cards, keys, seed=seed)
    others = _one_family(
        score_group(cards, keys, metric=metric, seed=seed)
        for metric in cards[0]["metrics"]
        if metric != main.metric
    )
    table = task_table(main, calls, more=reading(cards[0]))
    tables = [replace(table, notes=(*table.notes, *made_with(cards, calls.values())))]
    if others:
        tables.append(_others(others, calls, about(main)))
    tables += _faithfulness(cards, list(calls.values()), about(main))
    if main.pairs:
        tables.append(pairs_table(main, calls))
    if misses:
        tables.append(_misses(cards, list(calls.values()), about(main)))
    return tuple(tables)


def _one_family(found: Iterable[Scores]) -> list[Scores]:
    """Scores of one table, their p-values adjusted over all of it: against dense, and of pairs."""
    scores = list(found)
    dense = iter(holm([test.p for one in scores for test in one.against_dense]))
    pairs = iter(holm([pair.p for one in scores for pair in one.pairs]))
    return [
        replace(
            one,
            against_dense=tuple(replace(test, p_holm=next(dense)) for test in one.against_dense),
            pairs=tuple(replace(pair, p_holm=next(pairs)) for pair in one.pairs),
        )
        for one in scores
    ]


def task_table(found: Scores, calls: Mapping[str, str], *, more: Iterable[str] = ()) -> PaperTable:
    """One metric of a task: a row for the dense embeddings, and one for each vocabulary.

    Parameters
    ----------
    found : Scores
    calls : mapping of str to str
        From the names of the rows to what the table calls them.
    more : iterable of str
        What else is to be known.
    """
    encoders = len({row.encoder for row in found.rows}) > 1
    settings = len({_setting(row) for row in found.rows}) > 1
    baselines = _baseline_names(found.rows)
    columns = (
        "vocabulary", "concepts", *(["encoder"] if encoders else []),
        *(["sparsity"] if settings else []), "mean l0", found.metric, "less dense", "retention",
        *baselines, "names",
    )  # fmt: skip
    best = _best(found)
    rows = [_dense(row, found.metric, several=encoders) for row in _densest(found.rows)]
    rows += [_cells(row, found, calls[row.name], best.get(row.name)) for row in found.rows]
    return PaperTable(
        label=label_of(found.task, found.dataset, found.metric),
        caption=f"{found.task.capitalize()} {found.metric} on {about(found)}.",
        columns=columns,
        rows=tuple(tuple(cells.get(column) for column in columns) for cells in rows),
        notes=(*map(sentence, more), *_notes(found, baselines)),
    )


def pairs_table(found: Scores, calls: Mapping[str, str]) -> PaperTable:
    """Every pair of a task: its difference on the same clips, and whether that is told from 0."""
    return PaperTable(
        label=label_of(found.task, found.dataset, "pairs"),
        caption=f"{found.task.capitalize()}, paired differences on {about(found)}.",
        columns=("first", "second", "metric", "difference", "p (Holm)", "test", "sparsity"),
        rows=tuple(
            (
                calls[pair.first],
                calls[pair.second],
                pair.metric,
                Number(pair.difference, signed=True, interval=pair.interval, p=pair.p_holm),
                PValue(pair.p_holm),
                pair.test,
                "equal" if pair.equal_sparsity else "not equal",
            )
            for pair in found.pairs
        ),
        notes=(
            brackets(found.resampled, found.resampled_by),
            f"Bold: p < .05, by Holm over {_count(found.pairs, 'pair')}.",
        ),
    )


def about(found: Scores) -> str:
    """Data set, folds, clips, names, encoder and sparsity, as captions have them."""
    encoders = ", ".join(dict.fromkeys(row.encoder_name for row in found.rows))
    settings = list(dict.fromkeys(map(_in_words, found.rows)))
    sparsity = f", {settings[0]}" if len(settings) == 1 else ""
    clips = where(
        {"dataset": found.dataset, "folds": found.folds, "n": found.n,
         "classes": range(found.classes)}
    )  # fmt: skip
    return f"{clips} with {encoders}{sparsity}"


def where(about: Mapping[str, Any]) -> str:
    """Data set, folds, clips and names: of a card, or ``about`` of a sweep."""
    folds = ", ".join(map(str, about["folds"]))
    several = "fold" if len(about["folds"]) == 1 else "folds"
    shown = f"{several} {folds}; " if about["dataset"] != "captions" else ""
    names = f" among {len(about['classes'])} names" if about["classes"] else ""
    return f"{about['dataset']} ({shown}{about['n']} clips{names})"


def _in_words(row: ScoredVocabulary) -> str:
    if row.mode == "l0":
        concepts = "concept" if row.setting == 1 else "concepts"
        return f"at most {row.setting:g} {concepts} a clip (l0 {row.setting:g})"
    if row.mean_l0 is not None:
        return f"penalties for a mean of {row.mean_l0:g} concepts a clip (l0 {row.mean_l0:g})"
    return f"penalty l1 {row.setting:.4g}"


def _setting(row: ScoredVocabulary) -> str:
    if row.mode == "l0":
        return f"l0 {row.setting:g}"
    return (
        f"l1 {row.setting:.4g}" if row.mean_l0 is None else f"l1 for a mean l0 of {row.mean_l0:g}"
    )


def _densest(rows: Sequence[ScoredVocabulary]) -> list[ScoredVocabulary]:
    """A row for each dense figure: one, unless encoders differ."""
    return list({(row.encoder, row.dense): row for row in reversed(rows)}.values())[::-1]


def _dense(row: ScoredVocabulary, metric: str, *, several: bool) -> dict[str, Cell]:
    return {
        "vocabulary": "dense embeddings",
        metric: Number(row.dense, interval=row.dense_interval),
        **({"encoder": row.encoder_name} if several else {}),
    }


def _cells(row: ScoredVocabulary, found: Scores, name: str, p: float | None) -> dict[str, Cell]:
    """All that a row may show, by column; ``p`` is of the best against the next best."""
    return {
        "vocabulary": name,
        "concepts": row.size,
        "encoder": row.encoder_name,
        "sparsity": _setting(row),
        "mean l0": Number(row.l0_mean, 1),
        found.metric: Number(row.value, interval=row.interval, p=p),
        "less dense": _less_dense(row, found),
        "retention": number_or_dash(row.retention),
        **_baselines(row),
        "names": row.names,
    }


def _less_dense(row: ScoredVocabulary, found: Scores) -> Number:
    tests = {one.name: one.p_holm for one in found.against_dense}
    return Number(
        row.value - row.dense, signed=True, interval=row.difference_interval, p=tests.get(row.name)
    )


def _best(found: Scores) -> dict[str, float]:
    """The p-value of the best against the next best, by the name of the best; {} without a test."""
    ranked = sorted(found.rows, key=lambda row: -row.value)
    if len(ranked) < 2:
        return {}
    first, second = ranked[:2]
    for pair in found.pairs:
        if {pair.first, pair.second} == {first.name, second.name} and pair.metric == found.metric:
            return {first.name: pair.p_holm}
    return {}


def _baseline_names(rows: Sequence[ScoredVocabulary]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.name for row in rows for one in row.baselines))


def _baselines(row: ScoredVocabulary) -> dict[str, Cell]:
    return {one.name: number_or_dash(one.value, one.spread) for one in row.baselines}


def _others(found: Sequence[Scores], calls: Mapping[str, str], caption: str) -> PaperTable:
    """The metrics beside the main one: a row a metric and vocabulary, with dense beside."""
    baselines = _baseline_names([row for one in found for row in one.rows])
    rows = []
    for one in found:
        best = _best(one)
        for row in one.rows:
            beside = _baselines(row)
            rows.append(
                (
                    one.metric,
                    calls[row.name],
                    Number(row.value, interval=row.interval, p=best.get(row.name)),
                    Number(row.dense, interval=row.dense_interval),
                    _less_dense(row, one),
                    *(beside.get(name) for name in baselines),
                )
            )
    first = found[0]
    tested = [one.metric for one in found if one.against_dense]
    return PaperTable(
        label=label_of(first.task, first.dataset, "other-metrics"),
        caption=f"{first.task.capitalize()}, other metrics on {caption}.",
        columns=("metric", "vocabulary", "value", "dense", "less dense", *baselines),
        rows=tuple(rows),
        notes=(
            brackets(first.resampled, first.resampled_by),
            *([_bold(found, f" Clips have scores of {', '.join(tested)} alone.")] if tested else
              ["None of these is a mean over clips: no paired test."]),
            about_baselines(baselines),
        ),
    )  # fmt: skip


def _faithfulness(cards: Sequence[Card], names: Sequence[str], caption: str) -> list[PaperTable]:
    """The figures of cards of faithfulness, each beside what chance gives."""
    rows = [
        (name, figure, *_figure(found))
        for card, name in zip(cards, names, strict=True)
        for figure, found in faithfulness_figures(card["details"])
    ]
    if not rows:
        return []
    return [
        PaperTable(
            label=label_of("faithfulness", cards[0]["dataset"]),
            caption=f"Faithfulness, each figure beside chance, on {caption}.",
            columns=("vocabulary", "figure", "value", "chance", "value less chance", "clips"),
            rows=tuple(rows),
            notes=(
                f"Brackets: {LEVEL:.0%} bootstrap intervals. Chance: orders of concepts drawn at"
                " random, or for stability another clip.",
            ),
        )
    ]


def _misses(cards: Sequence[Card], names: Sequence[str], caption: str) -> PaperTable:
    return PaperTable(
        label=label_of(cards[0]["task"], cards[0]["dataset"], "misses"),
        caption=f"{cards[0]['task'].capitalize()}, clips that are not recognised, on {caption}.",
        columns=("vocabulary", "clip", "is", "concepts say", "dense says"),
        rows=tuple(
            (name, one["clip"], one["truth"], one["predicted"], one["dense"])
            for card, name in zip(cards, names, strict=True)
            for one in card["misses"]
        ),
        notes=(_DASH if has_misses(cards[0]) else sentence(NO_MISSES),),
    )


def faithfulness_figures(details: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Name and figure of all that the details of a card of faithfulness have; else none."""
    if "rank_correlation" not in details:
        return []
    return [
        *(
            (f"{way} of the {base}, area: {metric}", found["area"])
            for base, ways in details["curves"].items()
            for way, curves in ways.items()
            for metric, found in curves.items()
        ),
        *(
            (f"{name} at {k}", found)
            for name in ("sufficiency", "comprehensiveness")
            for k, found in details[name].items()
        ),
        *(
            (f"rank correlation of prominence with effect: {of}", found)
            for of, found in details["rank_correlation"].items()
        ),
        *((f"stability: {change}", found) for change, found in details["stability"].items()),
    ]


def _figure(found: Mapping[str, Any]) -> tuple[Cell, ...]:
    if not found["clips"]:
        return (None, None, None, 0)
    return (
        Number(found["value"], interval=found["interval"]),
        number_or_dash(found["chance"]),
        Number(found["difference"], signed=True, interval=found["difference_interval"]),
        found["clips"],
    )


def _notes(found: Scores, baselines: Iterable[str]) -> list[str]:
    if found.against_dense:
        bold = _bold([found])
    else:
        bold = f"{found.metric} is no mean over clips: no paired test, nothing is bold."
    return [
        brackets(found.resampled, found.resampled_by),
        LESS_DENSE,
        bold,
        about_baselines(baselines),
        "Names: how many of the names to choose among are concepts.",
    ]


def brackets(resampled: int, by: str) -> str:
    """What the brackets of a table are: intervals over so many recordings or clips."""
    return f"Brackets: {LEVEL:.0%} bootstrap intervals over {resampled} {by}s."


def _bold(found: Sequence[Scores], more: str = "") -> str:
    """What is bold, by which tests, over how many at once."""
    told = [one for each in found for one in each.against_dense]
    by = ", ".join(TESTS[test] for test in dict.fromkeys(one.test for one in told))
    text = (
        f"Bold differences to dense: told from 0 by {by}, p < .05 by Holm over"
        f" {_count(told, 'difference')}."
    )
    pairs = [pair for each in found for pair in each.pairs]
    if pairs:
        text += (
            " Bold values: the highest, told from the next highest by the same test, p < .05 by"
            f" Holm over {_count(pairs, 'pair')} of vocabularies."
        )
    return text + more


def about_baselines(names: Iterable[str]) -> str:
    """A sentence on the columns of baselines."""
    return sentence("; ".join(f"{name}: {_ABOUT.get(name, _LEARNED)}" for name in names))


def _count(items: Sequence[Any], name: str) -> str:
    return f"{len(items)} {name}{'' if len(items) == 1 else 's'}"
