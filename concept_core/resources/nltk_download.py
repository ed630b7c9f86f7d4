"""NLTK's data packages by NLTK's own downloader, with a bounded wait."""

from __future__ import annotations

import contextlib
import warnings
from pathlib import Path

from concept_core.errors import IntegrityError
from concept_core.resources.model import Part, Resource
from concept_core.resources.network import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Progress,
    Say,
    missing,
    one_line,
)
from concept_core.resources.nltk_data import install, package_of, search_path, stage_package


def download(resource: Resource, say: Say, progress: Progress) -> Path:
    """Fetch a package with NLTK's downloader, which checks it against NLTK's index.

    Raises
    ------
    MissingError
        The index or the package cannot be had.
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
