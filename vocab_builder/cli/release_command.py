"""``sonolex release``: a built folder becomes a version that never changes."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import permissive_option, root_option, write_json


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--version", help="At least what the rule asks for, which is taken if left out.")
@root_option
@permissive_option
@click.option("--dry-run", is_flag=True, help="Say what would be released; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print release and changes as JSON.")
def command(
    folder: Path, version: str | None, root: Path, permissive: bool, dry_run: bool, as_json: bool
) -> None:
    """Release the vocabulary in FOLDER, which sonolex build or import made.

    It is compared with the newest release of its id under --root: a concept removed or moved asks
    for a MAJOR version, concepts appended for a MINOR, all else for a PATCH. Less is refused, and
    so is a version that is there, and a mix of licences that contradict each other.
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
