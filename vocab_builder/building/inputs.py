"""From the names in a recipe to data on this machine, with the hashes that the lock keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from vocab_builder.building.recipe import Recipe
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
    """

    sources: tuple[ResolvedSource, ...]
    reference: Located | None
    decisions: tuple[Located, ...]
    resources: Mapping[str, Located]

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
        A file that the recipe names by path does not exist.
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
    if (curation := recipe.curation) is not None:
        where = f"{recipe.path}: [curation]"
        files = (Place(file, folder=recipe.path.parent, where=where) for file in curation.decisions)
        found = map(locate, files)
        decisions = tuple(replace(one, licence=curation.licence or one.licence) for one in found)
    needs = [entry.source.needs for entry in recipe.sources]
    needs += [entry.filter.needs for entry in recipe.filters]
    names = sorted(frozenset().union(*needs) - {"encoder", "reference"})
    return Inputs(sources, reference, decisions, {name: locate_resource(name) for name in names})


def _input(role: str, data: Located) -> Input:
    return Input(role, data.origin, data.sha256, data.licence)
