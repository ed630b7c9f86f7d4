"""NLTK's data packages: by NLTK's own downloader, found wherever NLTK finds them, tried first.

They go to ``<home>/nltk_data``. What is there wins over other places of ``nltk.data.path``,
since the user asked for it by name; what lies elsewhere (``NLTK_DATA``) counts as there.
"""

from __future__ import annotations

import contextlib
import functools
import shutil
import warnings
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from concept_core.errors import DataError, IntegrityError
from concept_core.files import sha256_file
from concept_core.resources.cache import Stored, folder_of, home, swap_in, write_record
from concept_core.resources.catalog import Part, Resource, find_resource
from concept_core.resources.network import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Progress,
    Say,
    missing,
    not_here,
    one_line,
)
from concept_core.temporaries import temporary_folder


def require_nltk(name: str) -> None:
    """Let NLTK read a package, or say how to get it.

    Parameters
    ----------
    name : str
        A resource of kind nltk: ``wordnet``, ``tagger`` or ``stopwords``.

    Raises
    ------
    MissingError
        NLTK does not find it; the message names the command that gets it.
    UsageError
        There is no such resource.
    """
    resource = find_resource(name)
    if find(resource) is None:
        raise not_here(resource, "where NLTK looks for it")


@functools.cache
def wordnet_reader() -> Any:
    """WordNet as NLTK reads it, from where `require_nltk` finds it.

    All code takes it from here: NLTK itself does not look into our folder, so that WordNet would
    be there or not by what the same process did before.

    Raises
    ------
    MissingError
        As `require_nltk` does.
    """
    require_nltk("wordnet")
    from nltk.corpus import wordnet

    return wordnet


def find(resource: Resource) -> Path | None:
    """The zip or folder that NLTK reads for a resource, or None.

    The folder ``<home>/nltk_data`` is put first on NLTK's own search path.
    """
    return _find_in(package_of(resource), search_path())


def search_path() -> list[str]:
    """NLTK's own search path, with our folder first; NLTK opens nothing outside of it."""
    import nltk.data

    ours = str(home() / "nltk_data")
    if ours not in nltk.data.path:
        nltk.data.path.insert(0, ours)
    path: list[str] = nltk.data.path
    return path


def package_of(resource: Resource) -> str:
    """Folder and id of the one package of a resource, as in ``corpora/wordnet``."""
    (part,) = resource.parts
    assert part.package is not None  # the catalog holds this for kind nltk
    return part.package


def _find_in(package: str, places: list[str]) -> Path | None:
    import nltk.data

    try:
        found = Path(str(nltk.data.find(f"{package}/", places)))
    except (LookupError, zipfile.BadZipFile):
        return None
    while not found.exists():  # a path inside a zip
        found = found.parent
    return found


def take_own(resource: Resource, own: Path, say: Say) -> Path:
    """Take a package from a user's zip, folder or whole NLTK data folder.

    Raises
    ------
    DataError
        The package is not there, or NLTK cannot read it.
    """
    package = package_of(resource)
    bare = package.partition("/")[2]
    names = (f"{package}.zip", package, f"{bare}.zip", bare)
    places = [own] if own.name in (bare, f"{bare}.zip") else [own / name for name in names]
    source = next((place for place in places if place.exists()), None)
    if source is None:
        raise DataError(
            f"{own} has no {bare}.zip and no folder {bare}, which {resource.name} needs; "
            "nothing was changed"
        )
    say(f"{resource.title} from your own {source}")
    with stage_package(resource) as stage:
        target = stage / package
        if source.is_file():
            target = target.with_name(f"{bare}.zip")
            target.parent.mkdir()
            shutil.copyfile(source, target)
        else:
            shutil.copytree(source, target, copy_function=shutil.copyfile)
        for path in stage.rglob("*"):  # NLTK reads nothing that others may write
            path.chmod(0o755 if path.is_dir() else 0o644)
        say("  no checksum is pinned; recorded as your own")
        try:
            return install(resource, stage, f"own: {own.name}", own=True, say=say)
        except IntegrityError as error:
            raise DataError(f"{error}; nothing was changed") from error


@contextlib.contextmanager
def stage_package(resource: Resource) -> Iterator[Path]:
    """A folder inside ``<home>/nltk_data``, which NLTK trusts, for a package to be tried in."""
    root = home() / "nltk_data"
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)  # NLTK reads nothing that others may write
    search_path()
    with temporary_folder(root, f"new-{resource.name}") as stage:
        yield stage


