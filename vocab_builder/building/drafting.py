"""A recipe as a draft that people decide on, and a session of curation over it."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

from concept_core.datasets.caption_files import read_captions
from concept_core.encoders.base import Encoder
from concept_core.errors import UsageError
from concept_core.files import write_text
from concept_core.measures.reference import read_items
from concept_core.releases.specifiers import find_release, list_releases, release_roots
from vocab_builder.building.build import load_model, lock_of, ordered
from vocab_builder.building.inputs import Inputs, resolve_inputs
from vocab_builder.building.pipeline import Say, reference_of
from vocab_builder.building.recipe import Recipe
from vocab_builder.curation.decision_files import COLUMNS, read_decisions
from vocab_builder.curation.decisions import Decisions
from vocab_builder.curation.draft import Draft
from vocab_builder.curation.queue import IS_KEPT
from vocab_builder.curation.session import Session
from vocab_builder.filters.calibration import calibrated
from vocab_builder.release.release import Release
from vocab_builder.selection import take
from vocab_builder.sources.captions import Captions
from vocab_builder.stages.context import Context, silent


def open_session(
    recipe: str | Path,
    *,
    by: str | None = None,
    clips: Path | None = None,
    encoder: str | Encoder | None = None,
    device: str = "auto",
    offline: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Session:
    """A session of curation over what a recipe builds.

    Parameters
    ----------
    recipe : str or Path
        A TOML file with ``[curation]``; the last of its files of decisions is made if it is not
        there, and takes what is decided.
    by : str, optional
        Who decides; by default the name of this machine's user.
    clips : Path, optional
        A folder of sounds in which words are heard; by default the reference, if it is one.
    encoder, device, offline
        As of ``build``.
    progress : callable, optional
        Told what is done, line by line.

    Raises
    ------
    UsageError
        The recipe has no ``[curation]``, or is wrong; or nobody is said to decide.
    DataError, MissingError
        As ``build``; or the clips are no folder of sounds.
    """
    say = progress or silent
    plan = Recipe.read(recipe)
    files = decision_paths(plan)
    if not files[-1].is_file():
        write_text(files[-1], ",".join(COLUMNS) + "\n")
    inputs = resolve_inputs(plan)
    model = load_model(
        plan, encoder, device, offline, shlex.join(["sonolex", "curate", str(recipe)])
    )
    return Session(_draft(plan, inputs, model, files, clips, say), by or _user())


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UsageError("this machine's user has no name; say who decides with --by") from error


def decisions_of(recipe: str | Path) -> Decisions:
    """All decisions that a recipe names; none of a file that is not there yet."""
    return read_decisions([path for path in decision_paths(Recipe.read(recipe)) if path.is_file()])


def decision_paths(recipe: Recipe) -> tuple[Path, ...]:
    """The files of decisions of a recipe.

    Raises
    ------
    UsageError
        It names none.
    """
    if recipe.curation is None:
        raise UsageError(
            f"{recipe.path}: there is no [curation] to decide in; add the two lines [curation] and"
            ' decisions = ["decisions.csv"]'
        )
    return tuple(recipe.path.parent / name for name in recipe.curation.decisions)


def _draft(
    recipe: Recipe,
    inputs: Inputs,
    encoder: Encoder | None,
    files: tuple[Path, ...],
    clips: Path | None,
    say: Say,
) -> Draft:
    context = Context(encoder, reference_of(recipe, inputs), say)
    lock = lock_of(recipe, inputs, None if encoder is None else encoder.spec)
    every = ordered(recipe, inputs, encoder, lock, say)
    since, before = _last_release(recipe.header.id)
    heard = None if clips is None else read_items(clips)
    if heard is not None and not heard.clips:
        raise UsageError(f"--clips {clips}: name a folder of sounds")
    sounds = heard.clips if heard is not None else ()
    if not sounds and context.measured_on is not None:
        sounds = context.measured_on.clips
    return Draft(
        ordered=every.kept,
        outcome=take(every, recipe.size, recipe.selection.kind),
        size=recipe.size,
        by_mass=recipe.selection.kind == "frequency",
        decisions=inputs.decided,
        files=files,
        context=context,
        redundant=_redundant(context),
        captions=lambda: _captions(inputs),
        clips=sounds,
        before=before,
        since=since,
    )


def _captions(inputs: Inputs) -> Iterator[str]:
    """All captions that the sources of a recipe read."""
    for source in inputs.sources:
        if isinstance(source.source, Captions):
            yield from read_captions(source.input.path, source.source.columns)


def _redundant(context: Context) -> float | None:
    """The cosine from which on two labels say one thing; None where an encoder cannot tell."""
    if context.encoder is None:
        return None
    try:
        return calibrated(context).redundant
    except UsageError:
        return None


def _last_release(name: str) -> tuple[str, dict[str, str]]:
    """The newest release of a vocabulary, and the fate of every label in it."""
    if not any(name in list_releases(root) for root in release_roots()):
        return "", {}
    release = Release.load(find_release(name))
    fates = {drop.candidate.label: drop.filter for drop in release.drops or ()}
    return release.specifier, fates | dict.fromkeys(release.vocabulary.labels, IS_KEPT)
