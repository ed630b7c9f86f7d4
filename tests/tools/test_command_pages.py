"""The help of commands becomes Markdown: as it is printed, those below a command below it."""

from __future__ import annotations

import click

from tools.command_pages import sections


@click.group()
def toy() -> None:
    """A toy.

    \b
    Examples:
      toy play --loud
      toy play
    """


@toy.command()
@click.option("--loud", is_flag=True, help="So that all hear.")
def play(loud: bool) -> None:
    """Play."""


def test_help_is_as_it_is_printed() -> None:
    first, second = sections("toy", toy)
    assert first.startswith("## toy\n\n```text\nUsage: toy [OPTIONS] COMMAND [ARGS]...\n")
    assert "  Examples:\n    toy play --loud\n    toy play\n" in first and "\b" not in first
    assert second.startswith("### toy play\n\n```text\nUsage: toy play [OPTIONS]\n")
    assert "--loud  So that all hear." in second and second.endswith("\n```")
