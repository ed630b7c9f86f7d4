"""Options that several commands share."""

from __future__ import annotations

import click

order_option = click.option(
    "--order",
    type=click.Choice(["descending", "ascending"]),
    default="descending",
    show_default=True,
    help="For text files: which end holds the most important label.",
)
"""For every command that takes a SPEC which may be a text file."""
