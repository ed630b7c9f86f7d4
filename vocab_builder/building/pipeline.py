"""A recipe run from end to end: mine, merge, filter, select. No release is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from concept_core.encoders.base import Encoder
from concept_core.errors import DataError
from concept_core.measures.reference import ReferenceItems, read_items
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.recipe import Recipe, Stage
from vocab_builder.selection import Ranked, check_size, stage_name, take
from vocab_builder.sources import SourceSpec, mine
from vocab_builder.stages.candidates import Candidate, Drop, FilterResult, merge_candidates
from vocab_builder.stages.context import Context
from vocab_builder.stages.lines import StageScores

Say = Callable[[str], None]
Mine = Callable[[SourceSpec], list[Candidate]]


@dataclass(frozen=True, slots=True)
class StageCount:
    """How many candidates went into a stage and came out of it."""

    stage: str
    before: int
    after: int

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Filtered:
    """What came of a row of filters.

    Attributes
    ----------
    kept : tuple of Candidate
    dropped : tuple of Drop, in the order of the filters
    stages : tuple of StageCount, one a filter
    scores : mapping of label to scores
        What the filters found out about those that are kept.
    """

    kept: tuple[Candidate, ...]
    dropped: tuple[Drop, ...]
    stages: tuple[StageCount, ...]
    scores: Mapping[str, StageScores]


@dataclass(frozen=True, slots=True)
class Ordered:
    """All that a build decides but for the size.

    Attributes
    ----------
    ranked : tuple of Ranked
        What the filters kept, in the order of the selection.
    dropped, stages, scores
        As of ``Filtered``; the first stage is that of the sources.
    """

    ranked: tuple[Ranked, ...]
    dropped: tuple[Drop, ...]
    stages: tuple[StageCount, ...]
    scores: Mapping[str, StageScores]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build chose, and every candidate that it left out.

    Attributes
    ----------
    kept : tuple of Candidate, in the order of the vocabulary
    dropped : tuple of Drop, in the order of the stages
    stages : tuple of StageCount
    scores : mapping of label to scores
        What the filters, and last the selection, found out about each that is kept.
    """

    kept: tuple[Candidate, ...]
    dropped: tuple[Drop, ...]
    stages: tuple[StageCount, ...]
    scores: Mapping[str, StageScores]


def run_pipeline(recipe: Recipe, inputs: Inputs, encoder: Encoder | None, say: Say) -> Built:
    """Run all stages of a recipe.

    Raises
    ------
    UsageError
        A stage needs an encoder or a reference that the recipe does not name.
    DataError
        A source is broken, a stage lost a candidate, or too few are left to select from.
    """
    return take_size(recipe, order_candidates(recipe, inputs, encoder, say), say)


def order_candidates(
    recipe: Recipe, inputs: Inputs, encoder: Encoder | None, say: Say, mine: Mine = mine
) -> Ordered:
    """Run all stages of a recipe but for the cut to its size.

    Parameters
    ----------
    mine : callable
        Gives the candidates of a source; a cache may answer in its place.

    Raises
    ------
    UsageError, DataError
        As ``run_pipeline``.
    """
    context = Context(encoder, _reference(recipe, inputs), say)
    # Before sources are mined, which takes minutes.
    of_filters = (stage.run.needs for stage in recipe.filters)
    context.check(recipe.selection.needs.union(*of_filters))
    candidates = mine_all(inputs.sources, say, mine)
    filtered = filter_all(recipe.filters, candidates, context, say)
    kept = filtered.kept
    check_size(len(kept), recipe.size)  # before the order is computed, which may take long
    ranked = tuple(recipe.selection(kept, context))
    check_partition(recipe.selection_kind, kept, take(ranked, None, recipe.selection_kind))
    stages = (StageCount("sources", len(candidates), len(candidates)), *filtered.stages)
    return Ordered(ranked, filtered.dropped, stages, filtered.scores)


def take_size(recipe: Recipe, ordered: Ordered, say: Say) -> Built:
    """The vocabulary of a recipe's size: a prefix of the order.

    Raises
    ------
    DataError
        Too few are left to select from.
    """
    name = stage_name(recipe.selection_kind)
    result = take(ordered.ranked, recipe.size, recipe.selection_kind)
    count = StageCount(name, len(ordered.ranked), len(result.kept))
    say(f"  selection by {recipe.selection_kind}: {count.before} -> {count.after}")
    scores = {
        label: (*ordered.scores.get(label, ()), (name, score))
        for label, score in result.scores.items()
    }
    dropped = (*ordered.dropped, *result.dropped)
    return Built(result.kept, dropped, (*ordered.stages, count), scores)


def mine_all(sources: Sequence[SourceSpec], say: Say, mine: Mine = mine) -> list[Candidate]:
    """The candidates of all sources, merged.

    Raises
    ------
    DataError, MissingError
        A source is broken, or reads what is not on this machine.
    """
    mined: list[Candidate] = []
    for spec in sources:
        say(f"  mining {spec.name}")
        found = mine(spec)
        say(f"  source {spec.name}: {len(found)} candidates")
        mined.extend(found if spec.weight == 1.0 else (one.weighted(spec.weight) for one in found))
    merged = merge_candidates(mined)
    say(f"  sources together: {len(merged)} candidates")
    return merged


def filter_all(
    filters: Sequence[Stage], candidates: Sequence[Candidate], context: Context, say: Say
) -> Filtered:
    """Candidates through one filter after the other.

    Raises
    ------
    DataError
        A filter lost a candidate.
    """
    kept = tuple(candidates)
    dropped: list[Drop] = []
    stages: list[StageCount] = []
    scores: dict[str, StageScores] = {}
    for stage in filters:
        result = stage.run(kept, context)
        check_partition(stage.kind, kept, result)
        stages.append(StageCount(stage.kind, len(kept), len(result.kept)))
        say(f"  {_describe(stage.kind, kept, result)}")
        kept = result.kept
        dropped.extend(result.dropped)
        for label, score in result.scores.items():
            scores[label] = (*scores.get(label, ()), (stage.kind, score))
    of_kept = {one.label: scores[one.label] for one in kept if one.label in scores}
    return Filtered(kept, tuple(dropped), tuple(stages), of_kept)


def check_partition(stage: str, before: Sequence[Candidate], result: FilterResult) -> None:
    """See that a stage kept and dropped what it was given, no more and no less.

    Raises
    ------
    DataError
        It did not.
    """
    after = Counter(candidate.label for candidate in result.kept)
    after.update(drop.candidate.label for drop in result.dropped)
    if after != Counter(candidate.label for candidate in before):
        raise DataError(
            f"the stage {stage!r} kept {len(result.kept)} and dropped {len(result.dropped)} of"
            f" {len(before)} candidates: kept and dropped must be the input; this is a bug of"
            " that stage"
        )


def _describe(stage: str, before: Sequence[Candidate], result: FilterResult) -> str:
    """What a stage did, in one line."""
    counts = Counter(drop.reason for drop in result.dropped).most_common()
    reasons = ", ".join(f"{reason} {count}" for reason, count in counts)
    told = f" ({reasons})" if reasons else ""
    return f"{stage}: {len(before)} -> {len(result.kept)}{told}"


def _reference(recipe: Recipe, inputs: Inputs) -> ReferenceItems | None:
    """What coverage is measured on, if the recipe names it."""
    asked, path = recipe.reference, inputs.reference
    if asked is None or path is None:
        return None
    return read_items(path, columns=asked.columns, most=asked.sample or None, seed=asked.seed)
