"""A recipe built: its candidates mined, filtered and ordered, and the first of them a release."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from concept_core import __version__
from concept_core.encoders.base import Encoder, EncoderSpec
from concept_core.encoders.specifier import Stated
from concept_core.engine import Engine
from concept_core.errors import DataError
from concept_core.files import canonical_json, sha256_text
from concept_core.releases.folder import is_release
from concept_core.releases.specifiers import assign_ids
from concept_core.values import to_data
from concept_core.vocabulary import Concept, Vocabulary
from vocab_builder.building.cache import code_hash, kept
from vocab_builder.building.inputs import Inputs, resolve_inputs
from vocab_builder.building.pipeline import Say, order
from vocab_builder.building.recipe import Recipe
from vocab_builder.curation.aliases import Annotation, Curation, conclude
from vocab_builder.curation.applying import STAGE, apply_decisions
from vocab_builder.curation.decisions import DEFINITION
from vocab_builder.licences.terms import licence_warnings, terms_of
from vocab_builder.release.files import check_target
from vocab_builder.release.lock import LOCK, Lock, read_lock
from vocab_builder.release.release import Release
from vocab_builder.selection import cut_line, reaches, take
from vocab_builder.sources import ResolvedSource
from vocab_builder.stages.candidates import Candidate, Outcome
from vocab_builder.stages.context import silent
from vocab_builder.stages.options import options_of


def build(
    recipe: str | Path | Recipe,
    out: str | Path | None = None,
    *,
    encoder: str | Encoder | None = None,
    device: str = "auto",
    offline: bool = False,
    lock: str | Path | None = None,
    engine: Engine | None = None,
    progress: Callable[[str], None] | None = None,
) -> Release:
    """Build the vocabulary of a recipe.

    Parameters
    ----------
    recipe : str, Path or Recipe
        A TOML file (docs/recipes.md), or one that is read.
    out : str or Path, optional
        The folder to write. One that was built from the same recipe, inputs, encoder and version
        of sonolex stays as it is; any other is never overwritten. None writes nothing.
    encoder : str or Encoder, optional
        Filters with this one instead of the recipe's.
    device : str
        ``auto``, ``cpu`` or ``cuda``, for an encoder that is named.
    offline : bool
        Download nothing, even where a hub id is named.
    lock : str or Path, optional
        A ``recipe.lock``: releases are taken at its versions, and any other input is refused.
    engine : Engine, optional
        What mines the sources that have much work; by default this process. The release is the
        same with any.
    progress : callable, optional
        Told what is done, line by line.

    Returns
    -------
    Release

    Raises
    ------
    UsageError
        The recipe is wrong, or a stage needs an encoder or a reference that it does not name.
    DataError
        The folder is taken, a source is broken, an input is not that of the lock, or too few
        candidates are left.
    MissingError
        Something that the recipe names is not on this machine.
    """
    say = progress or silent
    plan = recipe if isinstance(recipe, Recipe) else Recipe.read(recipe)
    pins = None if lock is None else read_lock(Path(lock))
    inputs = resolve_inputs(plan, pins)
    if pins is not None:
        pins.check_inputs(inputs.listed(), str(lock))
    typed = ["sonolex", "build", str(plan.path), "--out", str(out or "FOLDER")]
    model = load_model(plan, encoder, device, offline, shlex.join(typed))
    key = lock_of(plan, inputs, None if model is None else model.spec)
    folder = None if out is None else Path(out)
    if folder is not None:
        if is_up_to_date(folder, key):
            say(f"{folder}: up to date")
            return Release.load(folder)
        check_target(folder)
    say(f"building {plan.header.id}@{plan.header.version}")
    outcome = take(ordered(plan, inputs, model, key, say, engine), plan.size, plan.selection.kind)
    say(f"  {cut_line(outcome, plan.size)}")
    release = _release(plan, inputs, outcome, key)
    if folder is not None and not _write(release, folder, key):
        say(f"{folder}: another build of the same was faster")
    for one in release.metadata.get("stale_decisions", ()):
        say(f"  decision without effect: {one['action']} {one['label']!r}: {one['text']}")
    for line in licence_warnings(release.vocabulary):
        say(line)
    return release


def _write(release: Release, folder: Path, lock: Lock) -> bool:
    """Write the folder; False where another process has written this very build meanwhile."""
    try:
        release.write(folder)
    except DataError:
        if not is_up_to_date(folder, lock):
            raise
        return False
    return True


def lock_of(recipe: Recipe, inputs: Inputs, spec: EncoderSpec | None) -> Lock:
    """All that a build depends on: two equal locks give the same folder, byte for byte."""
    return Lock(
        sonolex=__version__,
        recipe_sha256=sha256_text(recipe.text),
        inputs=inputs.listed(),
        parameters=_parameters(recipe, inputs),
        encoder=None if spec is None else {**spec.to_dict(), "fingerprint": spec.fingerprint},
    )


def is_up_to_date(folder: Path, lock: Lock) -> bool:
    """Whether ``folder`` is a release that was built from exactly this."""
    try:
        return is_release(folder) and read_lock(folder / LOCK).sha256 == lock.sha256
    except DataError:
        return False


def ordered(
    recipe: Recipe,
    inputs: Inputs,
    encoder: Encoder | None,
    lock: Lock,
    say: Say,
    engine: Engine | None = None,
) -> Outcome:
    """What the stages of a recipe give, or gave in an earlier build, but for the cut to its size.

    Raises
    ------
    UsageError, DataError
        As ``pipeline.order``.
    """
    of_sources = (entry.source for entry in recipe.sources)
    of_filters = (entry.filter for entry in recipe.filters)
    code = code_hash([*of_sources, *of_filters, recipe.selection.selection, encoder])
    fresh = False

    def compute() -> Outcome:
        nonlocal fresh
        fresh = True
        return order(recipe, inputs, encoder, say, code, engine)

    # Neither the recipe's text nor the size decides the order, but a long one ends with the size.
    data = lock.to_dict()
    del data["recipe_sha256"], data["parameters"]["selection"]["size"]
    outcome = kept("order", [code, data], Outcome, compute)
    if not reaches(outcome, recipe.size):
        outcome = kept("order", [code, data, {"size": recipe.size}], Outcome, compute)
    if not fresh:
        say(f"  {len(outcome.kept)} candidates in the order of an earlier build")
    return outcome


def _release(recipe: Recipe, inputs: Inputs, outcome: Outcome, lock: Lock) -> Release:
    decisions = inputs.decided
    # Again: what they did to candidates is done, what they say of others is not.
    every = (*outcome.kept, *(drop.candidate for drop in outcome.dropped))
    curated = apply_decisions(every, decisions)
    # A renamed concept keeps the id of its first label.
    ids = assign_ids(curated.names.get(one.label, one.label) for one in outcome.kept)
    concepts = tuple(
        Concept(one_id, one.label, one.kind, one.count, one.evidence, one.links)
        for one_id, one in zip(ids, outcome.kept, strict=True)
    )
    by_label = dict(zip((one.label for one in outcome.kept), ids, strict=True))
    names = {one.label: one.other_names for one in outcome.kept}
    curation = conclude(by_label, outcome.dropped, decisions, curated, names)
    sources = [_source_data(source, outcome.kept) for source in inputs.sources]
    sources += _decision_sources(inputs, outcome.kept)
    header = recipe.header
    bare = Vocabulary(header.id, header.version, concepts, aliases=curation.aliases)
    _check_examples(recipe, bare)
    metadata = {
        "id": header.id,
        "version": header.version,
        "title": header.title,
        "description": header.description,
        **header.said(),
        "size": len(concepts),
        "content_hash": bare.content_hash,
        "licence": terms_of(sources).expression,
        "sources": sources,
        "encoder": lock.encoder,
        "selection": recipe.selection.kind,
        "stages": [stage.to_dict() for stage in outcome.stages],
        **({"calibration": to_data(outcome.judged)} if outcome.judged else {}),
        **_stale_data(curation),
        "built_with": f"sonolex {__version__}",
    }
    return Release(
        replace(bare, metadata=metadata),
        outcome.dropped,
        {one_id: one.scores for one_id, one in zip(ids, outcome.kept, strict=True)},
        recipe.text,
        lock,
        annotations=(*curation.annotations, *_definitions(concepts, curation, inputs)),
        decisions=decisions.rows,
    )


def _definitions(
    concepts: Sequence[Concept], curation: Curation, inputs: Inputs
) -> Iterator[Annotation]:
    """What sources say that concepts mean: of one that a person defined, or that means two
    things, nothing."""
    defined = {one.id for one in curation.annotations if one.kind == DEFINITION}
    for concept in concepts:
        said = [
            (text, source.name)
            for source in inputs.sources
            for link in concept.links
            if (text := source.source.definition(link)) is not None
        ]
        if concept.id not in defined and len(said) == 1:
            yield Annotation(concept.id, DEFINITION, *said[0])


def _check_examples(recipe: Recipe, vocabulary: Vocabulary) -> None:
    """See that the vocabulary has the labels that its card is to show first."""
    labels = set(vocabulary.labels)
    for word in recipe.header.examples:
        if word in labels:
            continue
        same = vocabulary.find(word)
        near = difflib.get_close_matches(word, vocabulary.labels, n=3)
        hint = f"here it is {same.label!r}" if same is not None else None
        hint = hint or (f"did you mean {', '.join(map(repr, near))}?" if near else "take another")
        raise DataError(
            f"{recipe.path}: [vocabulary] examples: {word!r} is no label of this vocabulary of"
            f" {len(vocabulary)} concepts; {hint}, or keep the word by a decision"
        )


def _source_data(source: ResolvedSource, kept: Sequence[Candidate]) -> dict[str, Any]:
    """A source with its licence and the number of concepts that it has evidence for."""
    return {
        "name": source.name,
        "kind": source.kind,
        "origin": source.input.origin,
        "sha256": source.input.sha256,
        "licence": source.input.licence,
        "concepts": sum(candidate.seen_in([source.name]) for candidate in kept),
    }


def _decision_sources(inputs: Inputs, kept: Sequence[Candidate]) -> list[dict[str, Any]]:
    """The files of decisions as one source, if a word is there by them alone."""
    count = sum(candidate.seen_in([STAGE]) for candidate in kept)
    files = inputs.decisions
    if not count:
        return []
    return [
        {
            "name": STAGE,
            "kind": STAGE,
            "origin": ", ".join(one.origin for one in files),
            "sha256": files[0].sha256
            if len(files) == 1
            else sha256_text(canonical_json([one.sha256 for one in files])),
            "licence": files[0].licence,
            "concepts": count,
        }
    ]


def _stale_data(curation: Curation) -> dict[str, Any]:
    """The decisions that no longer apply, with why, if there are any."""
    stale = [
        {
            "label": one.decision.label,
            "action": one.decision.action,
            "to": one.decision.to,
            "code": one.code,
            "text": one.text,
        }
        for one in curation.stale
    ]
    return {"stale_decisions": stale} if stale else {}


def _parameters(recipe: Recipe, inputs: Inputs) -> dict[str, Any]:
    """Every option with its default filled in: a changed default changes the lock."""
    return {
        "sources": [
            {
                "kind": one.kind,
                "name": one.name,
                "weight": one.weight,
                "pinned": one.own,
                **options_of(one.source),
            }
            for one in inputs.sources
        ],
        "filters": [{"kind": one.kind, **options_of(one.filter)} for one in recipe.filters],
        "reference": None if recipe.reference is None else options_of(recipe.reference),
        "selection": {
            "kind": recipe.selection.kind,
            "size": recipe.size,
            "about": [] if recipe.selection.topic is None else list(recipe.selection.topic.about),
            **options_of(recipe.selection.selection),
        },
    }


def load_model(
    recipe: Recipe, encoder: str | Encoder | None, device: str, offline: bool, command: str
) -> Encoder | None:
    """The encoder that a person gives, by name or loaded; else that of the recipe, if any.

    ``command`` is what a person types, up to ``--encoder``, to name another than the recipe's.

    Raises
    ------
    UsageError, MissingError, DataError
        As ``load_encoder``, to which a recipe is a file that can grant no trust.
    """
    if encoder is not None and not isinstance(encoder, str):
        return encoder
    name = encoder or recipe.header.encoder
    if name is None:
        return None
    from concept_core.encoders.registry import load_encoder

    stated = None if encoder else Stated(f"{recipe.path}: [vocabulary]", command)
    return load_encoder(name, device=device, offline=offline, stated=stated)
