"""From the names in a recipe to data on this machine, with the hashes that the lock keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from concept_core.errors import AbsentFileError
from concept_core.files import sha256_file
from vocab_builder.building.recipe import CurationTable, Recipe
from vocab_builder.curation.decision_files import COLUMNS, read_decisions
from vocab_builder.curation.decisions import Decisions
from vocab_builder.release.lock import Input, Lock
from vocab_builder.sources import Located, Place, ResolvedSource
from vocab_builder.sources.base import locate, locate_resource


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a build reads.

    Attributes
    ----------
    sources : tuple of ResolvedSource
    reference : Located or None
    decisions : tuple of Located
        Files of decisions, of which a later one wins.
    resources : mapping of str to Located
        What NLTK reads for sources and filters, by name: a tagger decides labels too.
    decided : Decisions
        What the files of decisions say. A person may go on deciding while a build runs; it follows
        what the hashes are of.
    """

    sources: tuple[ResolvedSource, ...]
    reference: Located | None
    decisions: tuple[Located, ...]
    resources: Mapping[str, Located]
    decided: Decisions = field(default_factory=Decisions)

    def listed(self) -> tuple[Input, ...]:
        """What the lock says of them."""
        own = [_input(source.name, source.input) for source in self.sources]
        reference = [] if self.reference is None else [_input("reference", self.reference)]
        decisions = [_input("decisions", one) for one in self.decisions]
        language = [_input("language", one) for one in self.resources.values()]
        models = [
            _input(f"{source.name}-model", model)
            for source in self.sources
            for model in source.models
        ]
        return (*own, *reference, *decisions, *language, *models)

    def read_by(self, source: ResolvedSource) -> tuple[Input, ...]:
        """All that decides the candidates of one of the sources."""
        needed = [self.resources[name] for name in sorted(source.source.needs)]
        return tuple(_input(source.name, one) for one in (source.input, *needed, *source.models))


def resolve_inputs(recipe: Recipe, lock: Lock | None = None) -> Inputs:
    """Find everything that a recipe names.

    Parameters
    ----------
    recipe : Recipe
    lock : Lock, optional
        Pins sources of kind ``release``: the recipe may name a range (``audioset@^1``), of which
        the newest is taken otherwise.

    Raises
    ------
    MissingError
        A resource is not on this machine; the message has the command that gets it.
    DataError
        A file that the recipe names by path does not exist, or one of decisions is broken.
    """
    pins = {} if lock is None else {one.role: one.origin for one in lock.inputs}
    sources = tuple(entry.resolve(pins.get(entry.name)) for entry in recipe.sources)
    reference = None
    if recipe.reference is not None:
        table = recipe.reference
        where = f"{recipe.path}: [reference]"
        place = Place(table.path, table.resource, table.member, recipe.path.parent, where)
        reference = locate(place, takes_folder=True)
    decisions: tuple[Located, ...] = ()
    decided = Decisions()
    if recipe.curation is not None:
        decisions, decided = _read_decisions(recipe.curation, recipe.path)
    needs = [entry.source.needs for entry in recipe.sources]
    needs += [entry.filter.needs for entry in recipe.filters]
    names = sorted(frozenset().union(*needs) - {"encoder", "reference"})
    resources = {name: locate_resource(name) for name in names}
    return Inputs(sources, reference, decisions, resources, decided)


def _read_decisions(curation: CurationTable, path: Path) -> tuple[tuple[Located, ...], Decisions]:
    """The files of decisions and what they say, both of one moment."""
    places = [
        Place(file, folder=path.parent, where=f"{path}: [curation]") for file in curation.decisions
    ]
    while True:
        try:
            found = [locate(place) for place in places]
        except AbsentFileError as error:
            header = ",".join(COLUMNS)
            raise AbsentFileError(f"{error}, or begin the file with the line {header}") from error
        files = [replace(one, licence=curation.licence or one.licence) for one in found]
        decided = read_decisions([one.path for one in files])
        if all(sha256_file(one.path) == one.sha256 for one in files):
            return tuple(files), decided


def _input(role: str, data: Located) -> Input:
    return Input(role, data.origin, data.sha256, data.licence)
