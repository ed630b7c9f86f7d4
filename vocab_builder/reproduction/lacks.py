"""What a study needs and this machine lacks: all of it, before anything starts."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from concept_core.datasets import ClipSet, load_dataset
from concept_core.encoders import Encoder, load_encoder
from concept_core.encoders.needs import needs_sound
from concept_core.encoders.specifier import Stated, parse_specifier
from concept_core.errors import DataError, MissingError, MissingFileError, SonolexError
from concept_core.extras import check_extra
from concept_core.releases.specifiers import load_vocabulary
from concept_core.resources import find_resource, resource_path, status
from concept_core.vocabulary import Vocabulary
from vocab_builder.building.inputs import resolve_inputs
from vocab_builder.building.recipe import Recipe
from vocab_builder.reproduction.study import DatasetTable, Study

_CLAPS = ("clap", "laion-clap", "msclap")


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """Everything that a study needs: the encoder, the vocabulary or its recipe, and the clips."""

    study: Study
    encoder: Encoder = field(repr=False)
    vocabulary: Vocabulary | Recipe = field(repr=False)
    clips: dict[str, ClipSet] = field(repr=False)


class _Lacks:
    """Errors that do not stop the search for others."""

    def __init__(self) -> None:
        self.found: list[SonolexError] = []

    def attempt(self, find: Callable[[], object], origin: str = "") -> bool:
        """Whether something is there; else it is noted, and where it comes from."""
        try:
            find()
        except (MissingError, DataError) as error:
            self.found.append(type(error)("\n".join(filter(None, (str(error), origin)))))
            return False
        return True

    def check(self) -> None:
        """Raise one error with all that was noted.

        One that is missing decides the exit code: what is broken is named with it.
        """
        if not self.found:
            return
        texts = dict.fromkeys(str(error) for error in self.found)
        lines = "\n".join("- " + text.replace("\n", "\n  ") for text in texts)
        kind = MissingError if any(isinstance(e, MissingError) for e in self.found) else DataError
        raise kind(f"nothing was started; {len(texts)} things are missing or broken:\n{lines}")


def gather(study: Study, root: Path, *, encoder: str | None = None, device: str = "auto") -> Ready:
    """Look for all that a study needs; nothing is downloaded or computed.

    Parameters
    ----------
    study : Study
    root : Path
        The folder of all data.
    encoder : str, optional
        What a person names instead of the study's, which can grant no trust.
    device : str
        ``auto``, ``cpu`` or ``cuda``.

    Raises
    ------
    MissingError, DataError
        Something is not there, or broken: one message names all of it, with its origin.
    UsageError
        The encoder's name or the vocabulary's is wrong.
    """
    lacks = _Lacks()
    encoders: list[Encoder] = []
    vocabularies: list[Vocabulary | Recipe] = []
    clips: dict[str, ClipSet] = {}
    specifier = encoder or study.encoder.specifier(root)
    stated = None
    if encoder is None:
        places = f"--data {shlex.quote(str(root))} --out FOLDER"
        command = f"sonolex reproduce {shlex.quote(str(study.path))} {places}"
        stated = Stated(f"{study.path}: [encoder]", command)
    # Where the study says that its files come from holds for its own encoder alone.
    if encoder is not None or _has_files(study, specifier, lacks):
        load_it = partial(load_encoder, specifier, device=device, offline=True, stated=stated)
        lacks.attempt(lambda: encoders.append(load_it()))
    _find_vocabulary(study, lacks, vocabularies)
    lacking: set[str] = set()
    for cell in study.cells:
        table = study.datasets[cell.dataset]

        def load(name: str, table: DatasetTable, folds: tuple[str, ...]) -> None:
            place = _place(table, root)
            clips[name] = load_dataset(table.name, place, folds, sounds=needs_sound(specifier))

        if table.name not in lacking and not lacks.attempt(
            partial(load, cell.name, table, cell.folds), _origin(table)
        ):
            # Its other cells lack the same.
            lacking.add(table.name)
    lacks.check()
    return Ready(study, encoders[0], vocabularies[0], clips)


def _has_files(study: Study, specifier: str, lacks: _Lacks) -> bool:
    """Whether package, weights and tokenizer are there; each that is not is noted."""
    asked = parse_specifier(specifier)
    if asked.name not in _CLAPS:
        return True
    wanted = [(asked.argument, "the encoder's weights", study.encoder.weights_from)]
    if "tokenizer" in asked.options:
        place = asked.options["tokenizer"]
        wanted.append((place, "the encoder's tokenizer", study.encoder.tokenizer_from))

    def see(place: str, what: str) -> None:
        if not Path(place).exists():
            raise MissingFileError(f"{place}: not there ({what})")

    found = [lacks.attempt(lambda: check_extra("transformers"))]
    for place, what, origin in wanted:
        found.append(lacks.attempt(partial(see, place, what), origin))
    return all(found)


def _find_vocabulary(study: Study, lacks: _Lacks, found: list[Vocabulary | Recipe]) -> None:
    name = study.settings.vocabulary
    if not name.endswith(".toml"):
        lacks.attempt(lambda: found.append(load_vocabulary(name)))
        return
    recipe = Recipe.read(study.path.parent / name)
    wanted = dict.fromkeys(
        (one.place.resource, one.place.member)
        for one in recipe.sources
        if one.place.resource is not None
    )
    there = [
        lacks.attempt(
            partial(resource_path, resource, member),
            f"Licence: {find_resource(resource).licence}. The vocabulary {recipe.header.id} is"
            " built from it.",
        )
        for resource, member in wanted
    ]
    if all(there) and lacks.attempt(lambda: resolve_inputs(recipe)):
        found.append(recipe)


def _place(table: DatasetTable, root: Path) -> Path:
    """Its folder under the root; or, if that is not there, what ``sonolex fetch`` got."""
    place = root / table.folder
    if not place.is_dir() and table.fetch is not None:
        fetched = status(table.fetch).path
        return place if fetched is None else fetched
    return place


def _origin(table: DatasetTable) -> str:
    fetch = "" if table.fetch is None else f", or run: sonolex fetch {table.fetch}"
    return f"It comes from {table.page}{fetch}. Licence: {table.info.licence}."
