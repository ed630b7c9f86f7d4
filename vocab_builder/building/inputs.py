"""From the names in a recipe to files on this machine, with the hash that the lock keeps."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from concept_core.errors import DataError, UsageError
from concept_core.files import canonical_json, sha256_file, sha256_text
from concept_core.releases.folder import CONCEPTS, EVIDENCE
from concept_core.resources import find_resource, input_hash, resource_path
from vocab_builder.building.recipe import Recipe, Reference, SourceTable
from vocab_builder.licences.identifiers import NOT_STATED
from vocab_builder.release.lock import Input, Lock
from vocab_builder.sources import SourceSpec


@dataclass(frozen=True, slots=True)
class Inputs:
    """The resolved sources and reference of a recipe."""

    sources: tuple[SourceSpec, ...]
    reference: Path | None
    listed: tuple[Input, ...]


def resolve_inputs(recipe: Recipe, lock: Lock | None = None) -> Inputs:
    """Find every file that a recipe names.

    Parameters
    ----------
    lock : Lock, optional
        Releases are taken at its versions; where the recipe names a range (``audioset@^1``), the
        newest is taken otherwise.

    Raises
    ------
    MissingError
        A resource is not on this machine; the message has the command that gets it.
    DataError
        A file that the recipe names by path does not exist.
    """
    specs: list[SourceSpec] = []
    listed: list[Input] = []
    models: list[Input] = []
    for table in recipe.sources:
        pinned = None if lock is None else lock.input_of(table.name)
        path, entry = _resolve_source(table, recipe.path.parent, pinned.origin if pinned else None)
        listed.append(entry)
        specs.append(
            SourceSpec(table.kind, table.name, entry.licence, path, table.options, table.weight)
        )
        models.extend(_model(table))
    reference = None
    if recipe.reference is not None:
        where = f"{recipe.path}: [reference]"
        reference, entry = _locate(recipe.reference, "reference", None, recipe.path.parent, where)
        listed.append(entry)
    listed.extend(_language_data(recipe))
    listed.extend(models)
    return Inputs(tuple(specs), reference, tuple(listed))


def _model(table: SourceTable) -> list[Input]:
    """The checkpoint that transcribes decides labels too; a name stands for itself."""
    name = getattr(table.run, "model", None)
    if name is None or not Path(name).is_file():
        return []
    return [Input(f"{table.name}-model", Path(name).name, sha256_file(name), NOT_STATED)]


def _language_data(recipe: Recipe) -> list[Input]:
    """What NLTK reads for the stages of a recipe: a tagger or WordNet decides labels too."""
    sources = (table.run.needs for table in recipe.sources)
    filters = (stage.run.needs for stage in recipe.filters)
    needed = set().union(*sources, *filters) - {"encoder", "reference"}
    return [
        Input("language", f"resource:{name}", input_hash(name), _licence(name))
        for name in sorted(needed)
    ]


def _licence(resource: str) -> str:
    return find_resource(resource).licence or NOT_STATED


def _resolve_source(
    table: SourceTable, folder: Path, pinned: str | None
) -> tuple[Path | None, Input]:
    if table.kind == "wordnet":
        # NLTK finds its own data; the hash is that of the files it will read.
        digest = input_hash("wordnet")
        licence = table.licence or _licence("wordnet")
        return None, Input(table.name, "resource:wordnet", digest, licence)
    if table.kind == "release":
        return _release_input(table, folder, pinned)
    return _locate(table, table.name, table.licence, folder, table.where)


def _release_input(
    table: SourceTable, folder: Path, pinned: str | None
) -> tuple[Path | None, Input]:
    from concept_core.releases.specifiers import find_release, load_vocabulary

    if table.path is None:
        raise UsageError(f"{table.where}: say which release with path = 'id@version' or a folder")
    local = folder / table.path
    release = local if local.is_dir() else find_release(pinned or table.path)
    vocabulary = load_vocabulary(release)
    licence = table.licence or str(vocabulary.metadata.get("licence", NOT_STATED))
    # Kinds, counts and evidence pass on too, which the content hash says nothing of.
    tables = [sha256_file(release / name) for name in (CONCEPTS, EVIDENCE)]
    digest = sha256_text(canonical_json(tables))
    return release, Input(table.name, vocabulary.specifier, digest, licence)


def _folder_hash(folder: Path) -> str:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return sha256_text(canonical_json({path.name: sha256_file(path) for path in files}))


def _locate(
    place: SourceTable | Reference, role: str, licence: str | None, folder: Path, where: str
) -> tuple[Path, Input]:
    if (place.path is None) == (place.resource is None):
        raise UsageError(f"{where}: give either path or resource")
    if place.resource is not None:
        path = resource_path(place.resource, place.member)
        if path.is_dir():
            files = ", ".join(member.name for member in find_resource(place.resource).members)
            raise UsageError(
                f"{where}: {place.resource} holds several files; say which with member ({files})"
            )
        origin = "/".join(filter(None, (f"resource:{place.resource}", place.member)))
        return path, Input(role, origin, sha256_file(path), licence or _licence(place.resource))
    path = folder / str(place.path)
    # A folder of audio files: speech to read, or clips that coverage is measured on.
    if path.is_dir() and (isinstance(place, Reference) or place.kind == "transcripts"):
        return path, Input(role, str(place.path), _folder_hash(path), licence or NOT_STATED)
    if not path.is_file():
        raise DataError(
            f"{where}: no file {place.path!r} beside the recipe ({folder}); correct the path"
        )
    return path, Input(role, str(place.path), sha256_file(path), licence or NOT_STATED)
