"""``sonolex deprecate``: say of releases what to use instead."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import root_option


@click.command()
@click.argument("spec")
@click.argument("message", required=False, default="")
@click.option("--undo", is_flag=True, help="Take the deprecation back, instead of MESSAGE.")
@root_option
def command(spec: str, message: str, undo: bool, root: Path) -> None:
    """Mark SPEC (id@version, id@range, or id) in the index with MESSAGE, as "use audioset@2".

    The releases stay as they are and load as before; whoever asks for one by name is told.
    """
    from concept_core.errors import UsageError
    from vocab_builder.release.making import deprecate

    if bool(message) == undo:
        raise UsageError(
            "say what to use instead, as in: sonolex deprecate toy@1 'use toy@2'; or --undo"
        )
    for specifier in deprecate(spec, message, root):
        click.echo(f"{specifier}: {message or 'in good standing'}", err=True)
