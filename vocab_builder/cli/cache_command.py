"""``sonolex cache``: what Sonolex keeps to be fast, and how it is checked and cleaned up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from concept_core.errors import IntegrityError, UsageError
from vocab_builder.cli.options import write_json

if TYPE_CHECKING:
    from concept_core.encoders.cache_file import KeptEmbeddings, KeptFiles


@click.group()
def command() -> None:
    """List, verify and clean up the cache: embeddings, and files derived from others.

    The cache is in SONOLEX_HOME, or the user's cache folder, and can be made again at any time.
    Fetched resources are there too; `sonolex fetch` lists them.
    """


@command.command("ls")
@click.option("--json", "as_json", is_flag=True, help="Print the lists as JSON on stdout.")
def list_command(as_json: bool) -> None:
    """List the cached embeddings by encoder spec, and the derived files, with sizes."""
    from concept_core.encoders.cache_file import kept_bytes, list_derived, list_embeddings
    from concept_core.resources import home

    embeddings, files = list_embeddings(), list_derived()
    click.echo(f"{home()}: {_size(kept_bytes())}", err=True)
    write_json(_as_data(str(home()), embeddings, files), shown=as_json)
    if not as_json:
        click.echo(_as_table(embeddings, files))


@command.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
def verify_command(as_json: bool) -> None:
    """Check all cached files against their checksums; exit 5 if a file is damaged.

    Damaged files are never used, by any command: they are made again.
    """
    from concept_core.encoders.cache_file import verify

    result = verify()
    write_json(result.to_dict(), shown=as_json)
    if result.damaged:
        lines = ["damaged, and not used:", *(f"  {path}" for path in result.damaged)]
        raise IntegrityError("\n".join([*lines, "run: sonolex cache gc"]))
    click.echo(f"{result.sound} embeddings and derived files verified", err=True)


@command.command("gc")
@click.option(
    "--spec", metavar="FINGERPRINT", help="Remove the spec whose fingerprint starts with this."
)
@click.option("--all", "everything", is_flag=True, help="Remove all embeddings and derived files.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON on stdout.")
def gc_command(spec: str | None, everything: bool, as_json: bool) -> None:
    """Remove damaged files, leftovers of killed processes, and caches of earlier versions.

    Other processes can run meanwhile: they make again what they still need.
    """
    from concept_core.encoders.cache_file import collect, remove_all, remove_spec
    from vocab_builder.cli.text import plain

    if everything and spec is not None:
        raise UsageError("--all forgets every spec; leave --spec out")
    done = remove_all() if everything else collect() if spec is None else remove_spec(spec)
    for path in done.damaged:
        click.echo(plain(f"removed what is damaged of {path}"), err=True)
    for path in done.outdated:
        click.echo(plain(f"removed {path}: embeddings as an earlier version kept them"), err=True)
    click.echo(f"freed {_size(done.freed)}", err=True)
    write_json(done.to_dict(), shown=as_json)


def _as_data(
    place: str, embeddings: list[KeptEmbeddings], files: list[KeptFiles]
) -> dict[str, object]:
    from concept_core.values import to_data

    specs = [{**to_data(kept), "spec": kept.spec.to_dict()} for kept in embeddings]
    return {"home": place, "embeddings": specs, "derived": to_data(files)}


def _as_table(embeddings: list[KeptEmbeddings], files: list[KeptFiles]) -> str:
    from vocab_builder.cli.text import table

    rows = [
        (
            f"embeddings of {kept.spec.name}",
            kept.fingerprint[:12],
            str(kept.embeddings),
            _size(kept.bytes),
        )
        for kept in embeddings
    ]
    rows += [(kept.kind, "", str(kept.files), _size(kept.bytes)) for kept in files]
    return table(("kept", "fingerprint", "number", "size"), rows)


def _size(count: int) -> str:
    """Bytes for a person."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"
