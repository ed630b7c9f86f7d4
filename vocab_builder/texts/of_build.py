"""The texts of a build: every word that a stage with an encoder may come to judge.

Which words these are depends on the embeddings, which are not there yet: what a filter drops for
another word comes back if that one goes. So the first filters that judge each word alone are run,
and all that they leave is listed, with what the stages compare words with.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

from concept_core.errors import DataError, UsageError
from vocab_builder.building.inputs import Inputs, resolve_inputs
from vocab_builder.building.pipeline import curate_all, mine_all, reference_of
from vocab_builder.building.recipe import Recipe
from vocab_builder.curation.applying import protect
from vocab_builder.filters import Filter
from vocab_builder.stages.candidates import Candidate
from vocab_builder.stages.context import Context
from vocab_builder.texts.recorder import Recorder

_ALONE = frozenset({"form", "language", "profanity", "numbers", "names", "stop", "leak"})
"""Filters that judge a word whatever other words there are: what they drop never comes back."""


def note_build(
    recipe: Path, prompts: tuple[str, ...], noted: dict[str, None], say: Callable[[str], None]
) -> None:
    """Note all texts that a build of a recipe may ask for; see ``Recorder``.

    Raises
    ------
    UsageError, MissingError, DataError
        As ``build``, for the recipe and its sources; or the recipe embeds nothing.
    """
    plan = Recipe.read(recipe)
    stages = list(_embedding(plan))
    needs = plan.selection.selection.needs.union(*(stage.needs for stage in stages))
    if "encoder" not in needs:
        raise DataError(f"{recipe}: no stage of it embeds anything; it is built without texts")
    inputs = resolve_inputs(plan)
    candidates = _left(plan, inputs, say)
    labels = sorted({label for one in candidates for label in (one.label, *one.also)})
    for prompt_set in prompts:
        context = Context(Recorder(prompt_set, noted), reference_of(plan, inputs))
        context.check(needs)
        if "reference" in needs or (plan.selection.topic and context.measured_on is not None):
            context.reference()
        context.embed(labels)
        for stage in stages:
            # It asks for what it compares words with, which made rows do not pass.
            with contextlib.suppress(UsageError):
                stage(candidates, context)


def _embedding(plan: Recipe) -> Iterator[Filter]:
    topic = [] if plan.selection.topic is None else [plan.selection.topic]
    for stage in (*(entry.filter for entry in plan.filters), *topic):
        if "encoder" in stage.needs:
            yield stage


def _left(plan: Recipe, inputs: Inputs, say: Callable[[str], None]) -> tuple[Candidate, ...]:
    """What the first filters leave, as far as they judge each word alone."""
    candidates = curate_all(inputs.decided, mine_all(inputs.sources, say), say).kept
    for entry in plan.filters:
        if entry.kind not in _ALONE or "encoder" in entry.filter.needs:
            break
        candidates = protect(candidates, entry.filter(candidates, Context())).kept
        say(f"  {entry.kind}: {len(candidates)} candidates left")
    return candidates
