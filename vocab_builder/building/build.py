"""A recipe run into a folder, unless the folder holds just that already."""

from __future__ import annotations

from pathlib import Path

from concept_core.encoders.base import Encoder
from concept_core.releases.folder import is_release, read_release
from concept_core.vocabulary import Vocabulary
from vocab_builder.building.cache import run_cached
from vocab_builder.building.inputs import Inputs
from vocab_builder.building.lock import is_up_to_date, lock_key
from vocab_builder.building.pipeline import Say
from vocab_builder.building.recipe import Recipe
from vocab_builder.building.written import make_vocabulary, write_release
from vocab_builder.release.files import check_target


def build_into(
    folder: Path, recipe: Recipe, inputs: Inputs, encoder: Encoder | None, say: Say
) -> tuple[Vocabulary, bool]:
    """The vocabulary of a recipe in its folder, and whether it was built now.

    A folder that was built from the same recipe, inputs, encoder and version of sonolex stays as
    it is; any other is never overwritten.

    Raises
    ------
    UsageError, DataError, MissingError
        The folder is taken, or the recipe cannot be run.
    """
    key = lock_key(recipe, inputs, None if encoder is None else encoder.spec)
    if is_release(folder) and is_up_to_date(folder, key):
        return read_release(folder), False
    check_target(folder)
    say(f"building {recipe.header.id}@{recipe.header.version}")
    built = run_cached(recipe, inputs, encoder, key, say)
    vocabulary = make_vocabulary(recipe, inputs, built, key)
    write_release(folder, recipe, vocabulary, built, key)
    return vocabulary, True
