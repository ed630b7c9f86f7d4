"""``sonolex release``: a built folder becomes a version that never changes."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import permissive_option, root_option, write_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--version", help="Version, at least the one that the rule above asks for.  [default: that one]"
)
@root_option
@permissive_option
@click.option("--dry-run", is_flag=True, help="Show what would be released; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print release and changes as JSON.")
def command(
    folder: Path, version: str | None, root: Path, permissive: bool, dry_run: bool, as_json: bool
) -> None:
    """Release the vocabulary in FOLDER, which sonolex build or import made.

    It is compared with the newest release of its id under --root: removed or moved concepts
    need a new MAJOR version, appended concepts a MINOR, all other changes a PATCH. A smaller step
    is refused, and so are a version that exists and licences that contradict each other.
    """
    from vocab_builder.cli.text import plain
    from vocab_builder.licences.terms import licence_warnings
    from vocab_builder.release.making import make_release, plan_release, repair_index

    stopped = not dry_run and repair_index(root)
    planned = plan_release(folder, root, version=version, permissive=permissive, stopped=stopped)
    for line in licence_warnings(planned.release.vocabulary):
        click.echo(plain(line), err=True)
    since = "" if planned.changes.previous is None else f" since {planned.changes.previous}"
    click.echo(f"{planned.specifier}: {planned.changes.bump} release{since}", err=True)
    for line in planned.changes.lines():
        click.echo(f"  {plain(line)}", err=True)
    if not dry_run:
        make_release(planned, root)
        click.echo(f"{planned.folder}: released", err=True)
    write_json({**planned.to_dict(), "released": not dry_run}, shown=as_json)