def install(resource: Resource, stage: Path, origin: str, own: bool, say: Say) -> Path:
    """Try a staged package, then move it to where NLTK looks, and record it.

    Raises
    ------
    IntegrityError
        NLTK cannot read it; what was there is kept.
    """
    package = package_of(resource)
    _try(resource, stage)
    root = home() / "nltk_data"
    brought = sorted((stage / package).parent.iterdir())
    for path in brought:
        target = root / path.relative_to(stage)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.parent.chmod(0o755)
        swap_in(path, target)
    for other in (root / package, (root / package).with_name(f"{Path(package).name}.zip")):
        # A zip beside a newer folder, or the reverse, could be read in its place.
        if other.name not in {path.name for path in brought} and other.exists():
            shutil.rmtree(other) if other.is_dir() else other.unlink()
    found = find(resource)
    if found is None:
        raise IntegrityError(f"{resource.name}: NLTK does not find what was put into {root}")
    paths = [found] if found.is_file() else sorted(p for p in found.rglob("*") if p.is_file())
    files = [Stored(p.relative_to(root).as_posix(), sha256_file(p), own) for p in paths]
    write_record(resource, folder_of(resource), files, [origin])
    say(f"  is now in {found}")
    return found


def _try(resource: Resource, root: Path) -> None:
    """Read a little of a package that lies below ``root``."""
    import nltk.data

    package, places = package_of(resource), search_path()
    places.insert(0, str(root))  # WordNet's reader looks its own package up once more
    try:
        pointer = nltk.data.find(f"{package}/", [str(root)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # WordNet's reader misses languages we do not use
            if package in _OPENERS:
                _OPENERS[package](pointer)
    except Exception as error:  # the readers raise whatever a broken file makes them raise
        reason = "it is not there" if isinstance(error, LookupError) else error
        raise IntegrityError(f"{resource.name}: NLTK cannot read it: {reason}") from error
    finally:
        places.remove(str(root))


def _open_wordnet(root: Any) -> None:
    from nltk.corpus.reader import WordNetCorpusReader

    if not WordNetCorpusReader(root, None).synsets("dog"):
        raise ValueError("WordNet knows no dog")


def _open_stopwords(root: Any) -> None:
    from nltk.corpus.reader import WordListCorpusReader

    if "the" not in WordListCorpusReader(root, ["english"]).words("english"):
        raise ValueError("the English list does not hold 'the'")


def _open_tagger(root: Any) -> None:
    import json

    for piece in ("classes", "tagdict", "weights"):
        with root.join(f"averaged_perceptron_tagger_eng.{piece}.json").open() as handle:
            json.load(handle)


_OPENERS: dict[str, Callable[[Any], None]] = {
    "corpora/wordnet": _open_wordnet,
    "corpora/stopwords": _open_stopwords,
    "taggers/averaged_perceptron_tagger_eng": _open_tagger,
}


def download(resource: Resource, say: Say, progress: Progress) -> Path:
    """Fetch a package with NLTK's downloader, which checks it against NLTK's index.

    Raises
    ------
    MissingError
        The index or the package is out of reach.
    IntegrityError
        It is not what the index says, or NLTK cannot read it.
    """
    (part,) = resource.parts
    _probe(resource, part)
    say("  downloading with NLTK's downloader; the checksum is the one in NLTK's index")
    with stage_package(resource) as stage:
        _run_downloader(resource, part, stage, progress)
        return install(resource, stage, part.origin, own=False, say=say)


def _probe(resource: Resource, part: Part) -> None:
    """Ask for the index with a short time-out: NLTK itself waits two minutes an address."""
    import requests

    try:
        requests.head(part.origin, timeout=(CONNECT_SECONDS, READ_SECONDS))
    except requests.RequestException as error:
        raise missing(resource, part, one_line(error)) from error


def _run_downloader(resource: Resource, part: Part, into: Path, progress: Progress) -> None:
    from nltk import downloader as nltk_downloader

    places = search_path()
    before = list(places)
    bare = package_of(resource).partition("/")[2]
    try:
        with warnings.catch_warnings(), contextlib.ExitStack() as bar:
            warnings.simplefilter("ignore")
            size, done = 0, 0
            for message in nltk_downloader.Downloader(part.origin).incr_download(bare, str(into)):
                if isinstance(message, nltk_downloader.ErrorMessage):
                    _raise(resource, part, str(message.message))
                elif isinstance(message, nltk_downloader.StartDownloadMessage):
                    size = int(message.package.size)
                    advance = bar.enter_context(progress(resource.name, size))
                elif isinstance(message, nltk_downloader.ProgressMessage) and size:
                    now = int(size * message.progress / 100)
                    advance(now - done)
                    done = now
    finally:
        places[:] = before  # the downloader adds its target


def _raise(resource: Resource, part: Part, text: str) -> None:
    if "Integrity" in text:
        raise IntegrityError(
            f"{resource.name}: what came is not what NLTK's index {part.origin} says; it was "
            f"deleted and nothing was changed. NLTK: {text}"
        )
    raise missing(resource, part, f"NLTK: {text}")
