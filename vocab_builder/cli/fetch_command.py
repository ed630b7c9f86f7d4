"""``sonolex fetch``: get the files that encoders, sources and data sets need."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from concept_core import resources
from concept_core.errors import UsageError

_VOCABULARY = "vocabulary:"


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--from",
    "own",
    metavar="PLACE",
    help="Your own file or folder instead of the download, its members found by file name; for a"
    " vocabulary, the place where it is published, instead of the mirrors.",
)
@click.option(
    "--offline", is_flag=True, help="Never use the network; exit 4 if something is missing."
)
@click.option("--json", "as_json", is_flag=True, help="Print the data as JSON on stdout.")
def command(names: tuple[str, ...], own: str | None, offline: bool, as_json: bool) -> None:
    """Download named files into the cache and check them; without NAME, list what there is.

    vocabulary:NAME, vocabulary:NAME@VERSION or vocabulary:NAME@RANGE is a release, from the first
    mirror that has all of it: --from, or SONOLEX_MIRRORS, or mirrors.toml in the cache folder.

    Before each download its origin and licence are printed. The cache folder is SONOLEX_HOME, or
    the user's cache folder. Standard output has the paths, one per line.
    """
    from vocab_builder.publish.fetching import fetch_vocabulary

    if own is not None and len(names) != 1:
        raise UsageError("--from takes the place of one resource: name exactly one")
    known = resources.load_catalog()
    if not names:
        _list(list(known), as_json)
        return
    for name in names:  # before anything is fetched
        if not name.startswith(_VOCABULARY):
            resources.find_resource(name, known)
    entries = []
    for name in names:
        if name.startswith(_VOCABULARY):
            specifier = name.removeprefix(_VOCABULARY)
            path = fetch_vocabulary(specifier, place=own, offline=offline, say=_say)
            entries.append({"name": name, "kind": "vocabulary", "path": str(path)})
        else:
            path = resources.fetch(name, offline=offline, own=own, say=_say, progress=_bar)
            entries.append(_as_data(resources.status(name)))
        if not as_json:
            click.echo(path)
    if as_json:
        click.echo(json.dumps(entries, indent=2))


def _list(names: list[str], as_json: bool) -> None:
    states = [resources.status(name) for name in names]
    if as_json:
        click.echo(json.dumps([_as_data(status) for status in states], indent=2))
        return
    width = max(map(len, names))
    for status in states:
        there = "no" if status.path is None else "own" if status.own else "yes"
        licence = status.resource.licence or "NONE STATED"
        click.echo(
            f"{status.resource.name:<{width}}  {status.resource.kind:<5}  {there:<3}  {licence}"
        )
        click.echo(f"{'':<{width}}  {status.resource.description}")
    click.echo(
        f"Columns: name, kind, on this machine, licence. Cache: {resources.home()}", err=True
    )


def _as_data(status: resources.Status) -> dict[str, Any]:
    resource = status.resource
    return {
        "name": resource.name,
        "kind": resource.kind,
        "version": resource.version,
        "licence": resource.licence,
        "citation": resource.citation,
        "description": resource.description,
        "note": resource.note,
        "origins": list(resource.origins),
        "present": status.path is not None,
        "own": status.own,
        "path": None if status.path is None else str(status.path),
    }


def _say(line: str) -> None:
    click.echo(line, err=True)


@contextlib.contextmanager
def _bar(what: str, total: int | None) -> Iterator[Callable[[int], object]]:
    """A progress bar on standard error, if that is a terminal."""
    from tqdm import tqdm

    with tqdm(
        total=total,
        desc=what,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        leave=False,
        disable=not sys.stderr.isatty(),
    ) as bar:
        yield bar.update
