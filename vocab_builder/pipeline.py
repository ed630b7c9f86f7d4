"""A recipe run from end to end: mine, merge, filter, select. Nothing is written here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from concept_core.encoders.base import Encoder
from concept_core.errors import DataError
from vocab_builder.candidates import Candidate, Drop, FilterResult, merge_candidates
from vocab_builder.context import Context
from vocab_builder.inputs import Inputs
from vocab_builder.recipe import Recipe
from vocab_builder.selection import take
from vocab_builder.sources import mine
from vocab_builder.sources.captions import read_captions

Say = Callable[[str], None]


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
class Built:
    """What a build chose, and every candidate that it left out.

    Attributes
    ----------
    kept : tuple of Candidate, in the order of the vocabulary
    dropped : tuple of Drop, in the order of the stages
    stages : tuple of StageCount
    """

    kept: tuple[Candidate, ...]
    dropped: tuple[Drop, ...]
    stages: tuple[StageCount, ...]


def run_pipeline(recipe: Recipe, inputs: Inputs, encoder: Encoder | None, say: Say) -> Built:
    """Run all stages of a recipe.

    Raises
    ------
    UsageError
        A stage needs an encoder or a reference that the recipe does not name.
    DataError
        A source is broken, a stage lost a candidate, or too few are left to select from.
    """
    context = Context(encoder, _reference_texts(recipe, inputs), say)
    # Before sources are mined, which takes minutes.
    of_filters = (stage.run.needs for stage in recipe.filters)
    context.check(recipe.selection.needs.union(*of_filters))
    candidates: Sequence[Candidate] = _mine_all(inputs, say)
    dropped: list[Drop] = []
    stages = [StageCount("sources", len(candidates), len(candidates))]
    for stage in recipe.filters:
        result = stage.run(candidates, context)
        _check_partition(stage.kind, candidates, result)
        stages.append(StageCount(stage.kind, len(candidates), len(result.kept)))
        say(f"  {stage.kind}: {len(candidates)} -> {len(result.kept)}{_reasons(result)}")
        candidates = result.kept
        dropped.extend(result.dropped)
    size = len(candidates) if recipe.size is None else recipe.size
    kind = recipe.selection_kind
    result = take(recipe.selection(candidates, size, context), size, kind)
    _check_partition(kind, candidates, result)
    stages.append(StageCount(f"selection:{kind}", len(candidates), len(result.kept)))
    say(f"  selection by {kind}: {len(candidates)} -> {len(result.kept)}")
    return Built(result.kept, (*dropped, *result.dropped), tuple(stages))


def _mine_all(inputs: Inputs, say: Say) -> list[Candidate]:
    mined: list[Candidate] = []
    for spec in inputs.sources:
        say(f"  mining {spec.name}")
        found = mine(spec)
        say(f"  source {spec.name}: {len(found)} candidates")
        mined.extend(found)
    merged = merge_candidates(mined)
    say(f"  sources together: {len(merged)} candidates")
    return merged


def _reference_texts(recipe: Recipe, inputs: Inputs) -> Sequence[str]:
    if recipe.reference is None or inputs.reference is None:
        return ()
    texts = sorted(set(read_captions(inputs.reference, recipe.reference.columns)))
    if recipe.reference.sample and len(texts) > recipe.reference.sample:
        import numpy as np

        generator = np.random.default_rng(recipe.reference.seed)
        chosen = generator.choice(len(texts), recipe.reference.sample, replace=False)
        texts = [texts[index] for index in sorted(chosen.tolist())]
    return texts


def _check_partition(stage: str, before: Sequence[Candidate], result: FilterResult) -> None:
    after = Counter(candidate.label for candidate in result.kept)
    after.update(drop.candidate.label for drop in result.dropped)
    if after != Counter(candidate.label for candidate in before):
        raise DataError(
            f"the stage {stage!r} kept {len(result.kept)} and dropped {len(result.dropped)} of"
            f" {len(before)} candidates: kept and dropped must be the input; this is a bug of"
            " that stage"
        )


def _reasons(result: FilterResult) -> str:
    counts = Counter(drop.reason for drop in result.dropped).most_common()
    return f" ({', '.join(f'{reason} {count}' for reason, count in counts)})" if counts else ""
