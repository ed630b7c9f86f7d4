"""``sonolex import``: a file, archive or folder from elsewhere becomes a vocabulary's folder."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from concept_core.errors import AbsentFileError, IntegrityError, UsageError
from concept_core.files import check_file, sha256_file
from concept_core.releases.folder import CONCEPTS, METADATA, SUMS, verify_release
from concept_core.releases.metadata import KEYS, check_metadata
from concept_core.releases.versions import VOCABULARY_ID, is_version, parse_version
from concept_core.temporaries import temporary_folder
from concept_core.vocabulary import Concept, Evidence, Vocabulary
from vocab_builder.formats import text
from vocab_builder.formats.archives import ENDINGS, unpack_archive
from vocab_builder.formats.datasette import DATABASE, read_datasette
from vocab_builder.formats.descriptions import CHECKED, check_described
from vocab_builder.formats.embeddings import read_embeddings
from vocab_builder.formats.hub import CONCEPTS as HUB_CONCEPTS
from vocab_builder.formats.parquet import read_parquet
from vocab_builder.formats.records import FileContents
from vocab_builder.formats.skos import read_skos
from vocab_builder.licences.identifiers import NOT_STATED
from vocab_builder.licences.terms import terms_of
from vocab_builder.release.files import check_target, move_in, render_files, write_folder
from vocab_builder.release.release import Release, filled

IMPORTED = "imported"
# What is known of a build stays with it; of an imported vocabulary nobody built, it is not kept.
_METADATA = tuple(key for key in KEYS if key not in ("size", "calibration", "stale_decisions"))
_PLAIN = ".txt"
# What may be another table than ours: the option column says where its labels are.
_LISTS: Mapping[str, Callable[[Path, str | None], FileContents]] = {
    ".csv": text.read_csv,
    ".tsv": text.read_csv,
    ".jsonl": text.read_json_lines,
    ".ndjson": text.read_json_lines,
    ".json": text.read_json_list,
}
_READERS: Mapping[str, Callable[[Path], FileContents]] = {
    ".jsonld": read_skos,
    ".parquet": read_parquet,
    ".safetensors": read_embeddings,
    ".db": read_datasette,
    ".sqlite": read_datasette,
}


@dataclass(frozen=True, slots=True)
class _Given:
    """What the user says of a vocabulary, where the file does not or instead of it."""

    name: str | None = None
    version: str | None = None
    licence: str | None = None


def import_vocabulary(
    path: Path,
    out: Path,
    *,
    name: str | None = None,
    version: str | None = None,
    licence: str | None = None,
    order: str = "descending",
    column: str | None = None,
) -> Release:
    """Write the vocabulary of a file, archive or folder as a folder that ``release`` takes.

    A release, in an archive or a folder with ``SHA256SUMS``, is verified and copied as it is.

    Parameters
    ----------
    path : Path
        A file, an archive or a folder.
    out : Path
        The folder to make.
    name, version, licence : str, optional
        What the file does not say, or what is to hold instead; none of a release.
    order : str
        Of plain text: which end holds the most important label.
    column : str, optional
        Of csv, tsv and JSON: the column or key that has the labels, where that is no export of
        ours; of the others only ``count`` is read.

    Raises
    ------
    UsageError
        A kind of file that holds no vocabulary, or an option that does not fit it.
    DataError
        The file is broken, or ``out`` exists; nothing is written.
    IntegrityError
        It is not what it says it is, or would write outside; nothing is written.
    """
    if not path.exists():
        raise AbsentFileError(f"{path}: no such file or folder; correct the path")
    check_file(path)
    if order != "descending" and path.suffix.lower() != _PLAIN:
        raise UsageError(f"{path}: an order is of text files alone")
    if column is not None and path.suffix.lower() not in _LISTS:
        raise UsageError(f"{path}: a column is of {', '.join(_LISTS)} files alone")
    check_target(out)
    given = _Given(name, version, licence)
    if path.name.endswith(ENDINGS) or (path.is_dir() and (path / SUMS).is_file()):
        if given != _Given():
            raise UsageError(
                f"{path}: a release keeps its id, version and licence; export it to another format"
                " to import that under another name"
            )
        return _copy_release(path, out)
    release = _read_folder(path, given) if path.is_dir() else _read_file(path, given, order, column)
    write_folder(out, render_files(release))
    return release


def _read_file(path: Path, given: _Given, order: str, column: str | None) -> Release:
    suffix = path.suffix.lower()
    if suffix == _PLAIN:
        contents = text.read_label_lines(path, order)
    elif suffix in _LISTS:
        contents = _LISTS[suffix](path, column)
    elif suffix in _READERS:
        contents = _READERS[suffix](path)
    else:
        known = ", ".join([_PLAIN, *_LISTS, *_READERS, *ENDINGS])
        raise UsageError(f"{path}: no kind of file that holds a vocabulary (known: {known})")
    return _release(contents, path, given)


def _read_folder(path: Path, given: _Given) -> Release:
    if any((path / name).is_file() for name in CHECKED):
        metadata = check_described(path)
        if (path / METADATA).is_file():
            release = Release.load(path)
            whole = release.vocabulary
            stated = FileContents(whole.concepts, release.metadata, aliases=whole.aliases)
            return replace(release, vocabulary=_vocabulary(stated, path, given), folder=None)
        return _release(replace(text.read_csv(path / CONCEPTS), metadata=metadata), path, given)
    for name, read in ((HUB_CONCEPTS, read_parquet), (DATABASE, read_datasette)):
        if (path / name).is_file():
            return _release(read(path / name), path, given)
    wanted = ", ".join([SUMS, *CHECKED, HUB_CONCEPTS, DATABASE])
    raise UsageError(f"{path}: no folder that holds a vocabulary (it has none of {wanted})")


def _release(contents: FileContents, path: Path, given: _Given) -> Release:
    return Release(
        _vocabulary(contents, path, given),
        contents.drops,
        contents.scores,
        annotations=contents.annotations,
        decisions=contents.decisions,
    )


def _vocabulary(contents: FileContents, path: Path, given: _Given) -> Vocabulary:
    """The vocabulary of what a file holds; its name says what the file does not.

    Raises
    ------
    UsageError
        An id or version that is none, or a licence where the file states those of its sources.
    DataError
        Metadata of another type.
    IntegrityError
        The concepts are not those that the file states.
    """
    metadata = {key: contents.metadata[key] for key in _METADATA if key in contents.metadata}
    check_metadata(metadata, f"{path}: metadata")
    name = given.name or metadata.get("id") or _slug(path)
    if not VOCABULARY_ID.fullmatch(name):
        raise UsageError(
            f"{path}: {name!r} is no id (small letters, digits, single hyphens); give --id"
        )
    stated = metadata.get("version", "")
    version = given.version or (stated if is_version(stated) else "0.1.0")
    parse_version(version)
    concepts, sources = contents.concepts, metadata.get("sources", [])
    if given.licence and sources:
        raise UsageError(f"{path}: it states the licences of its sources; leave out --licence")
    if not sources:
        terms = given.licence or metadata.get("licence", NOT_STATED)
        concepts, sources = _with_source(path, contents, terms)
    sources = [{**one, "concepts": _count(concepts, one["name"])} for one in sources]
    metadata |= {"sources": sources, "licence": terms_of(sources).expression}
    vocabulary = Vocabulary(name, version, concepts, metadata, contents.aliases)
    if metadata.get("content_hash", vocabulary.content_hash) != vocabulary.content_hash:
        raise IntegrityError(
            f"{path}: the content hash of its concepts is {vocabulary.content_hash}, it states"
            f" {metadata['content_hash']}; take a fresh copy"
        )
    return filled(vocabulary)


def _copy_release(path: Path, out: Path) -> Release:
    """A release byte for byte; what is not what was released never takes its place."""
    with temporary_folder(out.parent, out.name) as temporary:
        if path.is_dir():
            verify_release(path)
            folder = Path(shutil.copytree(path, temporary / "release", symlinks=True))
        else:
            folder = unpack_archive(path, temporary)
        verify_release(folder)
        release = Release.load(folder)
        move_in(folder, out)
    return release


def _with_source(
    path: Path, contents: FileContents, licence: str
) -> tuple[tuple[Concept, ...], list[dict[str, Any]]]:
    """Concepts that all have evidence, and the table of the sources that it names.

    The locator of evidence that no file names is ``FILE:LINE``, or of files without lines
    ``FILE:PLACE``, from 1.
    """
    origin = {"kind": IMPORTED, "origin": path.name, "licence": licence, "concepts": 0}
    digest = sha256_file(path) if path.is_file() else ""
    proven = tuple(
        concept
        if concept.evidence
        else replace(concept, evidence=(Evidence(IMPORTED, locator, concept.count),))
        for concept, locator in zip(contents.concepts, _locators(path, contents), strict=True)
    )
    names = sorted({one.source for concept in proven for one in concept.evidence})
    return proven, [{"name": name, "sha256": digest, **origin} for name in names]


def _locators(path: Path, contents: FileContents) -> Iterator[str]:
    for place, _ in enumerate(contents.concepts, 1):
        where = contents.places[place - 1] if contents.places else ""
        line = where.removeprefix(f"{path}:")
        yield f"{path.name}:{line if line.isdecimal() else place}"


def _count(concepts: Sequence[Concept], source: str) -> int:
    return sum(any(one.source == source for one in concept.evidence) for concept in concepts)


def _slug(path: Path) -> str:
    stem = path.name.split(".")[0].lower()
    return re.sub(r"[^a-z0-9]+", "-", stem).strip("-")
