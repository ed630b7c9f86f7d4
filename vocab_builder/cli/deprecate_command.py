"""``sonolex deprecate``: say of releases what to use instead."""

from __future__ import annotations

from pathlib import Path

import click

from vocab_builder.cli.options import root_option


@click.command()
@click.argument("spec")
@click.argument("message", required=False, default="")
@click.option("--undo", is_flag=True, help="Undo the deprecation, instead of MESSAGE.")
@root_option
def command(spec: str, message: str, undo: bool, root: Path) -> None:
    """Mark SPEC (id@version, id@range, or id) as deprecated, with MESSAGE: "use audioset@2".

    The index gets the message; the releases stay as they are. Whoever loads one by name sees the
    message as a warning.
    """
    from concept_core.errors import UsageError
    from vocab_builder.release.making import deprecate

    if bool(message) == undo:
        raise UsageError(
            "say what to use instead, as in: sonolex deprecate toy@1 'use toy@2'; or --undo"
        )
    for specifier in deprecate(spec, message, root):
        click.echo(f"{specifier}: {message or 'in good standing'}", err=True)
