"""Stages run one after the other: mine and merge, filter, order. No release is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from concept_core.encoders.base import Encoder
from concept_core.engine import Engine
from concept_core.errors import DataError
from concept_core.measures.reference import ReferenceItems, read_items
from vocab_builder.building.cache import kept
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.recipe import FilterEntry, Recipe, SelectionEntry
from vocab_builder.building.settling import settle
from vocab_builder.curation.applying import STAGE, apply_decisions, kept_first, protect
from vocab_builder.curation.decisions import Decisions
from vocab_builder.filters.topic import TOPIC
from vocab_builder.selection import check_size, end_of_order, stage_name
from vocab_builder.sources import ResolvedSource
from vocab_builder.stages.candidates import (
    Candidate,
    Drop,
    Judged,
    Outcome,
    Score,
    StageCount,
    merge_candidates,
)
from vocab_builder.stages.context import Context, silent
from vocab_builder.stages.options import options_of

Say = Callable[[str], None]
Mine = Callable[[ResolvedSource], list[Candidate]]


def order(
    recipe: Recipe,
    inputs: Inputs,
    encoder: Encoder | None,
    say: Say = silent,
    code: str | None = None,
    engine: Engine | None = None,
) -> Outcome:
    """Run all stages of a recipe but for the cut to its size.

    Parameters
    ----------
    recipe : Recipe
    inputs : Inputs
        Of this recipe, found.
    encoder : Encoder or None
        That of the recipe; None where it names none.
    say : callable
        Called with each line for the user.
    code : str, optional
        Of ``code_hash``: what was mined before with the same code is not mined again.
    engine : Engine, optional
        What mines; by default this process.

    Returns
    -------
    Outcome
        In the whole order; where that would take long, up to the size (see ``end_of_order``).

    Raises
    ------
    UsageError
        A stage needs an encoder or a reference that the recipe does not name.
    DataError
        A source is broken, a stage lost a candidate, or too few are left to select from.
    """
    context = Context(encoder, reference_of(recipe, inputs), say)
    # Before sources are mined, which takes minutes.
    of_filters = (entry.filter.needs for entry in recipe.filters)
    context.check(recipe.selection.selection.needs.union(*of_filters))
    if recipe.selection.topic is not None:
        context.check(recipe.selection.topic.needs)

    def mine(source: ResolvedSource) -> list[Candidate]:
        if code is None:
            return source.mine(engine)
        read = [one.to_dict() for one in inputs.read_by(source)]
        key = [code, source.kind, options_of(source.source), source.input.path.name, read]
        return kept("mined", key, list[Candidate], lambda: source.mine(engine))

    mined = curate_all(inputs.decided, mine_all(inputs.sources, say, mine), say)
    entries = recipe.filters
    if (topic := recipe.selection.topic) is not None:
        if context.measured_on is not None:
            context.narrow(topic.rows(filter_all(entries, mined, context, say).kept, context))
        # All of them again: a word may have gone for one that is off the topic.
        entries = (*entries, FilterEntry(TOPIC, topic))
    filtered = filter_all(entries, mined, context, say)
    check_size(filtered.kept, recipe.size)  # before the order is computed, which may take long
    return order_all(recipe.selection, filtered, context, recipe.size)


def reference_of(recipe: Recipe, inputs: Inputs) -> ReferenceItems | None:
    """What coverage is measured on, if the recipe names it."""
    table, data = recipe.reference, inputs.reference
    if table is None or data is None:
        return None
    return read_items(data.path, columns=table.columns, most=table.sample or None, seed=table.seed)


def mine_all(
    sources: Sequence[ResolvedSource], say: Say, mine: Mine = ResolvedSource.mine
) -> Outcome:
    """The candidates of all sources, merged.

    Parameters
    ----------
    sources : sequence of ResolvedSource
    say : callable
        Told what was done, line by line.
    mine : callable
        Gives the candidates of a source; a cache may answer in its place.

    Raises
    ------
    DataError, MissingError
        A source is broken, or reads what is not on this machine.
    """
    mined: list[Candidate] = []
    own_words = 0
    for source in sources:
        say(f"  mining {source.name}")
        found = mine(source)
        say(f"  source {source.name}: {len(found)} candidates")
        weight = source.weight
        found = found if weight == 1.0 else [one.weighted(weight) for one in found]
        if source.own:
            places = enumerate(found, own_words + 1)
            found = [replace(one, protected=True, own_place=place) for place, one in places]
            own_words += len(found)
        mined.extend(found)
    merged = merge_candidates(mined)
    say(f"  sources together: {len(merged)} candidates")
    return Outcome(tuple(merged), (), (StageCount("sources", len(merged), len(merged)),))


def curate_all(decisions: Decisions, mined: Outcome, say: Say) -> Outcome:
    """Candidates renamed, merged, dropped and added as decisions say."""
    if not decisions.rows:
        return mined
    curated = apply_decisions(mined.kept, decisions)
    count = StageCount(STAGE, len(mined.kept), len(curated.kept))
    actions = Counter(one.action for one in decisions.standing).most_common()
    detail = ", ".join(f"{action} {number}" for action, number in actions)
    say(f"  {STAGE}: {count.before} -> {count.after} ({detail})")
    dropped = (*mined.dropped, *curated.dropped)
    return replace(mined, kept=curated.kept, dropped=dropped, stages=(*mined.stages, count))


def filter_all(
    filters: Iterable[FilterEntry], candidates: Outcome, context: Context, say: Say
) -> Outcome:
    """Candidates through one filter after the other, of which none drops a protected one.

    No word is left out for one that a filter leaves out: see ``settle``.

    Raises
    ------
    DataError
        A filter lost a candidate.
    """
    entries = tuple(filters)
    settled = settle(lambda stay: _filter_once(entries, stay, context, say), candidates.kept, say)
    return Outcome(
        settled.kept,
        (*candidates.dropped, *settled.dropped),
        (*candidates.stages, *settled.stages),
        (*candidates.judged, *settled.judged),
    )


def _filter_once(
    filters: Iterable[FilterEntry], stay: tuple[Candidate, ...], context: Context, say: Say
) -> Outcome:
    dropped: list[Drop] = []
    stages: list[StageCount] = []
    judged: list[Judged] = []
    for entry in filters:
        result = protect(stay, entry.filter(stay, context))
        after = [*result.kept, *(drop.candidate for drop in result.dropped)]
        check_partition(entry.kind, stay, after)
        stages.append(StageCount(entry.kind, len(stay), len(result.kept)))
        say(f"  {_describe(stages[-1], result.dropped)}")
        stay = result.kept
        dropped.extend(result.dropped)
        judged.extend(result.judged)
    return Outcome(stay, tuple(dropped), tuple(stages), tuple(judged))


def order_all(
    entry: SelectionEntry, candidates: Outcome, context: Context, size: int | None = None
) -> Outcome:
    """Candidates in the order of a selection, each with the score that put it there.

    Those that are protected come first; see ``curation.applying.kept_first``. An order that would
    take long ends with ``size``: see ``selection.end_of_order``.

    Raises
    ------
    DataError
        The selection lost a candidate.
    """
    end = end_of_order(len(candidates.kept), size)
    ranked = entry.selection(candidates.kept, context, end)
    check_partition(entry.kind, candidates.kept, [one.candidate for one in ranked])
    name = stage_name(entry.kind)
    ordered = kept_first(
        one.candidate.scored(Score(name, one.score, one.threshold)) for one in ranked
    )
    return replace(candidates, kept=ordered)


def check_partition(stage: str, before: Sequence[Candidate], after: Sequence[Candidate]) -> None:
    """See that a stage gives back what it was given, no more and no less.

    Raises
    ------
    DataError
        It did not.
    """
    if Counter(one.label for one in after) != Counter(one.label for one in before):
        raise DataError(
            f"the stage {stage!r} was given {len(before)} candidates and gave back {len(after)}:"
            " kept and dropped must be the input; this is a bug of that stage"
        )


def _describe(count: StageCount, dropped: Sequence[Drop]) -> str:
    """What a filter did, in one line."""
    counts = Counter(drop.reason for drop in dropped).most_common()
    reasons = ", ".join(f"{reason} {number}" for reason, number in counts)
    detail = f" ({reasons})" if reasons else ""
    return f"{count.stage}: {count.before} -> {count.after}{detail}"
