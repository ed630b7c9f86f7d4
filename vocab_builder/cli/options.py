"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

order_option = click.option(
    "--order",
    type=click.Choice(["descending", "ascending"]),
    default="descending",
    show_default=True,
    help="For text files: which end holds the most important label.",
)
"""For every command that takes a SPEC which may be a text file."""

root_option = click.option(
    "--root",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("vocabularies"),
    show_default=True,
    help="Folder of releases, with its index.toml.",
)
"""For every command that writes a folder of releases."""

permissive_option = click.option(
    "--permissive",
    is_flag=True,
    help="Leave out concepts that no source gives without restrictions, and all traces of those.",
)
"""For every command that passes a vocabulary on."""
