"""``sonolex cache``: what Sonolex keeps to be fast, and how it is checked and cleaned up."""

from __future__ import annotations

import click

from concept_core.errors import IntegrityError, UsageError


@click.group()
def command() -> None:
    """List, verify and clean up what is kept: embeddings, and files derived from others.

    All of it lies in SONOLEX_HOME, or the user's cache folder, and can be made again at any time.
    Fetched resources lie there too; `sonolex fetch` lists them.
    """


@command.command("ls")
@click.option("--json", "as_json", is_flag=True, help="Print the lists as JSON on stdout.")
def list_command(as_json: bool) -> None:
    """List the stores of embeddings, one an encoder spec, and the derived files, with sizes."""
    from concept_core.encoders.cache import upkeep
    from concept_core.files import pretty_json
    from concept_core.resources import home
    from vocab_builder.cli.text import table

    stores, derived = upkeep.list_embeddings(), upkeep.list_derived()
    click.echo(f"{home()}: {_size(upkeep.kept_bytes())}", err=True)
    if as_json:
        answer = {
            "home": str(home()),
            "embeddings": [
                {
                    "fingerprint": kept.folder.name,
                    "spec": kept.spec.to_dict(),
                    "embeddings": kept.embeddings,
                    "shards": kept.shards,
                    "bytes": kept.size,
                }
                for kept in stores
            ],
            "derived": [
                {"kind": kept.kind, "files": kept.files, "bytes": kept.size} for kept in derived
            ],
        }
        click.echo(pretty_json(answer), nl=False)
        return
    rows = [
        (
            f"embeddings of {kept.spec.name}",
            kept.folder.name[:12],
            str(kept.embeddings),
            str(kept.shards),
            _size(kept.size),
        )
        for kept in stores
    ]
    rows += [(kept.kind, "", "", str(kept.files), _size(kept.size)) for kept in derived]
    click.echo(table(("kept", "fingerprint", "embeddings", "files", "size"), rows))


@command.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON on stdout.")
def verify_command(as_json: bool) -> None:
    """Read all that is kept against its checksums; exit 5 if a file is damaged.

    A damaged file is never used, here or anywhere: what it held is made again.
    """
    from concept_core.encoders.cache import upkeep
    from concept_core.files import pretty_json

    sound, broken = upkeep.verify()
    if as_json:
        answer = {"sound": sound, "damaged": [str(path) for path in broken]}
        click.echo(pretty_json(answer), nl=False)
    if broken:
        lines = [f"{len(broken)} of {sound + len(broken)} kept files are damaged:"]
        lines += [f"  {path}" for path in broken]
        raise IntegrityError("\n".join([*lines, "they are not used; run: sonolex cache gc"]))
    click.echo(f"{sound} files verified", err=True)


@command.command("gc")
@click.option("--spec", metavar="FINGERPRINT", help="Forget the store whose fingerprint begins so.")
@click.option("--all", "everything", is_flag=True, help="Forget all embeddings and derived files.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON on stdout.")
def gc_command(spec: str | None, everything: bool, as_json: bool) -> None:
    """Remove damaged files and what killed processes left, and merge small shards.

    Other processes may go on meanwhile: what they need again, they make again.
    """
    from concept_core.encoders.cache import upkeep
    from concept_core.files import pretty_json
    from vocab_builder.cli.text import plain

    if everything and spec is not None:
        raise UsageError("--all forgets every spec; leave --spec out")
    if everything:
        done = upkeep.remove_all()
    elif spec is not None:
        done = upkeep.remove(upkeep.find_stores(spec))
    else:
        done = upkeep.collect()
    for path in done.damaged:
        click.echo(plain(f"removed {path}: damaged"), err=True)
    click.echo(f"freed {_size(done.freed)}", err=True)
    if as_json:
        answer = {"freed": done.freed, "damaged": [str(path) for path in done.damaged]}
        click.echo(pretty_json(answer), nl=False)


def _size(count: int) -> str:
    """Bytes for a person."""
    for unit, factor in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if abs(count) >= factor:
            return f"{count / factor:.1f} {unit}"
    return f"{count} B"
