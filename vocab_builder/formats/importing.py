"""``sonolex import``: a file, archive or folder from elsewhere becomes a vocabulary's folder."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from concept_core.errors import DataError, UsageError
from concept_core.releases.folder import CONCEPTS, METADATA, SUMS, verify_release
from vocab_builder.formats import import_files as files
from vocab_builder.formats.export_croissant import CROISSANT
from vocab_builder.formats.export_datapackage import DATAPACKAGE
from vocab_builder.formats.export_datasette import DATABASE
from vocab_builder.formats.export_hub import CONCEPTS as HUB_CONCEPTS
from vocab_builder.formats.import_archives import ENDINGS, unpack_archive
from vocab_builder.formats.import_described import check_described
from vocab_builder.formats.import_linked import read_skos
from vocab_builder.formats.import_metadata import renamed, vocabulary_of
from vocab_builder.release.files import check_target, move_in, render_files, write_folder
from vocab_builder.release.release import Release

_READERS: Mapping[str, Callable[[Path], files.Found]] = {
    ".csv": files.read_csv,
    ".jsonl": files.read_json_lines,
    ".jsonld": read_skos,
    ".parquet": files.read_parquet,
    ".safetensors": files.read_embeddings,
    ".db": files.read_database,
    ".sqlite": files.read_database,
}
_PLAIN = ".txt"


def import_vocabulary(
    path: Path,
    out: Path,
    *,
    name: str | None = None,
    version: str | None = None,
    licence: str | None = None,
    order: str = "descending",
) -> Release:
    """Write the vocabulary of a file, archive or folder as a folder that ``release`` takes.

    A release, in an archive or a folder with ``SHA256SUMS``, is verified and copied as it is.

    Parameters
    ----------
    name, version, licence : str, optional
        What the file does not say, or what is to hold instead; none of a release.
    order : str
        Of plain text: which end holds the most important label.

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
        raise DataError(f"{path}: no such file or folder; correct the path")
    if order != "descending" and path.suffix != _PLAIN:
        raise UsageError(f"{path}: an order is of text files alone")
    check_target(out)
    said = {"name": name, "version": version, "licence": licence}
    if path.name.endswith(ENDINGS) or (path.is_dir() and (path / SUMS).is_file()):
        if any(said.values()):
            raise UsageError(
                f"{path}: a release keeps its id, version and licence; export it to another format"
                " to import that under another name"
            )
        return _copy_release(path, out)
    release = _read_folder(path, said) if path.is_dir() else _read_file(path, said, order)
    write_folder(out, render_files(release))
    return release


def _read_file(path: Path, said: Mapping[str, str | None], order: str) -> Release:
    if path.suffix == _PLAIN:
        found = files.read_plain(path, order)
    elif path.suffix in _READERS:
        found = _READERS[path.suffix](path)
    else:
        known = ", ".join([_PLAIN, *_READERS, *ENDINGS])
        raise UsageError(f"{path}: no kind of file that holds a vocabulary (known: {known})")
    return _contents(found, path, said)


def _read_folder(path: Path, said: Mapping[str, str | None]) -> Release:
    described = any((path / name).is_file() for name in (DATAPACKAGE, CROISSANT))
    if described:
        stated = check_described(path)
        if (path / METADATA).is_file():
            return renamed(Release.load(path), path, **said)
        found = files.read_csv(path / CONCEPTS)
        return _contents(files.Found(found.concepts, stated), path, said)
    for name, read in ((HUB_CONCEPTS, files.read_parquet), (DATABASE, files.read_database)):
        if (path / name).is_file():
            return _contents(read(path / name), path, said)
    wanted = ", ".join([SUMS, DATAPACKAGE, CROISSANT, HUB_CONCEPTS, DATABASE])
    raise UsageError(f"{path}: no folder that holds a vocabulary (it has none of {wanted})")


def _contents(found: files.Found, path: Path, said: Mapping[str, str | None]) -> Release:
    vocabulary = vocabulary_of(path, found.concepts, found.stated, **said)
    return Release(vocabulary, found.drops, found.scores)


def _copy_release(path: Path, out: Path) -> Release:
    """A release byte for byte; what is not what was released never takes its place."""
    temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        if path.is_dir():
            verify_release(path)
            folder = Path(shutil.copytree(path, temporary / "release", symlinks=True))
        else:
            folder = unpack_archive(path, temporary)
        verify_release(folder)
        release = Release.load(folder)
        move_in(folder, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return release
